import type { Decision } from '../../mixins/store/changes.ts';
import { applyOnce, type IdempotencyKeys, type IdempotentCommand } from '../../mixins/store/idempotency-log.ts';
import { idTime } from './ids.ts';

/**
 * A quantity that orders reserve, then consume: stock of a SKU, uses of a coupon. Invariants: the total issued is
 * available + reserved + sold, none is negative, and reserved is the sum of `res`.
 * `res` maps open orders to their reserved quantity. `done` maps orders to how their reservation ended, so that a late
 * command changes nothing: 1 sold, -1 released, or closed if the order is in `res`, too.
 */
export interface ReservableQuantity<A = unknown> {
  available: number;
  reserved: number;
  sold: number;
  res: Record<string, number>;
  done: Record<string, 1 | -1>;
  /** Orders up to this id may have been removed from `done`. */
  prunedThrough: string;
  /** Returned and received quantities by key; see `applyOnce`. */
  back: IdempotencyKeys<A>;
}

export type ReserveResult = { outcome: 'reserved' | 'short' | 'closed'; available: number };
type PatchFields = Record<string, unknown>;

export const emptyReservable = (available: number): ReservableQuantity<never> => ({
  available,
  reserved: 0,
  sold: 0,
  res: {},
  done: {},
  prunedThrough: '',
  back: {},
});

const ENDED_SOLD = 1;
const ENDED_RELEASED = -1;
/** An ended order is kept for at least this long, by the time in its id: only a recovery comes later. */
const ENDED_ORDER_RETENTION_MS = 120_000;
/** Old entries are deleted together, not one with each write. */
const PRUNE_AFTER_MS = 150_000;

/** Reserves `quantity`. `closed`: the order has ended, or is older than the entries in `done`. */
export function reserveQuantity(
  from: Readonly<ReservableQuantity>,
  orderId: string,
  quantity: number,
): Decision<ReserveResult> {
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
 * Turns a reservation into a sale.
 * @throws {Error} when the order has no reservation and was not sold.
 */
export function commitReservation(from: Readonly<ReservableQuantity>, orderId: string, now: Date): Decision<undefined> {
  const quantity = from.res[orderId];
  if (quantity === undefined) {
    // A paid order keeps its reservation until its first commit. So one without a reservation that was pruned is sold.
    if (from.done[orderId] === ENDED_SOLD || (from.done[orderId] === undefined && isDone(from, orderId))) {
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
      ...endReservation(from, orderId, ENDED_SOLD, now),
    },
  };
}

/** Releases a reservation. Without one, it writes a tombstone, so that a reserve still under way is refused. */
export function releaseReservation(
  from: Readonly<ReservableQuantity>,
  orderId: string,
  now: Date,
): Decision<undefined> {
  if (isDone(from, orderId)) return { answer: undefined };
  const quantity = from.res[orderId];
  if (quantity === undefined) return { answer: undefined, patch: endReservation(from, orderId, ENDED_RELEASED, now) };
  return {
    answer: undefined,
    patch: {
      available: from.available + quantity,
      reserved: from.reserved - quantity,
      [`res.${orderId}`]: undefined,
      ...endReservation(from, orderId, ENDED_RELEASED, now),
    },
  };
}

/**
 * Refuses further commands of the order while its reservation stays. A caller that then finds the reservation unused
 * may release it.
 */
export function closeReservation(from: Readonly<ReservableQuantity>, orderId: string, now: Date): Decision<undefined> {
  if (!Object.hasOwn(from.res, orderId)) return releaseReservation(from, orderId, now);
  if (isClosed(from, orderId)) return { answer: undefined };
  return { answer: undefined, patch: { [`done.${orderId}`]: ENDED_RELEASED } };
}

/** A change of quantity that is applied once. */
export interface KeyedQuantity extends IdempotentCommand {
  quantity: number;
}

/** Returns a sold quantity to available. @throws {Error} when less was sold; unavailable when it comes too late */
export function returnQuantity(
  from: Readonly<ReservableQuantity>,
  command: KeyedQuantity,
  now: Date,
): Decision<undefined> {
  return applyOnce(from, command, now, () => {
    if (command.quantity > from.sold) throw new Error(`${command.key} gives back ${command.quantity} of ${from.sold}`);
    return { available: from.available + command.quantity, sold: from.sold - command.quantity };
  });
}

function isDone(from: Readonly<ReservableQuantity>, orderId: string): boolean {
  const held = Object.hasOwn(from.res, orderId);
  return !held && (Object.hasOwn(from.done, orderId) || orderId <= from.prunedThrough);
}

function isClosed(from: Readonly<ReservableQuantity>, orderId: string): boolean {
  return Object.hasOwn(from.res, orderId) && Object.hasOwn(from.done, orderId);
}

/** The part of a patch that records how an order ended and prunes old entries. */
function endReservation(from: Readonly<ReservableQuantity>, orderId: string, how: 1 | -1, now: Date): PatchFields {
  const patch: PatchFields = { [`done.${orderId}`]: how };
  let { prunedThrough } = from;
  for (const id of expiredOrderIds(from.done, now)) {
    if (isClosed(from, id)) continue;
    patch[`done.${id}`] = undefined;
    if (id > prunedThrough) prunedThrough = id;
  }
  return prunedThrough === from.prunedThrough ? patch : { ...patch, prunedThrough };
}

/** Entries are in order of writing, nearly that of their ids, so the oldest one is first. */
function* expiredOrderIds(done: ReservableQuantity['done'], now: Date): Generator<string> {
  const first = firstKeyOf(done);
  if (first === undefined || +now - +idTime(first) <= PRUNE_AFTER_MS) return;
  for (const id in done) {
    if (+now - +idTime(id) <= ENDED_ORDER_RETENTION_MS) return;
    yield id;
  }
}

/** The first key of each object, cached: finding it takes time linear in the number of properties. */
const firstKeys = new WeakMap<object, string>();

function firstKeyOf(done: ReservableQuantity['done']): string | undefined {
  const known = firstKeys.get(done);
  if (known !== undefined && Object.hasOwn(done, known)) return known;
  for (const id in done) {
    firstKeys.set(done, id);
    return id;
  }
  return undefined;
}
