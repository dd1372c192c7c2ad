import { errors } from '../../shared/problems.ts';
import { hasShippedGoods, type Order, type OrderFields, resumeAt } from './order.ts';
import { moveOrder, type OrderDecision } from './order-change.ts';
import { invoiceOf, mailOf } from './order-outbox.ts';
import { type Actor, canMove, type Transition } from './order-state.ts';
import { CANCELLATION_REFUND_KEY, reduceToRefundable, refundableAmount } from './refund/refund-lines.ts';
import { cancellationParts, newRefund } from './refund/refunds.ts';

/** A step that staff or the customer takes after the order was placed. */
export type FulfilmentStep =
  | { to: 'PACKED' }
  | { to: 'SHIPPED'; carrier: string; trackingNumber: string; despiteDispute?: boolean | undefined }
  | { to: 'DELIVERED'; despiteDispute?: boolean | undefined }
  | { to: 'CANCELLED'; refundId: string };

/**
 * Takes a step of the fulfilment. A repetition changes nothing.
 * @throws wrong-state; order-disputed
 */
export function takeFulfilmentStep(
  order: Readonly<Order>,
  step: FulfilmentStep,
  by: Actor,
  now: Date,
  note?: string,
): OrderDecision {
  switch (step.to) {
    case 'PACKED':
      return advanceTo(order, { state: step.to }, {}, by, now, note);
    case 'DELIVERED':
      return deliver(order, step.despiteDispute, by, now, note);
    case 'SHIPPED': {
      const { carrier, trackingNumber } = step;
      const shipment = { carrier, trackingNumber };
      const known = order.shipment;
      if (known && (known.trackingNumber !== trackingNumber || known.carrier !== carrier)) {
        throw errors.wrongState(order.state, `The order was shipped with ${known.carrier} as ${known.trackingNumber}.`);
      }
      if (!hasShippedGoods(order)) {
        throw errors.wrongState(order.state, 'Nothing of the order is shipped: mark it as delivered.');
      }
      if (order.state === 'PACKED' && !step.despiteDispute) refuseDisputed(order);
      const outbox = [...order.outbox, mailOf({ ...order, shipment }, 'order-shipped'), invoiceOf(order)];
      return advanceTo(
        order,
        { state: 'SHIPPED', shipment },
        { outbox, nextAt: resumeAt(now) },
        by,
        now,
        note ?? `${carrier} ${trackingNumber}`,
      );
    }
    case 'CANCELLED':
      return cancelOrder(order, step.refundId, by, now, note);
    default:
      throw new Error(`unknown step ${step satisfies never}`);
  }
}

/** Delivers a shipped order, or one without goods to ship, whose invoice is issued now. */
function deliver(order: Readonly<Order>, despiteDispute = false, by: Actor, now: Date, note?: string): OrderDecision {
  const next = { state: 'DELIVERED' } as const;
  if (order.state !== 'PAID' && order.state !== 'PACKED') return advanceTo(order, next, {}, by, now, note);
  if (hasShippedGoods(order)) throw errors.wrongState(order.state, 'The order has goods to be shipped first.');
  if (!despiteDispute) refuseDisputed(order);
  const outbox = [...order.outbox, invoiceOf(order)];
  return advanceTo(order, next, { outbox, nextAt: resumeAt(now) }, by, now, note);
}

/** @throws order-disputed */
function refuseDisputed({ disputes = [] }: Readonly<Order>): void {
  const disputed = disputes.filter(({ state }) => state !== 'WON');
  if (disputed.length > 0) throw errors.orderDisputed(disputed.map(({ id, state }) => ({ id, status: state })));
}

/**
 * Cancels an order: an unpaid one is rejected; a paid one that is not shipped is refunded, and its goods are taken
 * back.
 */
function cancelOrder(order: Readonly<Order>, id: string, by: Actor, now: Date, reason = 'cancelled'): OrderDecision {
  if (order.state === 'CANCELLING' || order.state === 'CANCELLED') return { answer: order };
  // A repetition: the order was cancelled before it was paid.
  if (order.rejection?.code === 'order-cancelled') return { answer: order };
  if (order.state === 'PENDING') {
    const rejection = { code: 'order-cancelled' } as const;
    return advanceTo(order, { state: 'REJECTING', rejection }, { nextAt: resumeAt(now) }, by, now, reason);
  }
  const origin = { id, key: CANCELLATION_REFUND_KEY, cause: 'cancellation', reason, by } as const;
  const refund = newRefund(order, origin, reduceToRefundable(order, cancellationParts(order)), now);
  const refunds = refundableAmount(order).amount > 0 ? [...order.refunds, refund] : order.refunds;
  return advanceTo(order, { state: 'CANCELLING' }, { refunds, nextAt: resumeAt(now) }, by, now, reason);
}

/** Moves an order to its next state, if the table of transitions allows it. @throws wrong-state */
function advanceTo(
  order: Readonly<Order>,
  next: Transition,
  fields: Partial<OrderFields>,
  by: Actor,
  now: Date,
  note?: string,
): OrderDecision {
  if (order.state === next.state) return { answer: order };
  if (!canMove(order, next.state)) {
    throw errors.wrongState(order.state, `An order that is ${order.state} cannot become ${next.state}.`);
  }
  return moveOrder(order, next, { at: now, by, note }, fields);
}
