import { type Money, sumAmounts } from '../../../shared/money.ts';
import { errors } from '../../../shared/problems.ts';
import { allocate } from '../../checkout/pricing/round.ts';
import type { Order, Refund, RefundCause, RefundLine } from '../order.ts';

/** The parts of a refund, in minor units of the order's currency. Their sum is its amount. */
export interface RefundParts {
  lines: RefundLine[];
  /** The part for the delivery. */
  shipping: number;
}

/** The amounts that can still be refunded, in minor units: of each line, and of the delivery. */
export interface Remainder {
  lines: { sku: string; amount: number }[];
  shipping: number;
}

/** The stored key of a cancellation's refund. */
export const CANCELLATION_REFUND_KEY = 'cancel';

/** The cause of a refund. For refunds from before causes were stored, it follows from the key. */
export function causeOf({ returns }: Pick<Order, 'returns'>, { cause, key }: Refund): RefundCause {
  if (cause) return cause;
  if (key === CANCELLATION_REFUND_KEY) return 'cancellation';
  return returns.some(({ id }) => id === key) ? 'return' : 'request';
}

/**
 * Whether a refund reduces the amount that can still be refunded. A failed one does not, unless it has a credit note:
 * then its amount is still owed to the customer, and staff has to retry or settle it.
 */
export const isCountedRefund = ({ state, isCredited = false }: Refund): boolean =>
  state === 'FAILED' ? isCredited : state !== 'WAIVED';

/** The refunds that reduce the amount that can still be refunded. */
export const countedRefunds = ({ refunds }: Pick<Order, 'refunds'>): readonly Refund[] =>
  refunds.filter(isCountedRefund);

/** The charged-back amount, in minor units. */
export const chargedBackAmount = ({ disputes = [] }: Pick<Order, 'disputes'>): number =>
  sumAmounts(disputes.filter(({ state }) => state === 'LOST').map(({ amount }) => amount.amount));

/**
 * The amount that can still be refunded: what was captured, less refunds that are done or under way, less chargebacks.
 */
export function refundableAmount(order: Readonly<Order>): Money {
  const { payment, totals } = order;
  const captured = payment?.captured ?? { amount: 0, currency: totals.total.currency };
  const spent = sumAmounts(countedRefunds(order).map(({ amount }) => amount.amount)) + chargedBackAmount(order);
  return { ...captured, amount: Math.max(0, captured.amount - spent) };
}

type RefundedOrder = Pick<Order, 'lines' | 'shipping' | 'refunds' | 'returns'>;

/** The sum of the parts, in minor units. */
export const totalAmountOf = ({ lines, shipping }: RefundParts | Remainder): number =>
  sumAmounts([...lines.map(({ amount }) => amount), shipping]);

/** The amount of a SKU in a list of lines; zero if it has none. */
export const lineAmount = (lines: readonly { sku: string; amount: number }[], sku: string): number =>
  sumAmounts(lines.filter((line) => line.sku === sku).map(({ amount }) => amount));

/** The rest of each line and of the delivery after the counted refunds. */
export function remainderOf(order: RefundedOrder): Remainder {
  const { lines, shipping } = order;
  const paid = {
    lines: lines.map(({ sku, total }) => ({ sku, amount: total.amount })),
    shipping: shipping.total.amount,
  };
  return countedRefunds(order).reduce((left, refund) => subtractParts(left, partsOf(order, refund, left)), paid);
}

/**
 * The parts of a refund. One from before refunds had lines counts for the goods of its return, and the rest of its
 * amount for the whole order.
 */
export function partsOf(order: Pick<Order, 'returns'>, refund: Refund, left: Remainder): RefundParts {
  const { key, lines, shipping = 0, amount } = refund;
  if (lines) return { lines, shipping };
  const { approved = [] } = order.returns.find(({ id }) => id === key) ?? {};
  const returned = left.lines.filter((line) => approved.some(({ sku }) => sku === line.sku));
  const goods = Math.min(amount.amount, sumAmounts(returned.map((line) => line.amount)));
  const own = spreadAmount(goods, { lines: returned, shipping: 0 });
  const rest = spreadAmount(amount.amount - goods, subtractParts(left, own));
  return { lines: [...own.lines, ...rest.lines], shipping: rest.shipping };
}

