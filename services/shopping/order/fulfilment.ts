import type { Decision } from '../../../mixins/store/changes.ts';
import { errors } from '../../shared/problems.ts';
import { type Order, resumeAt } from './order.ts';
import { invoiceOf, mailOf } from './order-outbox.ts';
import { type Actor, canMove, move, type OrderState } from './order-state.ts';
import { CANCEL_KEY, refundable, withinRefundable } from './refund/refund-lines.ts';
import { cancellationParts, refundOf } from './refund/refunds.ts';

/** What staff, or the customer, does to an order after it was placed. */
export type Step =
  | { to: 'PACKED' }
  | { to: 'SHIPPED'; carrier: string; trackingNumber: string; despiteDispute?: boolean | undefined }
  | { to: 'DELIVERED' }
  | { to: 'CANCELLED'; refundId: string };

/**
 * Takes an order a step further. A step that was taken already changes nothing, so it can be asked for again.
 * @throws wrong-state; order-disputed
 */
export function advanceBy(order: Readonly<Order>, step: Step, by: Actor, now: Date, note?: string): Decision<Order> {
  switch (step.to) {
    case 'PACKED':
    case 'DELIVERED':
      return moved(order, step.to, {}, by, now, note);
    case 'SHIPPED': {
      const { carrier, trackingNumber } = step;
      const shipment = { carrier, trackingNumber };
      const known = order.shipment;
      if (known && (known.trackingNumber !== trackingNumber || known.carrier !== carrier)) {
        throw errors.wrongState(
          order.state,
          `It was shipped before, with ${known.carrier} as ${known.trackingNumber}.`,
        );
      }
      const disputed = (order.disputes ?? []).filter(({ state }) => state !== 'WON');
      if (order.state === 'PACKED' && disputed.length > 0 && !step.despiteDispute) {
        throw errors.orderDisputed(disputed.map(({ id, state }) => ({ id, status: state })));
      }
      const outbox = [...order.outbox, mailOf({ ...order, shipment }, 'order-shipped'), invoiceOf(order)];
      return moved(
        order,
        'SHIPPED',
        { shipment, outbox, nextAt: resumeAt(now) },
        by,
        now,
        note ?? `${carrier} ${trackingNumber}`,
      );
    }
    case 'CANCELLED':
      return cancel(order, step.refundId, by, now, note);
    default:
      throw new Error(`unknown step ${step satisfies never}`);
  }
}

/** Before it was paid, it is rejected; before it was shipped, the money goes back and the goods return to the stock. */
function cancel(order: Readonly<Order>, id: string, by: Actor, now: Date, reason = 'cancelled'): Decision<Order> {
  if (order.state === 'CANCELLING' || order.state === 'CANCELLED') return { answer: order };
  // Cancelled before it was paid: it is rejected, or about to be.
  if (order.rejection?.code === 'order-cancelled') return { answer: order };
  if (order.state === 'PENDING') {
    return moved(
      order,
      'REJECTING',
      { rejection: { code: 'order-cancelled' }, nextAt: resumeAt(now) },
      by,
      now,
      reason,
    );
  }
  const origin = { id, key: CANCEL_KEY, cause: 'cancellation', reason, by } as const;
  const refund = refundOf(order, origin, withinRefundable(order, cancellationParts(order)), now);
  const refunds = refundable(order).amount > 0 ? [...order.refunds, refund] : order.refunds;
  return moved(order, 'CANCELLING', { refunds, nextAt: resumeAt(now) }, by, now, reason);
}

function moved(
  order: Readonly<Order>,
  to: OrderState,
  part: Partial<Order>,
  by: Actor,
  now: Date,
  note?: string,
): Decision<Order> {
  if (order.state === to) return { answer: order };
  if (!canMove(order.state, to)) {
    throw errors.wrongState(order.state, `An order that is ${order.state} cannot become ${to}.`);
  }
  const patch = { ...part, ...move(order, to, now, by, note) };
  return { answer: { ...order, ...patch }, patch };
}
