import { fingerprintOf } from '../../../../lib/contract/fingerprint.ts';
import { plainMoneyText } from '../../../shared/format.ts';
import { errors } from '../../../shared/problems.ts';
import { type Order, type Refund, type RefundCause, type RefundLine, resumeAt } from '../order.ts';
import { type OrderUpdateDecision, updateOrder } from '../order-change.ts';
import { type Actor, historyWith } from '../order-state.ts';
import {
  allPartsOf,
  causeOf,
  type RefundParts,
  type Remainder,
  reduceToRefundable,
  refundableAmount,
  refuseExcess,
  remainderOf,
  spreadAmount,
  totalAmountOf,
} from './refund-lines.ts';

export interface RefundRequest {
  id: string;
  key: string;
  /** In minor units. Without lines and shipping it is spread over the order. Default: the whole rest. */
  amount?: number | undefined;
  lines?: readonly RequestedLine[] | undefined;
  /** The part for the delivery, in minor units. */
  shipping?: number | undefined;
  reason: string;
  by: Actor;
}

interface RequestedLine {
  sku: string;
  quantity?: number | undefined;
  amount: number;
}

/**
 * Records a requested refund, which is made in the background. A repetition with its key changes nothing.
 * @throws wrong-state before a payment; refund-too-high; invalid-request; idempotency-key-reused for another request
 */
export function requestRefund(order: Readonly<Order>, request: RefundRequest, now: Date): OrderUpdateDecision {
  const { key, amount, lines, shipping, reason, by } = request;
  const fingerprint = fingerprintOf({ amount, lines, shipping, reason });
  const known = order.refunds.find((refund) => refund.key === key && causeOf(order, refund) === 'request');
  if (known) {
    if (!isSameRequest(known, request, fingerprint)) throw errors.idempotencyKeyReused();
    return { answer: order };
  }
  if (!order.payment) throw errors.wrongState(order.state, 'The order is not paid.');
  const parts = requestedParts(order, request);
  const refund: Refund = { ...newRefund(order, { ...request, cause: 'request' }, parts, now), fingerprint };
  return updateOrder(order, {
    refunds: [...order.refunds, refund],
    ...(refund.state === 'PENDING' ? { nextAt: resumeAt(now) } : {}),
    ...historyWith(order, 'refund', now, by, `${plainMoneyText(refund.amount)}: ${reason}`),
  });
}

/** Refunds from before fingerprints were stored are compared by their fields. */
function isSameRequest(
  known: Refund,
  { amount, lines, shipping, reason }: RefundRequest,
  fingerprint: string,
): boolean {
  if (known.fingerprint !== undefined) return known.fingerprint === fingerprint;
  const isSameAmount = amount === undefined || amount === known.amount.amount;
  return isSameAmount && !lines && shipping === undefined && reason === known.reason;
}

function requestedParts(order: Readonly<Order>, { amount, lines, shipping }: RefundRequest): RefundParts {
  const [most, left] = [refundableAmount(order), remainderOf(order)];
  if (!lines && shipping === undefined) {
    const isTooHigh = amount === undefined ? most.amount === 0 : amount > most.amount;
    if (isTooHigh) throw errors.refundTooHigh(most);
    return amount === undefined ? reduceToRefundable(order, allPartsOf(left)) : spreadAmount(amount, left);
  }
  const parts = { lines: (lines ?? []).map(refundLineOf), shipping: shipping ?? 0 };
  refuseExcess(order, parts, left, most.currency);
  const sum = totalAmountOf(parts);
  if (amount !== undefined && amount !== sum) {
    throw errors.invalidRequest([{ pointer: '/amount', detail: `The sum of lines and delivery is ${sum}.` }]);
  }
  if (sum > most.amount) throw errors.refundTooHigh(most);
  return parts;
}

const refundLineOf = ({ sku, quantity, amount }: RequestedLine): RefundLine => ({
  sku,
  ...(quantity === undefined ? {} : { quantity }),
  amount,
});

/** The origin of a refund: its request, cancellation, return, or the payment provider. */
interface RefundOrigin {
  id: string;
  key: string;
  cause: RefundCause;
  by: Actor;
  reason: string;
}

/** A new refund of these parts. A refund of zero is done at once. */
export function newRefund(
  order: Pick<Order, 'totals'>,
  { id, key, cause, by, reason }: RefundOrigin,
  parts: RefundParts,
  at: Date,
): Refund {
  const amount = { ...order.totals.total, amount: totalAmountOf(parts) };
  return { id, key, cause, amount, ...parts, state: amount.amount > 0 ? 'PENDING' : 'DONE', by, at, reason };
}

/** The parts of a cancellation's refund: the whole rest, with the pieces of each line. */
export function cancellationParts(order: Readonly<Order>, left: Remainder = remainderOf(order)): RefundParts {
  const { lines, shipping } = allPartsOf(left);
  const pieces = new Map(order.lines.map(({ sku, quantity }) => [sku, quantity]));
  return { lines: lines.map(({ sku, amount }) => ({ sku, quantity: pieces.get(sku) ?? 0, amount })), shipping };
}
