import { addUp, type Money } from '../../../shared/money.ts';
import { errors } from '../../../shared/problems.ts';
import { allot } from '../../checkout/pricing/round.ts';
import type { Order, Refund, RefundCause, RefundLine } from '../order.ts';

/** What a refund is for, in minor units of the order's currency; together they are its amount. */
export interface RefundParts {
  lines: RefundLine[];
  /** Of the delivery. */
  shipping: number;
}

/** What can still be refunded, in minor units: of each line what was paid for it, and of the delivery its cost. */
export interface Remainder {
  lines: { sku: string; amount: number }[];
  shipping: number;
}

/** The key of the refund that a cancellation makes. */
export const CANCEL_KEY = 'cancel';

/** What a refund was made by. On one that does not say so, from before causes were kept, its key tells. */
export function causeOf({ returns }: Pick<Order, 'returns'>, { cause, key }: Refund): RefundCause {
  if (cause) return cause;
  if (key === CANCEL_KEY) return 'cancellation';
  return returns.some(({ id }) => id === key) ? 'return' : 'request';
}

/**
 * Whether a refund takes its amount off what can be refunded. One that failed takes nothing, unless it was credited: then
 * the customer is owed its money, and the same refund has to be tried again or settled.
 */
export const isOwed = ({ state, isCredited = false }: Refund): boolean =>
  state === 'FAILED' ? isCredited : state !== 'WAIVED';

/** The refunds that what is left to refund is less by: those that are done, under way, or owed. */
export const countedRefunds = ({ refunds }: Pick<Order, 'refunds'>): readonly Refund[] => refunds.filter(isOwed);

/** In minor units: what the bank has taken back for the cardholder. */
export const chargedBack = ({ disputes = [] }: Pick<Order, 'disputes'>): number =>
  addUp(disputes.filter(({ state }) => state === 'LOST').map(({ amount }) => amount.amount));

/** What of the captured money is neither refunded, nor about to be, nor charged back. */
export function refundable(order: Readonly<Order>): Money {
  const { payment, totals } = order;
  const captured = payment?.captured ?? { amount: 0, currency: totals.total.currency };
  const gone = addUp(countedRefunds(order).map(({ amount }) => amount.amount)) + chargedBack(order);
  return { ...captured, amount: Math.max(0, captured.amount - gone) };
}

type Refundable = Pick<Order, 'lines' | 'shipping' | 'refunds' | 'returns'>;

export const amountOf = ({ lines, shipping }: RefundParts | Remainder): number =>
  addUp([...lines.map(({ amount }) => amount), shipping]);

export const lineAmount = (lines: readonly { sku: string; amount: number }[], sku: string): number =>
  addUp(lines.filter((line) => line.sku === sku).map(({ amount }) => amount));

/** What is left of each line and of the delivery after all refunds, whether they are done or under way. */
export function remainderOf(order: Refundable): Remainder {
  const { lines, shipping } = order;
  const paid = {
    lines: lines.map(({ sku, total }) => ({ sku, amount: total.amount })),
    shipping: shipping.total.amount,
  };
  return countedRefunds(order).reduce((left, refund) => less(left, partsOf(order, refund, left)), paid);
}

/**
 * What a refund is for. One from before there were lines counts as a refund of the goods that came back with it, otherwise
 * of the whole order.
 */
export function partsOf(order: Pick<Order, 'returns'>, refund: Refund, left: Remainder): RefundParts {
  const { key, lines, shipping = 0, amount } = refund;
  if (lines) return { lines, shipping };
  const { approved = [] } = order.returns.find(({ id }) => id === key) ?? {};
  const returned = left.lines.filter((line) => approved.some(({ sku }) => sku === line.sku));
  const goods = Math.min(amount.amount, addUp(returned.map((line) => line.amount)));
  const own = spread(goods, { lines: returned, shipping: 0 });
  const rest = spread(amount.amount - goods, less(left, own));
  return { lines: [...own.lines, ...rest.lines], shipping: rest.shipping };
}

/**
 * Spreads a refund that names no lines: over the lines in proportion to what is left of each (largest remainder), and
 * over the delivery only beyond that. So the goods are never worth more than they cost less what was given back.
 */
export function spread(amount: number, left: Remainder): RefundParts {
  const weights = left.lines.map((line) => line.amount);
  const goods = Math.min(amount, addUp(weights));
  const shares = allot(goods, weights);
  const lines = left.lines.map(({ sku }, index) => ({ sku, amount: shares[index] ?? 0 }));
  return { lines: lines.filter((line) => line.amount > 0), shipping: amount - goods };
}

/** No more of what a refund is for than can be refunded: what was charged back is gone, but belongs to no line. */
export function withinRefundable(order: Readonly<Order>, parts: RefundParts): RefundParts {
  const most = refundable(order).amount;
  return amountOf(parts) > most ? cutTo(parts, most) : parts;
}

/** As much as an amount pays of what a refund is for. */
export function cutTo({ lines, shipping }: RefundParts, amount: number): RefundParts {
  const cut = spread(amount, { lines, shipping });
  const kept = lines.map((line) => ({ ...line, amount: lineAmount(cut.lines, line.sku) }));
  return { lines: kept.filter((line) => line.amount > 0), shipping: cut.shipping };
}

/** All that is left. */
export function everything(left: Remainder): RefundParts {
  return { lines: left.lines.filter(({ amount }) => amount > 0), shipping: left.shipping };
}

/** @throws invalid-request for a line that the order has not, or has fewer pieces of; refund-too-high */
export function refuseTooMuch(
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
    return isFirst ? [] : [{ pointer: `${pointer}/sku`, detail: `${sku} is named twice.` }];
  });
  if (refused.length > 0) throw errors.invalidRequest(refused);
  const money = (amount: number): Money => ({ amount, currency });
  const tooHigh = parts.lines.flatMap(({ sku, amount }) => {
    const most = lineAmount(left.lines, sku);
    return amount > most ? [{ sku, left: money(most) }] : [];
  });
  const isDeliveryTooHigh = parts.shipping > left.shipping;
  if (tooHigh.length > 0 || isDeliveryTooHigh) {
    throw errors.refundTooHigh(money(amountOf(left)), tooHigh, isDeliveryTooHigh ? money(left.shipping) : undefined);
  }
}

function less(left: Remainder, parts: RefundParts): Remainder {
  return {
    lines: left.lines.map(({ sku, amount }) => ({ sku, amount: amount - lineAmount(parts.lines, sku) })),
    shipping: left.shipping - parts.shipping,
  };
}
