import type { Decision } from '../../mixins/store/changes.ts';
import { type Keys, type Once, once } from '../../mixins/store/once.ts';
import { idTime } from './ids.ts';

export { forget, once } from '../../mixins/store/once.ts';

/**
 * So much of something that orders set aside and then use: the stock of a SKU, the uses of a coupon. Invariants: what
 * was ever given out = available + reserved + sold, none negative; reserved = sum of `res`.
 * `res` holds what each open order has set aside; `done` how an order's reservation ended, so that a late command
 * changes nothing: 1 sold, -1 released, or closed if it is in `res` too.
 */
export interface Allotment<A = unknown> {
  available: number;
  reserved: number;
  sold: number;
  res: Record<string, number>;
  done: Record<string, 1 | -1>;
  /** Orders up to this id may have been removed from `done`. */
  prunedThrough: string;
  /** What was taken back or received, by key; see `once`. */
  back: Keys<A>;
}

export type Reserved = { outcome: 'reserved' | 'short' | 'closed'; available: number };
type Fields = Record<string, unknown>;

export const emptyAllotment = (available: number): Allotment<never> => ({
  available,
  reserved: 0,
  sold: 0,
  res: {},
  done: {},
  prunedThrough: '',
  back: {},
});

const SOLD = 1;
const RELEASED = -1;
/** How long an ended order is remembered at least, in ms, by the time in its id: only a recovery comes later. */
const REMEMBERED = 120_000;
/** Old entries go together, not one with each write. */
const PRUNED_AT = 150_000;

/** Sets `quantity` aside. `closed`: the order has ended or is older than what `done` remembers. */
export function reserve(from: Readonly<Allotment>, orderId: string, quantity: number): Decision<Reserved> {
  const { available } = from;
  if (isClosed(from, orderId)) return { answer: { outcome: 'closed', available } };
  if (Object.hasOwn(from.res, orderId)) return { answer: { outcome: 'reserved', available } };
  if (isDone(from, orderId)) return { answer: { outcome: 'closed', available } };
  if (available < quantity) return { answer: { outcome: 'short', available } };
  return {
    answer: { outcome: 'reserved', available: available - quantity },
    patch: { available: available - quantity, reserved: from.reserved + quantity, [`res.${orderId}`]: quantity },
  };
}

/**
 * Turns the reservation into a sale.
 * @throws {Error} when the order holds none and has not been sold: its part would be sold without having been held.
 */
export function commit(from: Readonly<Allotment>, orderId: string, now: Date): Decision<undefined> {
  const quantity = from.res[orderId];
  if (quantity === undefined) {
    // A paid order held its part until its first commit, so what is gone and no longer remembered has been sold.
    if (from.done[orderId] === SOLD || (from.done[orderId] === undefined && isDone(from, orderId))) {
      return { answer: undefined };
    }
    throw new Error(`${orderId} holds nothing`);
  }
  return {
    answer: undefined,
    patch: {
      reserved: from.reserved - quantity,
      sold: from.sold + quantity,
      [`res.${orderId}`]: undefined,
      ...ended(from, orderId, SOLD, now),
    },
  };
}

/** Gives the reservation back. Without one, a tombstone makes sure that a reserve still under way finds it closed. */
export function release(from: Readonly<Allotment>, orderId: string, now: Date): Decision<undefined> {
  if (isDone(from, orderId)) return { answer: undefined };
  const quantity = from.res[orderId];
  if (quantity === undefined) return { answer: undefined, patch: ended(from, orderId, RELEASED, now) };
  return {
    answer: undefined,
    patch: {
      available: from.available + quantity,
      reserved: from.reserved - quantity,
      [`res.${orderId}`]: undefined,
      ...ended(from, orderId, RELEASED, now),
    },
  };
}

/**
 * Refuses the order from now on, while what it holds stays held: who then finds that nobody had begun to rely on the
 * reservation may release it.
 */
export function close(from: Readonly<Allotment>, orderId: string, now: Date): Decision<undefined> {
  if (!Object.hasOwn(from.res, orderId)) return release(from, orderId, now);
  if (isClosed(from, orderId)) return { answer: undefined };
  return { answer: undefined, patch: { [`done.${orderId}`]: RELEASED } };
}

/** A change by so much that is to happen once, whoever asks for it again. */
export interface Keyed extends Once {
  quantity: number;
}

/** Puts what was sold back. @throws {Error} when less was sold; unavailable when it comes too late */
export function takeBack(from: Readonly<Allotment>, command: Keyed, now: Date): Decision<undefined> {
  return once(from, command, now, () => {
    if (command.quantity > from.sold) throw new Error(`${command.key} gives back ${command.quantity} of ${from.sold}`);
    return { available: from.available + command.quantity, sold: from.sold - command.quantity };
  });
}

function isDone(from: Readonly<Allotment>, orderId: string): boolean {
  const held = Object.hasOwn(from.res, orderId);
  return !held && (Object.hasOwn(from.done, orderId) || orderId <= from.prunedThrough);
}

function isClosed(from: Readonly<Allotment>, orderId: string): boolean {
  return Object.hasOwn(from.res, orderId) && Object.hasOwn(from.done, orderId);
}

/** The part of a patch that records how an order ended, and forgets those that ended long ago. */
function ended(from: Readonly<Allotment>, orderId: string, how: 1 | -1, now: Date): Fields {
  const patch: Fields = { [`done.${orderId}`]: how };
  let { prunedThrough } = from;
  for (const id of expired(from.done, now)) {
    if (isClosed(from, id)) continue;
    patch[`done.${id}`] = undefined;
    if (id > prunedThrough) prunedThrough = id;
  }
  return prunedThrough === from.prunedThrough ? patch : { ...patch, prunedThrough };
}

/** Entries stand in the order in which they were written, nearly that of their ids: the oldest tells for all. */
function* expired(done: Allotment['done'], now: Date): Generator<string> {
  const first = firstOf(done);
  if (first === undefined || +now - +idTime(first) <= PRUNED_AT) return;
  for (const id in done) {
    if (+now - +idTime(id) <= REMEMBERED) return;
    yield id;
  }
}

/** To find the first of many properties takes as long as to go through all of them. */
const firsts = new WeakMap<object, string>();

function firstOf(done: Allotment['done']): string | undefined {
  const known = firsts.get(done);
  if (known !== undefined && Object.hasOwn(done, known)) return known;
  for (const id in done) {
    firsts.set(done, id);
    return id;
  }
  return undefined;
}
