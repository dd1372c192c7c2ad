import type { RetryFields } from '../../../mixins/due-work/queue.ts';
import type { Decision } from '../../../mixins/store/changes.ts';
import type { Item } from '../cart/cart.ts';
import { type HoldUsage, usageAt } from './hold-limits.ts';

/** The hold of a customer, under the customer's id: stock that is reserved before it is ordered. */
export interface Hold extends RetryFields {
  _id: string;
  rev: number;
  current: CurrentHold | null;
  /** Reservations that orders have taken over, until it is known whether those orders exist. */
  consumed: ConsumedHold[];
  /** Reservations to be released, until the release is acknowledged. */
  releasing: HeldItems[];
  /** The usage of the current window. Absent before the first hold. */
  usage?: HoldUsage;
  /** When the hold is due for a review. Null: it needs none. */
  nextAt: Date | null;
}

export interface HeldItems {
  /** Id of the future order. The stock is reserved under it, so that the order finds it reserved. */
  orderId: string;
  items: Item[];
}

interface CurrentHold extends HeldItems {
  /** TAKING: the stock is being reserved. */
  state: 'TAKING' | 'HELD';
  begunAt: Date;
  /** When the hold expires. */
  until: Date;
}

export interface ConsumedHold extends HeldItems {
  /** The claim on the cart of the order that has consumed it; see `cartClaimOf`. */
  cartClaim: string;
  at: Date;
}

/** A hold whose stock is not all reserved within this time is dropped. */
const RESERVING_TIMEOUT_MS = 30_000;
/** An order that has consumed a hold is stored within this time, or never. */
const ORDER_TIMEOUT_MS = 60_000;
const RELEASE_RETRY_MS = 5000;

export const newHold = (_id: string): Omit<Hold, 'rev'> => ({
  ...{ _id, current: null, consumed: [], releasing: [], nextAt: null },
});

/**
 * Whether another request is reserving the same items now. A request joins it then, instead of replacing its hold: both
 * reserve under one id, and get the same hold.
 */
export function isReserving({ current }: Pick<Hold, 'current'>, items: readonly Item[], now: Date): boolean {
  return current?.state === 'TAKING' && reservedBy(current) > now && hasSameItems(current.items, items);
}

/** Begins a hold. It replaces the one before, whose stock is to be released. */
export function beginHold(
  hold: Readonly<Hold>,
  { orderId, items }: HeldItems,
  until: Date,
  now: Date,
  usage?: HoldUsage,
): Decision<Hold> {
  const current: CurrentHold = { orderId, items, until, state: 'TAKING', begunAt: now };
  return changeHold(hold, { ...withoutCurrent(hold, now), current, ...(usage ? { usage } : {}) }, now);
}

/** Records that all of its stock is reserved. Null: the hold was replaced, released or consumed since. */
export function confirmHold(hold: Readonly<Hold>, orderId: string, now: Date): Decision<Hold | null> {
  const { current } = hold;
  if (current?.orderId !== orderId) return { answer: null };
  if (current.state === 'HELD') return { answer: hold };
  return changeHold(hold, { current: { ...current, state: 'HELD' } }, now);
}

/** Drops the current hold. A hold that an order has consumed stays the order's. */
export function dropHold(hold: Readonly<Hold>, now: Date): Decision<Hold> {
  return hold.current ? changeHold(hold, withoutCurrent(hold, now), now) : { answer: hold };
}

/** Drops a hold whose stock could not be reserved, unless another request has reserved all of it since. */
export function dropUnreserved(hold: Readonly<Hold>, orderId: string, now: Date): Decision<Hold> {
  const { current } = hold;
  return current?.orderId === orderId && current.state === 'TAKING' ? dropHold(hold, now) : { answer: hold };
}

/**
 * Gives the current hold to an order, if it has exactly the order's items and has not expired: the order takes the id
 * under which the stock is reserved. All orders with one claim on the cart and these items get the same id, so that the
 * one that is accepted finds its stock reserved. A hold of other items is dropped, so that the order finds the stock
 * free.
 */
