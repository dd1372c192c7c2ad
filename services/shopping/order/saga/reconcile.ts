import { plainMoneyText } from '../../../shared/format.ts';
import { sumAmounts } from '../../../shared/money.ts';
import type { StatedDispute, StatedRefund, Statement } from '../../payment/payment-provider.ts';
import { attentionFields } from '../attention.ts';
import { type Dispute, type Order, type Refund, resumeAt } from '../order.ts';
import { type OrderUpdate, type OrderUpdateDecision, updateOrder } from '../order-change.ts';
import { historyWith, type OrderEvent, SYSTEM } from '../order-state.ts';
import {
  CANCELLATION_REFUND_KEY,
  chargedBackAmount,
  isCountedRefund,
  reducePartsTo,
  remainderOf,
  spreadAmount,
  totalAmountOf,
} from '../refund/refund-lines.ts';
import { nextAttempt, recordRefundDone, recordRefundFailed, refundKey } from '../refund/refund-outcomes.ts';
import { newRefund } from '../refund/refunds.ts';

/**
 * Updates an order by the payment provider's statement of its charge: with refunds and disputes that the shop does not
 * know yet, and refunds that the bank has sent back. Statements may come in any order and repeatedly: each refund and
 * dispute counts once, since a failed refund and a closed dispute are final.
 * @param newId makes the ids of refunds that were made in the provider's dashboard
 */
export function reconcile(
  order: Readonly<Order>,
  { refunds, disputes }: Statement,
  newId: () => string,
  now: Date,
): OrderUpdateDecision {
  if (!order.payment) return { answer: order };
  const steps: ((one: Readonly<Order>) => OrderUpdateDecision)[] = [
    // Failed refunds first: a later refund in the dashboard may replace one of them.
    ...refunds
      .toSorted(compareByFailure)
      .map((stated) => (one: Readonly<Order>) => applyStatedRefund(one, stated, newId, now)),
    ...disputes.map((stated) => (one: Readonly<Order>) => applyStatedDispute(one, stated, now)),
    (one) => reduceToRemainder(one, now),
  ];
  return steps.reduce<OrderUpdateDecision>(
    ({ answer, patch }, step) => {
      const next = step(answer);
      return { answer: next.answer, ...(patch || next.patch ? { patch: { ...patch, ...next.patch } } : {}) };
    },
    { answer: order },
  );
}

const compareByFailure = (a: StatedRefund, b: StatedRefund): number =>
  Number(b.state === 'failed') - Number(a.state === 'failed');

function applyStatedRefund(
  order: Readonly<Order>,
  stated: StatedRefund,
  newId: () => string,
  now: Date,
): OrderUpdateDecision {
  const known = order.refunds.find((refund) => isStatementOf(refund, stated));
  if (known) {
    if (stated.state === 'made') return recordRefundDone(order, known.id, now);
    return recordRefundFailed(order, known.id, { reason: stated.reason ?? 'failed', isReturned: true }, now);
  }
  // An earlier attempt, or a refund that failed before the shop knew of it, is not recorded.
  const isEarlierAttempt = order.refunds.some(
    ({ id, key, formerProviderIds = [] }) =>
      formerProviderIds.includes(stated.id) ||
      stated.key === id ||
      stated.key?.startsWith(`${id}_`) ||
      (stated.key === CANCELLATION_REFUND_KEY && key === CANCELLATION_REFUND_KEY),
  );
  if (isEarlierAttempt || stated.state === 'failed') return { answer: order };
  const replaced = findRefundMadeByHand(order, stated);
  if (replaced) {
    const made = { ...nextAttempt(replaced), providerId: stated.id };
    return recordRefundDone(
      { ...order, refunds: order.refunds.map((one) => (one === replaced ? made : one)) },
      replaced.id,
      now,
    );
  }
  const { answer: paid, patch, rest } = payOwedRefunds(order, stated, now);
  if (rest === 0) return { answer: paid, ...(patch ? { patch } : {}) };
  const origin = {
    id: newId(),
    key: stated.id,
    cause: 'provider',
    by: SYSTEM,
    reason: DASHBOARD_REFUND_REASON,
  } as const;
  const withRoom = reduceWaiting(paid, rest - totalAmountOf(remainderOf(paid)), now).answer;
  const made = newRefund(withRoom, origin, spreadAmount(rest, remainderOf(withRoom)), now);
  const done = recordRefundDone(
    { ...withRoom, refunds: [...withRoom.refunds, { ...made, providerId: stated.id }] },
    made.id,
    now,
  );
  return { answer: done.answer, patch: { ...patch, ...done.patch } };
}

const DASHBOARD_REFUND_REASON = "made on the payment provider's own pages";

/** Whether a stated refund is this refund: its current attempt, that of the cancellation, or one from the dashboard. */
function isStatementOf(refund: Refund, { id, key }: StatedRefund): boolean {
  if (refund.providerId !== undefined) return refund.providerId === id;
  return key === refundKey(refund) || (key === CANCELLATION_REFUND_KEY && refund.key === CANCELLATION_REFUND_KEY);
}

/**
 * The shop's refund that staff has made again in the provider's dashboard: a failed one of the same amount that is
 * still owed. If the rest of the order is smaller than the amount, it is one that was settled by other means before.
 */
