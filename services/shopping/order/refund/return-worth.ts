import { dayIn } from '../../../../lib/contract/time-zone.ts';
import type { Item } from '../../cart/cart.ts';
import { isShipped } from '../../checkout/pricing/price.ts';
import { allocate } from '../../checkout/pricing/round.ts';
import type { Order, Return } from '../order.ts';
import {
  causeOf,
  countedRefunds,
  lineAmount,
  partsOf,
  type RefundParts,
  type Remainder,
  remainderOf,
} from './refund-lines.ts';

/**
 * The number of days within which a return of all goods refunds the delivery, too. 0: never. Days are those of the time
 * zone.
 */
export interface WithdrawalPeriod {
  days: number;
  timeZone: string;
}

/** Returned goods with their worth in minor units. */
export interface ValuedItem extends Item {
  worth: number;
}

/** The quantity of a SKU in a list of items. */
export const quantityOf = (items: readonly Item[], sku: string): number =>
  items.reduce((total, item) => total + (item.sku === sku ? item.quantity : 0), 0);

/**
 * The worth of returned goods: their share of the rest of their line. The rest is the line's price, less its refunds
 * for other reasons, less the worth of earlier returns (not their refunds, which staff can choose). The last pieces are
 * worth the whole rest, so that rounding loses nothing.
 */
export function valueItems(order: Readonly<Order>, items: readonly Item[]): ValuedItem[] {
  return items.map(({ sku, quantity }) => {
    const line = order.lines.find((one) => one.sku === sku);
    if (!line) return { sku, quantity, worth: 0 };
    const returned = order.returns.map((one) => worthOfReturn(one, sku, line));
    const left =
      line.total.amount - refundedForOtherReasons(order, sku) - returned.reduce((sum, worth) => sum + worth, 0);
    const pieces = line.quantity - quantityOf(approvedItems(order.returns), sku);
    // The product may exceed the safe integers.
    const worth = Number((BigInt(Math.max(left, 0)) * BigInt(quantity)) / BigInt(pieces));
    return { sku, quantity, worth };
  });
}

/** The refunded amount of a line for other reasons than returns, in minor units. */
function refundedForOtherReasons(order: Readonly<Order>, sku: string): number {
  const refunds = countedRefunds(order);
  const reductions = refunds.map((refund, index) => {
    if (causeOf(order, refund) === 'return') return 0;
    const left = remainderOf({ ...order, refunds: refunds.slice(0, index) });
    return lineAmount(partsOf(order, refund, left).lines, sku);
  });
  return reductions.reduce((sum, amount) => sum + amount, 0);
}

/**
 * The worth of a line's goods in a return. For returns from before worths were stored, it is their share of the line's
 * price.
 */
function worthOfReturn({ approved, worth }: Return, sku: string, line: Order['lines'][number]): number {
  if (worth) return lineAmount(worth, sku);
  return Math.floor((line.total.amount * quantityOf(approved, sku)) / line.quantity);
}

/** The default refund of returned goods: their worth, but at most the rest of their line. */
export function standardRefund(items: readonly ValuedItem[], left: Remainder, shipping: number): RefundParts {
  const lines = items.map(({ sku, quantity, worth }) => ({
    sku,
    quantity,
    amount: Math.min(worth, lineAmount(left.lines, sku)),
  }));
  return { lines, shipping };
}

/**
 * Splits the amount that staff chooses for returned goods: up to their worth in proportion to it, and the excess in
 * proportion to the rest of their lines.
 */
export function chosenRefund(amount: number, standard: RefundParts, left: Remainder, shipping: number): RefundParts {
  const worths = standard.lines.map((line) => line.amount);
  const upToWorth = Math.min(
    amount,
    worths.reduce((sum, worth) => sum + worth, 0),
  );
  const shares = allocate(upToWorth, worths);
  const restsAboveWorth = standard.lines.map(({ sku }, index) => lineAmount(left.lines, sku) - (worths[index] ?? 0));
  const excess = allocate(amount - upToWorth, restsAboveWorth);
  const lines = standard.lines.map((line, index) => ({ ...line, amount: (shares[index] ?? 0) + (excess[index] ?? 0) }));
  return { lines, shipping };
}

/**
 * The refund of the delivery that is due with a return, in minor units: its whole rest, if all shipped goods are
 * returned now, in any number of returns, each requested within the withdrawal period. The period begins on the day
 * after the delivery or, if that was not recorded, after the shipment.
 * @param returns those of the order, with the one that is being approved
 */
export function dueDeliveryRefund(
  order: Readonly<Order>,
  returns: readonly Return[],
  left: Remainder,
  { days, timeZone }: WithdrawalPeriod,
): number {
  const shipped = order.lines.filter(isShipped);
  const isComplete = shipped.every(({ sku, quantity }) => quantityOf(approvedItems(returns), sku) >= quantity);
  const start = deliveredAt(order);
  if (days === 0 || !isComplete || !start) return 0;
  const isInTime = returns
    .filter(({ state }) => state === 'APPROVED')
    .every(({ at }) => daysBetween(dayIn(start, timeZone), dayIn(at, timeZone)) <= days);
  return isInTime ? left.shipping : 0;
}

function deliveredAt({ history }: Readonly<Order>): Date | undefined {
  const recordedAt = (status: 'DELIVERED' | 'SHIPPED') =>
    history.find((entry) => entry.event === 'status' && entry.status === status)?.at;
  return recordedAt('DELIVERED') ?? recordedAt('SHIPPED');
}

const DAY_MS = 86_400_000;
const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / DAY_MS;

const approvedItems = (returns: readonly Return[]): Item[] => returns.flatMap(({ approved }) => approved);
