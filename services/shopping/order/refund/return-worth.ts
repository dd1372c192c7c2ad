import { dayIn } from '../../../../lib/contract/time-zone.ts';
import type { Item } from '../../cart/cart.ts';
import { allot } from '../../checkout/pricing/round.ts';
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

/** Within how many days the delivery is refunded too when all goods come back; 0: never. Days are the time zone's. */
export interface WithdrawalPeriod {
  days: number;
  timeZone: string;
}

/** Goods that come back, with what they are worth in minor units. */
export interface ValuedItem extends Item {
  worth: number;
}

/** How much of a SKU is in a list of items. */
export const count = (items: readonly Item[], sku: string): number =>
  items.reduce((total, item) => total + (item.sku === sku ? item.quantity : 0), 0);

/**
 * What goods that come back are worth: their share of what is left of their line, which is what was paid for it less
 * what was refunded of it before, by lines or of the whole order, and less the worth of what came back before, however
 * much was refunded for that. The last pieces are worth all that is left, so that nothing is lost by rounding.
 */
export function worthOf(order: Readonly<Order>, items: readonly Item[]): ValuedItem[] {
  return items.map(({ sku, quantity }) => {
    const line = order.lines.find((one) => one.sku === sku);
    if (!line) return { sku, quantity, worth: 0 };
    const returned = order.returns.map((one) => returnedWorth(one, sku, line));
    const left = line.total.amount - priceReductions(order, sku) - returned.reduce((sum, worth) => sum + worth, 0);
    const pieces = line.quantity - count(approvedItems(order.returns), sku);
    // A share may be above what is exact in a double.
    const worth = Number((BigInt(Math.max(left, 0)) * BigInt(quantity)) / BigInt(pieces));
    return { sku, quantity, worth };
  });
}

/** What was refunded of a line for other reasons than that goods of it came back. */
function priceReductions(order: Readonly<Order>, sku: string): number {
  const refunds = countedRefunds(order);
  const reductions = refunds.map((refund, index) => {
    if (causeOf(order, refund) === 'return') return 0;
    const left = remainderOf({ ...order, refunds: refunds.slice(0, index) });
    return lineAmount(partsOf(order, refund, left).lines, sku);
  });
  return reductions.reduce((sum, amount) => sum + amount, 0);
}

/** Returns from before worths were kept were worth the share of their line's price. */
function returnedWorth({ approved, worth }: Return, sku: string, line: Order['lines'][number]): number {
  if (worth) return lineAmount(worth, sku);
  return Math.floor((line.total.amount * count(approved, sku)) / line.quantity);
}

/** What is refunded for goods when staff does not say: their worth, never more than is left of their line. */
export function standardRefund(items: readonly ValuedItem[], left: Remainder, shipping: number): RefundParts {
  const lines = items.map(({ sku, quantity, worth }) => ({
    sku,
    quantity,
    amount: Math.min(worth, lineAmount(left.lines, sku)),
  }));
  return { lines, shipping };
}

/**
 * Splits what staff refunds for goods: in proportion to their worth up to that, and beyond it in proportion to what is
 * left of their lines.
 */
export function chosenRefund(amount: number, standard: RefundParts, left: Remainder, shipping: number): RefundParts {
  const worths = standard.lines.map((line) => line.amount);
  const within = Math.min(
    amount,
    worths.reduce((sum, worth) => sum + worth, 0),
  );
  const shares = allot(within, worths);
  const rooms = standard.lines.map(({ sku }, index) => lineAmount(left.lines, sku) - (worths[index] ?? 0));
  const more = allot(amount - within, rooms);
  const lines = standard.lines.map((line, index) => ({ ...line, amount: (shares[index] ?? 0) + (more[index] ?? 0) }));
  return { lines, shipping };
}

/**
 * What of the delivery is refunded with a return, in minor units: all that is left of it once all goods of the order
 * have come back, in however many returns, each asked for by the end of the last day of the withdrawal period. The
 * period is counted from the day after the order was delivered; where nobody has noted that, after it was shipped.
 * @param returns those of the order with the return that is about to be approved
 */
export function deliveryDue(
  order: Readonly<Order>,
  returns: readonly Return[],
  left: Remainder,
  { days, timeZone }: WithdrawalPeriod,
): number {
  const isComplete = order.lines.every(({ sku, quantity }) => count(approvedItems(returns), sku) >= quantity);
  const start = arrivedAt(order);
  if (days === 0 || !isComplete || !start) return 0;
  const isInTime = returns
    .filter(({ state }) => state === 'APPROVED')
    .every(({ at }) => daysBetween(dayIn(start, timeZone), dayIn(at, timeZone)) <= days);
  return isInTime ? left.shipping : 0;
}

function arrivedAt({ history }: Readonly<Order>): Date | undefined {
  const noted = (status: 'DELIVERED' | 'SHIPPED') =>
    history.find((entry) => entry.event === 'status' && entry.status === status)?.at;
  return noted('DELIVERED') ?? noted('SHIPPED');
}

const DAY_MS = 86_400_000;
const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / DAY_MS;

const approvedItems = (returns: readonly Return[]): Item[] => returns.flatMap(({ approved }) => approved);
