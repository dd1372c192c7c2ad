import type { Decision } from '../../../../mixins/store/changes.ts';
import { plainMoneyText } from '../../../shared/format.ts';
import { errors } from '../../../shared/problems.ts';
import { attention } from '../attention.ts';
import { type Order, type Refund, type RefundFailure, resumeAt } from '../order.ts';
import { creditNoteOf, mailOf } from '../order-outbox.ts';
import { type Actor, noted, type OrderEvent, SYSTEM } from '../order-state.ts';
import { causeOf, isOwed, partsOf, refundable, refuseTooMuch, remainderOf } from './refund-lines.ts';

/** The key of a refund at the payment provider: its id, of a later attempt with the number of that. */
export const refundKey = ({ id, attempt = 1 }: Pick<Refund, 'id' | 'attempt'>): string =>
  attempt === 1 ? id : `${id}_${attempt}`;

/**
 * Notes that the provider has given the money back. That counts whatever was thought of the refund before, unless the
 * bank has sent the money back since.
 */
export function refundDone(order: Readonly<Order>, refundId: string, now: Date): Decision<Order> {
  const refund = order.refunds.find(({ id }) => id === refundId);
  if (!refund || refund.state === 'DONE' || (refund.state === 'FAILED' && refund.failure?.isReturned)) {
    return { answer: order };
  }
  const { failure: _, ...done } = refund;
  return paidBack(order, refund, { ...done, state: 'DONE' }, 'refunded', SYSTEM, plainMoneyText(refund.amount), now);
}

/**
 * Notes that the provider will not give the money back, or that the bank has sent it back. A customer who was told that
 * it is on its way is told otherwise; the credit note stays, as the money is still owed.
 */
export function refundFailed(
  order: Readonly<Order>,
  refundId: string,
  failure: RefundFailure,
  now: Date,
): Decision<Order> {
  const refund = order.refunds.find(({ id }) => id === refundId);
  const canFail = refund?.state === 'PENDING' || (refund?.state === 'DONE' && failure.isReturned);
  if (!refund || !canFail) return { answer: order };
  const refunds = replaced(order, refund, { ...refund, state: 'FAILED', failure });
  const isTold = refund.state === 'DONE';
  const patch = {
    refunds,
    ...attention({ ...order, refunds }, now),
    ...(isTold
      ? { outbox: [...order.outbox, mailOf(order, 'refund-failed', about(refund))], nextAt: resumeAt(now) }
      : {}),
    ...noted(order, 'refund-failed', now, SYSTEM, `${plainMoneyText(refund.amount)}: ${failure.reason}`),
  };
  return { answer: { ...order, ...patch }, patch };
}

/** How staff ends a refund by hand. */
export interface Settlement {
  refundId: string;
  /** `paid-elsewhere`: the customer has the money by other means. `not-owed`: there is nothing to pay back any more. */
  outcome: 'paid-elsewhere' | 'not-owed';
  reason: string;
  by: Actor;
}

/**
 * Ends a refund by hand. The same again changes nothing.
 * @throws not-found; wrong-state for one that is done, or that is owed by its credit note and said not to be;
 * refund-too-high for one that is said to be paid, and has been refunded otherwise since it failed
 */
export function settleRefund(order: Readonly<Order>, settlement: Settlement, now: Date): Decision<Order> {
  const { refundId, outcome, reason, by } = settlement;
  const refund = refundOf(order, refundId);
  const state = outcome === 'paid-elsewhere' ? 'SETTLED' : 'WAIVED';
  if (refund.state === state) return { answer: order };
  if (refund.state !== 'PENDING' && refund.state !== 'FAILED') {
    throw errors.wrongState(order.state, `This refund is ${refund.state}: there is nothing to settle.`);
  }
  const ended: Refund = { ...refund, state, settlement: { by, at: now, reason } };
  if (state === 'SETTLED') {
    refuseWhatIsGone(order, refund);
    return paidBack(order, refund, ended, 'refund-settled', by, reason, now);
  }
  if (refund.isCredited) {
    throw errors.wrongState(order.state, 'Its credit note says that the money is owed: pay it back, or try it again.');
  }
  const refunds = replaced(order, refund, ended);
  const patch = {
    refunds,
    ...attention({ ...order, refunds }, now),
    // Why is for staff: the history is the customer's, too.
    ...noted(order, 'refund-waived', now, by),
  };
  return { answer: { ...order, ...patch }, patch };
}

/**
 * Has the provider try a refund again that failed, under another key. One that is under way already stays as it is.
 * @throws not-found; wrong-state for one that has not failed; refund-too-high when it has been refunded otherwise since
 */
export function retryRefund(order: Readonly<Order>, refundId: string, by: Actor, now: Date): Decision<Order> {
  const refund = refundOf(order, refundId);
  if (refund.state === 'PENDING') return { answer: order };
  if (refund.state !== 'FAILED') throw errors.wrongState(order.state, `This refund is ${refund.state}.`);
  refuseWhatIsGone(order, refund);
  const refunds = replaced(order, refund, nextAttempt(refund));
  const patch = {
    refunds,
    nextAt: resumeAt(now),
    ...attention({ ...order, refunds }, now),
    ...noted(order, 'refund', now, by, `${plainMoneyText(refund.amount)}: once more`),
  };
  return { answer: { ...order, ...patch }, patch };
}

/**
 * A refund that failed takes nothing off what can be refunded, so others may have got its money since.
 * @throws refund-too-high
 */
function refuseWhatIsGone(order: Readonly<Order>, refund: Refund): void {
  if (isOwed(refund)) return;
  const [left, most] = [remainderOf(order), refundable(order)];
  if (refund.amount.amount > most.amount) throw errors.refundTooHigh(most);
  refuseTooMuch(order, partsOf(order, refund, left), left, most.currency);
}

/** A refund that is made once more, under another key or by hand; what became of it before is out of date. */
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

/** The customer has the money: they are told so, and it is taken off the invoice, each once. */
function paidBack(
  order: Readonly<Order>,
  refund: Refund,
  ended: Refund,
  event: OrderEvent,
  by: Actor,
  note: string,
  now: Date,
): Decision<Order> {
  // A credit note corrects an invoice, so from here on there is one; a cancelled order may do without both.
  const invoiced = order.invoiced || causeOf(order, refund) !== 'cancellation';
  const refunds = replaced(order, refund, { ...ended, isCredited: true });
  const isTold = refund.state === 'SETTLED';
  const patch = {
    invoiced,
    refunds,
    outbox: [
      ...order.outbox,
      ...(isTold ? [] : [mailOf(order, 'order-refunded', about(refund))]),
      ...(refund.isCredited ? [] : [creditNoteOf({ ...order, invoiced }, refund)]),
    ],
    nextAt: order.nextAt ?? resumeAt(now),
    ...attention({ ...order, refunds }, now),
    ...noted(order, event, now, by, note),
  };
  return { answer: { ...order, ...patch }, patch };
}

/** What a mail is about: each attempt is told of. */
const about = (refund: Refund) => ({ id: refundKey(refund), amount: refund.amount });

const replaced = ({ refunds }: Readonly<Order>, before: Refund, after: Refund): Refund[] =>
  refunds.map((one) => (one.id === before.id ? after : one));

function refundOf({ refunds }: Readonly<Order>, refundId: string): Refund {
  const found = refunds.find(({ id }) => id === refundId);
  if (!found) throw errors.notFound('This refund');
  return found;
}
