import type { Decision } from '../../lib/changes.ts';
import { errors } from '../../lib/errors.ts';
import { plainMoneyText } from '../../lib/format.ts';
import type { Money } from '../../lib/money.ts';
import { type Order, type Refund, resumeAt } from './order.ts';
import { CANCEL_KEY, creditNoteOf, mailOf } from './order-outbox.ts';
import { type Actor, noted } from './order-state.ts';

/** What of the captured money is neither refunded nor about to be. */
export function refundable({ payment, refunds, totals }: Readonly<Order>): Money {
  const captured = payment?.captured ?? { amount: 0, currency: totals.total.currency };
  return { ...captured, amount: refunds.reduce((left, refund) => left - refund.amount.amount, captured.amount) };
}

export interface RefundRequest {
  id: string;
  key: string;
  /** All that is left, when it is not said. */
  amount?: number | undefined;
  reason: string;
  by: Actor;
}

/**
 * Records that money goes back; recovery sees to it that it does. The same key again changes nothing.
 * @throws wrong-state before a payment; refund-too-high; idempotency-key-reused for another amount
 */
export function requestRefund(order: Readonly<Order>, request: RefundRequest, now: Date): Decision<Order> {
  const known = order.refunds.find(({ key }) => key === request.key);
  if (known) {
    if (request.amount !== undefined && known.amount.amount !== request.amount) throw errors.idempotencyKeyReused();
    return { answer: order };
  }
  if (!order.payment) throw errors.wrongState(order.state, 'Nothing was paid for this order.');
  const left = refundable(order);
  const amount = { ...left, amount: request.amount ?? left.amount };
  if (amount.amount > left.amount || amount.amount === 0) throw errors.refundTooHigh(left);
  const patch = {
    refunds: [...order.refunds, refundOf(request, amount, now)],
    nextAt: resumeAt(now),
    ...noted(order, 'refund', now, request.by, `${plainMoneyText(amount)}: ${request.reason}`),
  };
  return { answer: { ...order, ...patch }, patch };
}

export function refundOf({ id, key, reason, by }: RefundRequest, amount: Money, at: Date): Refund {
  return { id, key, amount, state: 'PENDING', by, at, reason };
}

/** Notes that the provider has given the money back. */
export function refundDone(order: Readonly<Order>, refundId: string, now: Date): Decision<Order> {
  const refund = order.refunds.find(({ id, state }) => id === refundId && state === 'PENDING');
  if (!refund) return { answer: order };
  // A credit note corrects an invoice, so from here on there is one; a cancelled order may do without both.
  const invoiced = order.invoiced || refund.key !== CANCEL_KEY;
  const patch = {
    invoiced,
    refunds: order.refunds.map((one) => (one === refund ? { ...one, state: 'DONE' as const } : one)),
    outbox: [...order.outbox, mailOf(order, 'order-refunded', refund), creditNoteOf({ ...order, invoiced }, refund)],
    ...noted(order, 'refunded', now, undefined, plainMoneyText(refund.amount)),
  };
  return { answer: { ...order, ...patch }, patch };
}
