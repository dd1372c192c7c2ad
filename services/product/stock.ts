import type { Decision } from '../../lib/changes.ts';
import { idTime } from '../../lib/ids.ts';

/**
 * The stock of one SKU. Invariants: received = available + reserved + sold, none negative; reserved = sum of `res`.
 * `res` holds what each open order has set aside; `done` how an order's reservation ended, so that a late command
 * changes nothing: 1 sold, -1 released.
 */
export interface Stock {
  _id: string;
  rev: number;
  productId: string;
  available: number;
  reserved: number;
  sold: number;
  res: Record<string, number>;
  done: Record<string, 1 | -1>;
  /** Orders up to this id may have been removed from `done`. */
  prunedThrough: string;
  /** When `available` was last changed. */
  updatedAt: Date;
}

export type Reserved = { outcome: 'reserved' | 'short' | 'closed'; available: number };

const SOLD = 1;
const RELEASED = -1;
/** How long an ended order is remembered at least, in ms, by the time in its id: only a recovery comes later. */
const REMEMBERED = 120_000;
/** Old entries go together, not one with each write. */
const PRUNED_AT = 150_000;

/** Sets `quantity` aside. `closed`: the order has ended or is older than what `done` remembers. */
export function reserve(stock: Readonly<Stock>, orderId: string, quantity: number, now: Date): Decision<Reserved> {
  const { available } = stock;
  const held = Object.hasOwn(stock.res, orderId);
  if (held) return { answer: { outcome: 'reserved', available } };
  if (isDone(stock, orderId)) return { answer: { outcome: 'closed', available } };
  if (available < quantity) return { answer: { outcome: 'short', available } };
  return {
    answer: { outcome: 'reserved', available: available - quantity },
    patch: {
      available: available - quantity,
      reserved: stock.reserved + quantity,
      [`res.${orderId}`]: quantity,
      updatedAt: now,
    },
  };
}

/**
 * Turns the reservation into a sale.
 * @throws {Error} when the order holds none and has not been sold: its stock would be sold without having been held.
 */
export function commit(stock: Readonly<Stock>, orderId: string, now: Date): Decision<undefined> {
  const quantity = stock.res[orderId];
  if (quantity === undefined) {
    // A paid order held its stock until its first commit, so what is gone and no longer remembered has been sold.
    if (stock.done[orderId] === SOLD || (stock.done[orderId] === undefined && isDone(stock, orderId))) {
      return { answer: undefined };
    }
    throw new Error(`${orderId} holds nothing of ${stock._id}`);
  }
  return {
    answer: undefined,
    patch: {
      reserved: stock.reserved - quantity,
      sold: stock.sold + quantity,
      [`res.${orderId}`]: undefined,
      ...ended(stock, orderId, SOLD, now),
    },
  };
}

/** Gives the reservation back. Without one, a tombstone makes sure that a reserve still under way finds it closed. */
export function release(stock: Readonly<Stock>, orderId: string, now: Date): Decision<undefined> {
  if (isDone(stock, orderId)) return { answer: undefined };
  const quantity = stock.res[orderId];
  if (quantity === undefined) return { answer: undefined, patch: ended(stock, orderId, RELEASED, now) };
  return {
    answer: undefined,
    patch: {
      available: stock.available + quantity,
      reserved: stock.reserved - quantity,
      [`res.${orderId}`]: undefined,
      updatedAt: now,
      ...ended(stock, orderId, RELEASED, now),
    },
  };
}

function isDone(stock: Readonly<Stock>, orderId: string): boolean {
  const held = Object.hasOwn(stock.res, orderId);
  return !held && (Object.hasOwn(stock.done, orderId) || orderId <= stock.prunedThrough);
}

/** The part of a patch that records how an order ended, and forgets those that ended long ago. */
function ended(stock: Readonly<Stock>, orderId: string, how: 1 | -1, now: Date): Record<string, unknown> {
  const patch: Record<string, unknown> = { [`done.${orderId}`]: how };
  let { prunedThrough } = stock;
  for (const id of expired(stock.done, now)) {
    patch[`done.${id}`] = undefined;
    if (id > prunedThrough) prunedThrough = id;
  }
  return prunedThrough === stock.prunedThrough ? patch : { ...patch, prunedThrough };
}

/** Entries stand in the order in which they were written, nearly that of their ids: the oldest tells for all. */
function* expired(done: Stock['done'], now: Date): Generator<string> {
  let limit = PRUNED_AT;
  for (const id in done) {
    if (+now - +idTime(id) <= limit) return;
    yield id;
    limit = REMEMBERED;
  }
}
