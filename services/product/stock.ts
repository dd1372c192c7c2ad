import * as allotment from '../../lib/allotment.ts';
import type { Decision } from '../../lib/changes.ts';

/** The stock of one SKU: an allotment of what was received. */
export interface Stock extends allotment.Allotment {
  _id: string;
  rev: number;
  productId: string;
  /** All that ever came in: received = available + reserved + sold. */
  received: number;
  /** When `available` was last changed. */
  updatedAt: Date;
}

/** Sets `quantity` aside for an order. `closed`: the order has ended. */
export function reserve(
  stock: Readonly<Stock>,
  orderId: string,
  quantity: number,
  now: Date,
): Decision<allotment.Reserved> {
  return stamped(allotment.reserve(stock, orderId, quantity), now);
}

/** Turns an order's reservation into a sale. @throws {Error} when there is none */
export function commit(stock: Readonly<Stock>, orderId: string, now: Date): Decision<undefined> {
  return allotment.commit(stock, orderId, now);
}

/** Gives an order's reservation back, and refuses it a later one. */
export function release(stock: Readonly<Stock>, orderId: string, now: Date): Decision<undefined> {
  return stamped(allotment.release(stock, orderId, now), now);
}

/** Refuses an order from now on, while what it holds stays held. */
export function close(stock: Readonly<Stock>, orderId: string, now: Date): Decision<undefined> {
  return allotment.close(stock, orderId, now);
}

/** Puts sold goods back into the stock, once for each key. @throws unavailable when the command comes too late */
export function takeBack(stock: Readonly<Stock>, command: allotment.Keyed, now: Date): Decision<undefined> {
  return stamped(allotment.takeBack(stock, command, now), now);
}

/** Takes in new goods, once for each key. @throws unavailable when the command comes too late */
export function receive(stock: Readonly<Stock>, command: allotment.Keyed, now: Date): Decision<undefined> {
  const more = () => ({
    available: stock.available + command.quantity,
    received: stock.received + command.quantity,
  });
  return stamped(allotment.once(stock, command, now, more), now);
}

function stamped<A>(decision: Decision<A>, now: Date): Decision<A> {
  const { answer, patch } = decision;
  return patch && 'available' in patch ? { answer, patch: { ...patch, updatedAt: now } } : decision;
}
