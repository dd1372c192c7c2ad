import { plainMoneyText } from '../../../shared/format.ts';
import { errors } from '../../../shared/problems.ts';
import { attention } from '../attention.ts';
import { type Order, type Refund, type RefundFailure, resumeAt } from '../order.ts';
import { type OrderUpdateDecision, updateOrder } from '../order-change.ts';
import { creditNoteOf, mailOf } from '../order-outbox.ts';
import { type Actor, historyWith, type OrderEvent, SYSTEM } from '../order-state.ts';
import { causeOf, isOwed, partsOf, refundable, refuseTooMuch, remainderOf } from './refund-lines.ts';

/** The key of a refund at the payment provider: its id, with the number of the attempt from the second on. */
export const refundKey = ({ id, attempt = 1 }: Pick<Refund, 'id' | 'attempt'>): string =>
  attempt === 1 ? id : `${id}_${attempt}`;

/**
 * Records that the provider has made the refund. It overrides any earlier state but that the bank has sent the money
 * back, which happened later.
 */
export function refundDone(order: Readonly<Order>, refundId: string, now: Date): OrderUpdateDecision {
  const refund = order.refunds.find(({ id }) => id === refundId);
  if (!refund || refund.state === 'DONE' || (refund.state === 'FAILED' && refund.failure?.isReturned)) {
    return { answer: order };
  }
  const { failure: _, ...done } = refund;
  return paidBack(order, refund, { ...done, state: 'DONE' }, 'refunded', SYSTEM, plainMoneyText(refund.amount), now);
}

/**
 * Records that the provider refuses the refund, or that the bank has sent the money back. A customer who has a mail about
 * the refund gets another one. The credit note stays, as the money is still owed.
 */
export function refundFailed(
  order: Readonly<Order>,
  refundId: string,
  failure: RefundFailure,
  now: Date,
): OrderUpdateDecision {
  const refund = order.refunds.find(({ id }) => id === refundId);
  const canFail = refund?.state === 'PENDING' || (refund?.state === 'DONE' && failure.isReturned);
  if (!refund || !canFail) return { answer: order };
  const refunds = replaced(order, refund, { ...refund, state: 'FAILED', failure });
  const isTold = refund.state === 'DONE';
  return updateOrder(order, {
    refunds,
    ...attention({ ...order, refunds }, now),
    ...(isTold
      ? { outbox: [...order.outbox, mailOf(order, 'refund-failed', about(refund))], nextAt: resumeAt(now) }
      : {}),
    ...historyWith(order, 'refund-failed', now, SYSTEM, `${plainMoneyText(refund.amount)}: ${failure.reason}`),
  });
}

/** How staff settles a refund by hand. */
export interface Settlement {
  refundId: string;
  /** `paid-elsewhere`: staff has paid the customer by other means. `not-owed`: nothing is to be paid back any more. */
  outcome: 'paid-elsewhere' | 'not-owed';
  reason: string;
  by: Actor;
}

/**
 * Settles a refund by hand. A repetition changes nothing.
 * @throws not-found; wrong-state for one that is done, or for `not-owed` when its credit note says that it is owed;
 * refund-too-high for `paid-elsewhere` when the amount was refunded otherwise since it failed
 */
export function settleRefund(order: Readonly<Order>, settlement: Settlement, now: Date): OrderUpdateDecision {
  const { refundId, outcome, reason, by } = settlement;
  const refund = refundOf(order, refundId);
  const state = outcome === 'paid-elsewhere' ? 'SETTLED' : 'WAIVED';
  if (refund.state === state) return { answer: order };
  if (refund.state !== 'PENDING' && refund.state !== 'FAILED') {
    throw errors.wrongState(order.state, `This refund is ${refund.state}: there is nothing to settle.`);
  }
  const ended: Refund = { ...refund, state, settlement: { by, at: now, reason } };
  if (state === 'SETTLED') {
    refuseUsedUp(order, refund);
    return paidBack(order, refund, ended, 'refund-settled', by, reason, now);
  }
  if (refund.isCredited) {
    throw errors.wrongState(order.state, 'Its credit note says that the money is owed: pay it back, or try it again.');
  }
  const refunds = replaced(order, refund, ended);
  return updateOrder(order, {
    refunds,
    ...attention({ ...order, refunds }, now),
    // Without the reason, which is for staff: the customer sees the history.
    ...historyWith(order, 'refund-waived', now, by),
  });
}