/**
 * Spreads an amount over the lines, in proportion to the rest of each (largest remainder method). An amount that
 * exceeds the lines goes to the delivery. So a line is never refunded beyond its rest.
 */
export function spreadAmount(amount: number, left: Remainder): RefundParts {
  const weights = left.lines.map((line) => line.amount);
  const goods = Math.min(amount, sumAmounts(weights));
  const shares = allocate(goods, weights);
  const lines = left.lines.map(({ sku }, index) => ({ sku, amount: shares[index] ?? 0 }));
  return { lines: lines.filter((line) => line.amount > 0), shipping: amount - goods };
}

/** The parts, reduced to the amount that can still be refunded: a chargeback reduces that amount, but no line. */
export function reduceToRefundable(order: Readonly<Order>, parts: RefundParts): RefundParts {
  const { amount } = refundableAmount(order);
  return totalAmountOf(parts) > amount ? reducePartsTo(parts, amount) : parts;
}

/** The parts, reduced to an amount in proportion. */
export function reducePartsTo({ lines, shipping }: RefundParts, amount: number): RefundParts {
  const reduced = spreadAmount(amount, { lines, shipping });
  const kept = lines.map((line) => ({ ...line, amount: lineAmount(reduced.lines, line.sku) }));
  return { lines: kept.filter((line) => line.amount > 0), shipping: reduced.shipping };
}

/** The parts of a refund of the whole rest. */
export function allPartsOf(left: Remainder): RefundParts {
  return { lines: left.lines.filter(({ amount }) => amount > 0), shipping: left.shipping };
}

/**
 * Refuses parts that exceed the order or its rest.
 * @throws invalid-request for a line that the order does not have, or has fewer pieces of; refund-too-high
 */
export function refuseExcess(
  { lines }: Pick<Order, 'lines'>,
  parts: RefundParts,
  left: Remainder,
  currency: string,
): void {
  const ordered = new Map(lines.map(({ sku, quantity }) => [sku, quantity]));
  const refused = parts.lines.flatMap(({ sku, quantity = 1 }, index) => {
    const pointer = `/lines/${index}`;
    const pieces = ordered.get(sku);
    if (pieces === undefined) return [{ pointer: `${pointer}/sku`, detail: `The order has no ${sku}.` }];
    if (quantity > pieces) {
      return [{ pointer: `${pointer}/quantity`, detail: `The order has ${pieces} of ${sku}, not ${quantity}.` }];
    }
    const isFirst = parts.lines.findIndex((line) => line.sku === sku) === index;
    return isFirst ? [] : [{ pointer: `${pointer}/sku`, detail: `${sku} is there twice.` }];
  });
  if (refused.length > 0) throw errors.invalidRequest(refused);
  const money = (amount: number): Money => ({ amount, currency });
  const tooHigh = parts.lines.flatMap(({ sku, amount }) => {
    const most = lineAmount(left.lines, sku);
    return amount > most ? [{ sku, left: money(most) }] : [];
  });
  const isDeliveryTooHigh = parts.shipping > left.shipping;
  if (tooHigh.length > 0 || isDeliveryTooHigh) {
    throw errors.refundTooHigh(
      money(totalAmountOf(left)),
      tooHigh,
      isDeliveryTooHigh ? money(left.shipping) : undefined,
    );
  }
}

/** The remainder after a refund of these parts. */
function subtractParts(left: Remainder, parts: RefundParts): Remainder {
  return {
    lines: left.lines.map(({ sku, amount }) => ({ sku, amount: amount - lineAmount(parts.lines, sku) })),
    shipping: left.shipping - parts.shipping,
  };
}
