import { plainMoneyText } from '../../../shared/format.ts';
import { errors } from '../../../shared/problems.ts';
import { attentionFields } from '../attention.ts';
import { type Order, type Refund, type RefundFailure, resumeAt } from '../order.ts';
import { type OrderUpdateDecision, updateOrder } from '../order-change.ts';
import { creditNoteOf, mailOf } from '../order-outbox.ts';
import { type Actor, historyWith, type OrderEvent, SYSTEM } from '../order-state.ts';
import { causeOf, isCountedRefund, partsOf, refundableAmount, refuseExcess, remainderOf } from './refund-lines.ts';

/** The key of a refund at the payment provider: its id, and from the second attempt on the attempt's number. */
export const refundKey = ({ id, attempt = 1 }: Pick<Refund, 'id' | 'attempt'>): string =>
  attempt === 1 ? id : `${id}_${attempt}`;

/**
 * Records that the payment provider has made the refund. Only a refund whose money the bank has sent back stays failed,
 * as that happened later.
 */
export function recordRefundDone(order: Readonly<Order>, refundId: string, now: Date): OrderUpdateDecision {
  const refund = order.refunds.find(({ id }) => id === refundId);
  if (!refund || refund.state === 'DONE' || (refund.state === 'FAILED' && refund.failure?.isReturned)) {
    return { answer: order };
  }
  const { failure: _, ...done } = refund;
  return recordPaidBack(
    order,
    refund,
    { ...done, state: 'DONE' },
    'refunded',
    SYSTEM,
    plainMoneyText(refund.amount),
    now,
  );
}

/**
 * Records that the payment provider refuses the refund, or that the bank has sent the money back. A customer who was
 * told of the refund gets a mail. The credit note stays, as the money is still owed.
 */
export function recordRefundFailed(
  order: Readonly<Order>,
  refundId: string,
  failure: RefundFailure,
  now: Date,
): OrderUpdateDecision {
  const refund = order.refunds.find(({ id }) => id === refundId);
  const canFail = refund?.state === 'PENDING' || (refund?.state === 'DONE' && failure.isReturned);
  if (!refund || !canFail) return { answer: order };
  const refunds = replaceRefund(order, refund, { ...refund, state: 'FAILED', failure });
  const isTold = refund.state === 'DONE';
  return updateOrder(order, {
    refunds,
    ...attentionFields({ ...order, refunds }, now),
    ...(isTold
      ? { outbox: [...order.outbox, mailOf(order, 'refund-failed', mailSubject(refund))], nextAt: resumeAt(now) }
      : {}),
    ...historyWith(order, 'refund-failed', now, SYSTEM, `${plainMoneyText(refund.amount)}: ${failure.reason}`),
  });
}

/** The decision by which staff settles a refund by hand. */
export interface Settlement {
  refundId: string;
  /**
   * `paid-elsewhere`: staff has paid the customer by other means. `not-owed`: the customer is not owed the money any
   * more.
   */
  outcome: 'paid-elsewhere' | 'not-owed';
  reason: string;
  by: Actor;
}

/**
 * Settles a refund by hand. A repetition changes nothing.
 * @throws not-found; wrong-state for one that is done, or for `not-owed` when it has a credit note;
 * refund-too-high for `paid-elsewhere` when the amount was refunded otherwise since it failed
 */
export function settleRefund(order: Readonly<Order>, settlement: Settlement, now: Date): OrderUpdateDecision {
  const { refundId, outcome, reason, by } = settlement;
  const refund = findRefund(order, refundId);
  const state = outcome === 'paid-elsewhere' ? 'SETTLED' : 'WAIVED';
  if (refund.state === state) return { answer: order };
  if (refund.state !== 'PENDING' && refund.state !== 'FAILED') {
    throw errors.wrongState(order.state, `This refund is ${refund.state}, so it cannot be settled.`);
  }
  const ended: Refund = { ...refund, state, settlement: { by, at: now, reason } };
  if (state === 'SETTLED') {
    refuseRefundedOtherwise(order, refund);
    return recordPaidBack(order, refund, ended, 'refund-settled', by, reason, now);
  }
  if (refund.isCredited) {
    throw errors.wrongState(
      order.state,
      'The refund has a credit note, so the money is owed. Retry the refund, or pay it by other means.',
    );
  }
  const refunds = replaceRefund(order, refund, ended);
  return updateOrder(order, {
    refunds,
    ...attentionFields({ ...order, refunds }, now),
    // Without the reason, which is for staff: customers see the history, too.
    ...historyWith(order, 'refund-waived', now, by),
  });
}

/**
 * Retries a failed refund under another key. A pending one stays as it is.
 * @throws not-found; wrong-state for one that has not failed; refund-too-high when it was refunded otherwise since
 */
export function retryRefund(order: Readonly<Order>, refundId: string, by: Actor, now: Date): OrderUpdateDecision {
  const refund = findRefund(order, refundId);
  if (refund.state === 'PENDING') return { answer: order };
  if (refund.state !== 'FAILED')
    throw errors.wrongState(order.state, `This refund is ${refund.state}, and only a failed one can be retried.`);
  refuseRefundedOtherwise(order, refund);
  const refunds = replaceRefund(order, refund, nextAttempt(refund));
  return updateOrder(order, {
    refunds,
    nextAt: resumeAt(now),
    ...attentionFields({ ...order, refunds }, now),
    ...historyWith(order, 'refund', now, by, `${plainMoneyText(refund.amount)}: retried`),
  });
}

/**
 * Refuses a failed refund whose amount was refunded otherwise: it did not reduce the amount that can be refunded.
 * @throws refund-too-high
 */
function refuseRefundedOtherwise(order: Readonly<Order>, refund: Refund): void {
  if (isCountedRefund(refund)) return;
  const [left, most] = [remainderOf(order), refundableAmount(order)];
  if (refund.amount.amount > most.amount) throw errors.refundTooHigh(most);
  refuseExcess(order, partsOf(order, refund, left), left, most.currency);
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

/** Records that the customer has the money. The mail and the credit note are sent once each. */
function recordPaidBack(
  order: Readonly<Order>,
  refund: Refund,
  ended: Refund,
  event: OrderEvent,
  by: Actor,
  note: string,
  now: Date,
): OrderUpdateDecision {
  // A credit note corrects an invoice, so the invoice is issued, too. A cancelled order may have neither.
  const invoiced = order.invoiced || causeOf(order, refund) !== 'cancellation';
  const refunds = replaceRefund(order, refund, { ...ended, isCredited: true });
  const isTold = refund.state === 'SETTLED';
  return updateOrder(order, {
    invoiced,
    refunds,
    outbox: [
      ...order.outbox,
      ...(isTold ? [] : [mailOf(order, 'order-refunded', mailSubject(refund))]),
      ...(refund.isCredited ? [] : [creditNoteOf({ ...order, invoiced }, refund)]),
    ],
    nextAt: order.nextAt ?? resumeAt(now),
    ...attentionFields({ ...order, refunds }, now),
    ...historyWith(order, event, now, by, note),
  });
}

/** The part of a mail about a refund. Each attempt has its own id, so it can have its own mail. */
const mailSubject = (refund: Refund) => ({ id: refundKey(refund), amount: refund.amount });

const replaceRefund = ({ refunds }: Readonly<Order>, before: Refund, after: Refund): Refund[] =>
  refunds.map((one) => (one.id === before.id ? after : one));

function findRefund({ refunds }: Readonly<Order>, refundId: string): Refund {
  const found = refunds.find(({ id }) => id === refundId);
  if (!found) throw errors.notFound('This refund');
  return found;
}