function findRefundMadeByHand(order: Readonly<Order>, { amount }: StatedRefund): Refund | undefined {
  const sameAmount = order.refunds.filter((refund) => refund.amount.amount === amount);
  const owed = sameAmount.find(isCreditedAndUnpaid);
  if (owed || amount <= totalAmountOf(remainderOf(order))) return owed;
  return sameAmount.find(({ state }) => state === 'SETTLED');
}

/**
 * Uses the part of a stated refund that exceeds the rest of the order to pay failed refunds that are still owed, which
 * are done then. If it pays only a part of one, the history records it: staff pays the difference and settles the
 * refund.
 */
function payOwedRefunds(
  order: Readonly<Order>,
  { id, amount }: StatedRefund,
  now: Date,
): OrderUpdateDecision & { rest: number } {
  let [answer, rest, patch]: [Readonly<Order>, number, OrderUpdate] = [order, amount, {}];
  const room = () =>
    totalAmountOf(remainderOf(answer)) + sumAmounts(answer.refunds.filter(isReducible).map((one) => one.amount.amount));
  for (const due of order.refunds.filter(isCreditedAndUnpaid)) {
    if (rest <= room()) break;
    const known = { ...due, formerProviderIds: [...(due.formerProviderIds ?? []), id] };
    const isWhole = due.amount.amount <= rest;
    const paid = isWhole ? nextAttempt(known) : known;
    const next = { ...answer, refunds: answer.refunds.map((one) => (one.id === due.id ? paid : one)) };
    const decision: OrderUpdateDecision = isWhole
      ? recordRefundDone(next, due.id, now)
      : recordPartialPayment(next, due, rest - room(), now);
    patch = { ...patch, refunds: next.refunds, ...decision.patch };
    answer = { ...decision.answer, ...patch };
    rest -= isWhole ? due.amount.amount : rest - room();
  }
  return { answer, rest, ...(answer === order ? {} : { patch }) };
}

/** Whether a refund has a credit note, but its money is still owed. */
const isCreditedAndUnpaid = ({ state, isCredited }: Refund) =>
  isCredited && (state === 'FAILED' || state === 'PENDING');

function recordPartialPayment(
  order: Readonly<Order>,
  { amount }: Refund,
  paid: number,
  now: Date,
): OrderUpdateDecision {
  const [part, all] = [{ ...amount, amount: paid }, amount].map(plainMoneyText);
  return updateOrder(
    order,
    historyWith(order, 'refund', now, SYSTEM, `${part} of ${all} that failed: ${DASHBOARD_REFUND_REASON}`),
  );
}

const DISPUTE_EVENTS = { OPEN: 'dispute-opened', WON: 'dispute-won', LOST: 'dispute-lost' } as const satisfies Record<
  Dispute['state'],
  OrderEvent
>;

function applyStatedDispute(order: Readonly<Order>, stated: StatedDispute, now: Date): OrderUpdateDecision {
  const known = order.disputes?.find(({ id }) => id === stated.id);
  const state = ({ open: 'OPEN', won: 'WON', lost: 'LOST' } as const)[stated.state];
  if (known && (known.state !== 'OPEN' || known.state === state)) return { answer: order };
  const amount = { ...order.totals.total, amount: stated.amount };
  const dispute: Dispute = { id: stated.id, state, amount, reason: stated.reason, at: known?.at ?? now };
  const disputes = [...(order.disputes ?? []).filter(({ id }) => id !== stated.id), dispute];
  return updateOrder(order, {
    disputes,
    ...attentionFields({ ...order, disputes }, now),
    ...historyWith(order, DISPUTE_EVENTS[state], now, SYSTEM, `${plainMoneyText(amount)}: ${stated.reason}`),
  });
}

/** Whether a refund is not made yet and can be reduced. A credited one has the amount of its credit note. */
const isReducible = ({ state, isCredited }: Refund) => state === 'PENDING' && !isCredited;

/** Reduces waiting refunds to the rest of the captured amount. */
function reduceToRemainder(order: Readonly<Order>, now: Date): OrderUpdateDecision {
  const owed = order.refunds.filter(isCountedRefund).map(({ amount }) => amount.amount);
  const captured = order.payment?.captured.amount ?? 0;
  return reduceWaiting(order, sumAmounts(owed) + chargedBackAmount(order) - captured, now);
}

/**
 * Reduces the waiting refunds by an excess, in minor units, the latest first. A refund that is reduced to zero is
 * waived.
 */
function reduceWaiting(order: Readonly<Order>, excess: number, now: Date): OrderUpdateDecision {
  let rest = excess;
  const refunds = order.refunds.toReversed().map((refund) => {
    if (rest <= 0 || !isReducible(refund)) return refund;
    const amount = Math.max(0, refund.amount.amount - rest);
    rest -= refund.amount.amount - amount;
    return amount > 0 ? reduceRefund(refund, amount) : waiveRefund(refund);
  });
  if (rest === excess || excess <= 0) return { answer: order };
  const note = 'reduced, as money was refunded elsewhere';
  return updateOrder(order, {
    refunds: refunds.toReversed(),
    nextAt: resumeAt(now),
    ...historyWith(order, 'refund', now, SYSTEM, note),
  });
}

function reduceRefund(refund: Refund, amount: number): Refund {
  const { lines, shipping = 0 } = refund;
  return {
    ...refund,
    ...(lines ? reducePartsTo({ lines, shipping }, amount) : {}),
    amount: { ...refund.amount, amount },
  };
}

const waiveRefund = (refund: Refund): Refund => ({
  ...refund,
  state: 'WAIVED',
  failure: { reason: 'already_refunded', isReturned: false },
});