export function consumeHold(
  hold: Readonly<Hold>,
  cartClaim: string,
  items: readonly Item[],
  now: Date,
): Decision<{ orderId: string | null; hold: Hold }> {
  const { current } = hold;
  const before = hold.consumed.find((one) => one.cartClaim === cartClaim && hasSameItems(one.items, items));
  if (before) return { answer: { orderId: before.orderId, hold } };
  if (current?.state !== 'HELD' || current.until <= now || !hasSameItems(current.items, items)) {
    const { answer, ...rest } = dropHold(hold, now);
    return { answer: { orderId: null, hold: answer }, ...rest };
  }
  const { orderId } = current;
  const consumed = [...hold.consumed, { orderId, items: current.items, cartClaim, at: now }];
  const { answer, ...rest } = changeHold(hold, { current: null, consumed, ...usageField(hold, now) }, now);
  return { answer: { orderId, hold: answer }, ...rest };
}

/** Consumed holds whose orders either exist by now or never will. */
export const unconfirmed = ({ consumed }: Readonly<Hold>, now: Date): ConsumedHold[] =>
  consumed.filter(({ at }) => +at + ORDER_TIMEOUT_MS <= +now);

/**
 * Drops an expired hold, and those that were consumed without an order.
 * @param exists whether the order exists, by id
 */
export function reviewHold(hold: Readonly<Hold>, exists: ReadonlyMap<string, boolean>, now: Date): Decision<Hold> {
  const { current } = hold;
  const isExpired = current && (current.state === 'HELD' ? current.until : reservedBy(current)) <= now;
  const rest = isExpired ? withoutCurrent(hold, now) : hold;
  const orphans = hold.consumed.filter(({ orderId }) => exists.get(orderId) === false);
  return changeHold(
    hold,
    {
      current: rest.current,
      ...(rest.usage ? { usage: rest.usage } : {}),
      consumed: hold.consumed.filter(({ orderId }) => !exists.has(orderId)),
      releasing: [...rest.releasing, ...orphans.map(({ orderId, items }) => ({ orderId, items }))],
    },
    now,
  );
}

/** The release of these reservations was acknowledged. */
export function removeReleased(hold: Readonly<Hold>, orderIds: readonly string[], now: Date): Decision<Hold> {
  return changeHold(hold, { releasing: hold.releasing.filter(({ orderId }) => !orderIds.includes(orderId)) }, now);
}

/** A hold as its shopper sees it. Null: nothing is on hold. */
export function holdView({ current }: Pick<Hold, 'current'>, now: Date) {
  if (current?.state !== 'HELD' || current.until <= now) return null;
  const { orderId: id, items, until } = current;
  return { id, items, expiresAt: until.toISOString(), remainingSeconds: Math.ceil((+until - +now) / 1000) };
}

/** Adds to a patch when the keeper has to review the hold: as soon as anything in it is due. */
function changeHold(hold: Readonly<Hold>, patch: Partial<Hold>, now: Date): Decision<Hold> {
  const { current, consumed, releasing } = { ...hold, ...patch };
  const due = [
    ...(current ? [current.state === 'HELD' ? +current.until : +reservedBy(current)] : []),
    ...consumed.map(({ at }) => +at + ORDER_TIMEOUT_MS),
    ...(releasing.length > 0 ? [+now + RELEASE_RETRY_MS] : []),
  ];
  const next = { ...patch, nextAt: due.length > 0 ? new Date(Math.min(...due)) : null };
  return { answer: { ...hold, ...next }, patch: next };
}

const reservedBy = ({ begunAt }: CurrentHold): Date => new Date(+begunAt + RESERVING_TIMEOUT_MS);

function withoutCurrent(hold: Readonly<Hold>, now: Date): Pick<Hold, 'current' | 'releasing' | 'usage'> {
  const { current, releasing } = hold;
  if (!current) return { current, releasing };
  const { orderId, items } = current;
  return { current: null, releasing: [...releasing, { orderId, items }], ...usageField(hold, now) };
}

function usageField(hold: Readonly<Hold>, now: Date): Pick<Hold, 'usage'> {
  const usage = usageAt(hold, now);
  return usage ? { usage } : {};
}

function hasSameItems(a: readonly Item[], b: readonly Item[]): boolean {
  const wanted = new Map(b.map(({ sku, quantity }) => [sku, quantity]));
  return a.length === b.length && a.every(({ sku, quantity }) => wanted.get(sku) === quantity);
}
