import { paymentKeyOf } from '../../payment/payment-key.ts';
import type { PaymentAction } from '../../payment/payment-provider.ts';
import { type Order, resumeAt } from '../order.ts';
import { type OrderDecision, updateOrder } from '../order-change.ts';
import { mailOf } from '../order-outbox.ts';
import { historyWith } from '../order-state.ts';
import { awaitsCustomer, expiryOf, lastTryOf, withLastTry } from './payment-tries.ts';
import type { PaymentTry } from './payment-try.ts';

/** How often the provider is asked about a customer who has something to do. News come by webhooks before. */
const ACTION_POLL_MS = 30_000;
/** The same for a bank transfer, which takes days. The shop's own ledger tells the order of money by itself. */
const TRANSFER_POLL_MS = 6 * 3_600_000;

/** Whether the newest try of a pending order is still this one. Otherwise another worker has moved the order on. */
export function isCurrentTry(order: Readonly<Order>, { key, state }: PaymentTry): boolean {
  const last = lastTryOf(order);
  return order.state === 'PENDING' && last.key === key && last.state === state;
}

/** When recovery takes up an order that waits for its customer. */
function waitingUntil(order: Readonly<Order>, now: Date): { lease: null; nextAt: Date } {
  const expiry = expiryOf(order);
  const { state, action } = lastTryOf(order);
  const poll = new Date(+now + (action?.type === 'transfer' ? TRANSFER_POLL_MS : ACTION_POLL_MS));
  const nextAt = state === 'FAILED' || expiry < poll ? expiry : poll;
  return { lease: null, nextAt: nextAt > now ? nextAt : resumeAt(now) };
}

/** Records that an order waits for its customer, and for nobody else. */
export function recordWaitingForCustomer(order: Readonly<Order>, now: Date): OrderDecision {
  if (!awaitsCustomer(order)) return { answer: order };
  const isKnown = order.lease === null && order.nextAt !== null && order.nextAt > now;
  return isKnown ? { answer: order } : updateOrder(order, waitingUntil(order, now));
}

/** Records what the customer has to do. The customer learns it by the answer, so the end of the order goes out by mail. */
export function recordAction(
  order: Readonly<Order>,
  attempt: PaymentTry,
  { reference, action }: { reference: string; action: PaymentAction },
  now: Date,
): OrderDecision {
  if (!isCurrentTry(order, attempt)) return { answer: order };
  if (isSameAction(lastTryOf(order).action, action)) return recordWaitingForCustomer(order, now);
  const tried = { ...order, ...withLastTry(order, { reference, action }) };
  return updateOrder(order, { tries: tried.tries, isAnsweredPending: true, ...waitingUntil(tried, now) });
}

/** Records that the provider has declined a try. The order waits for another method, with its stock. */
export function recordDecline(order: Readonly<Order>, attempt: PaymentTry, reason: string, now: Date): OrderDecision {
  if (!isCurrentTry(order, attempt)) return { answer: order };
  const failed = { ...order, ...withLastTry(order, { state: 'FAILED', reason }) };
  const { isAnsweredPending = false, key } = lastTryOf(order);
  const mail = mailOf(order, 'payment-declined', { id: key });
  return updateOrder(order, {
    tries: failed.tries.map(withoutAction),
    isAnsweredPending: true,
    ...(isAnsweredPending ? { outbox: [...order.outbox, mail], nextAt: resumeAt(now) } : waitingUntil(failed, now)),
    ...historyWith(order, 'payment-failed', now, undefined, reason),
  });
}

/** Records that the customer is answered before the newest try has an outcome. */
export function recordAnsweredPending(order: Readonly<Order>): OrderDecision {
  const { state, isAnsweredPending = false } = lastTryOf(order);
  if (order.state !== 'PENDING' || state !== 'OPEN' || isAnsweredPending || awaitsCustomer(order)) {
    return { answer: order };
  }
  return updateOrder(order, { isAnsweredPending: true, ...withLastTry(order, { isAnsweredPending: true }) });
}

/** Records that the provider has cancelled an ending try, which opens the next one. */
export function openNextTry(order: Readonly<Order>, attempt: PaymentTry, now: Date): OrderDecision {
  const { next: asked, reason = 'cancelled' } = lastTryOf(order);
  if (!isCurrentTry(order, attempt) || !asked) return { answer: order };
  const { paymentTime, ...next } = asked;
  const { tries } = withLastTry(order, { state: 'FAILED', reason });
  const key = paymentKeyOf(order._id, tries.length + 1);
  return updateOrder(order, {
    tries: [...tries.map(withoutAction), { key, ...next, state: 'OPEN', at: now }],
    ...(paymentTime === undefined ? {} : extendedExpiry(order, paymentTime, now)),
    nextAt: resumeAt(now),
    ...historyWith(order, 'payment-tried', now, { role: 'customer' }),
  });
}

/** A method with a time of its own, as a bank transfer, makes the time to pay longer, never shorter. */
const extendedExpiry = (order: Readonly<Order>, paymentTime: number, now: Date): { expiresAt: Date } => ({
  expiresAt: new Date(Math.max(+expiryOf(order), +now + paymentTime)),
});

/** The tries of an order that comes to its end, by which none stays open. @param paid the newest try has paid the order */
export function closeTries(order: Readonly<Order>, paid: boolean): { tries: PaymentTry[] } {
  const last = lastTryOf(order);
  const reason = last.reason ?? 'cancelled';
  const closed = withLastTry(order, paid ? { state: 'CAPTURED' } : { state: 'FAILED', reason });
  return { tries: closed.tries.map(withoutAction) };
}

/** A secret of the provider is kept only as long as the customer needs it. */
function withoutAction({ action: _, ...attempt }: PaymentTry): PaymentTry {
  return attempt;
}

const isSameAction = (a: PaymentAction | undefined, b: PaymentAction): boolean =>
  JSON.stringify(a) === JSON.stringify(b);