/**
 * Tries a failed refund again, under another key. A pending one stays as it is.
 * @throws not-found; wrong-state for one that has not failed; refund-too-high when it was refunded otherwise since
 */
export function retryRefund(order: Readonly<Order>, refundId: string, by: Actor, now: Date): OrderUpdateDecision {
  const refund = refundOf(order, refundId);
  if (refund.state === 'PENDING') return { answer: order };
  if (refund.state !== 'FAILED') throw errors.wrongState(order.state, `This refund is ${refund.state}.`);
  refuseUsedUp(order, refund);
  const refunds = replaced(order, refund, nextAttempt(refund));
  return updateOrder(order, {
    refunds,
    nextAt: resumeAt(now),
    ...attention({ ...order, refunds }, now),
    ...historyWith(order, 'refund', now, by, `${plainMoneyText(refund.amount)}: once more`),
  });
}

/**
 * A failed refund does not reduce what can be refunded, so other refunds may have used it up since.
 * @throws refund-too-high
 */
function refuseUsedUp(order: Readonly<Order>, refund: Refund): void {
  if (isOwed(refund)) return;
  const [left, most] = [remainderOf(order), refundable(order)];
  if (refund.amount.amount > most.amount) throw errors.refundTooHigh(most);
  refuseTooMuch(order, partsOf(order, refund, left), left, most.currency);
}

/** The refund with its next attempt, without the failure of the one before. */
export function nextAttempt({
  failure: _,
  attempt = 1,
  providerId,
  formerProviderIds = [],
  ...refund
}: Refund): Refund {
  const former = providerId === undefined ? formerProviderIds : [...formerProviderIds, providerId];
  const known = former.length > 0 ? { formerProviderIds: former } : {};
  return { ...refund, ...known, state: refund.state === 'FAILED' ? 'PENDING' : refund.state, attempt: attempt + 1 };
}

/** Records that the customer has the money, with a mail and a credit note, each once. */
function paidBack(
  order: Readonly<Order>,
  refund: Refund,
  ended: Refund,
  event: OrderEvent,
  by: Actor,
  note: string,
  now: Date,
): OrderUpdateDecision {
  // A credit note corrects an invoice, so an invoice is issued too. A cancelled order may do without both.
  const invoiced = order.invoiced || causeOf(order, refund) !== 'cancellation';
  const refunds = replaced(order, refund, { ...ended, isCredited: true });
  const isTold = refund.state === 'SETTLED';
  return updateOrder(order, {
    invoiced,
    refunds,
    outbox: [
      ...order.outbox,
      ...(isTold ? [] : [mailOf(order, 'order-refunded', about(refund))]),
      ...(refund.isCredited ? [] : [creditNoteOf({ ...order, invoiced }, refund)]),
    ],
    nextAt: order.nextAt ?? resumeAt(now),
    ...attention({ ...order, refunds }, now),
    ...historyWith(order, event, now, by, note),
  });
}

/** The subject of a mail: each attempt has one. */
const about = (refund: Refund) => ({ id: refundKey(refund), amount: refund.amount });

const replaced = ({ refunds }: Readonly<Order>, before: Refund, after: Refund): Refund[] =>
  refunds.map((one) => (one.id === before.id ? after : one));

function refundOf({ refunds }: Readonly<Order>, refundId: string): Refund {
  const found = refunds.find(({ id }) => id === refundId);
  if (!found) throw errors.notFound('This refund');
  return found;
}
