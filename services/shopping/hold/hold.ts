import type { Decision } from '../../../mixins/store/changes.ts';
import type { Item } from '../cart/cart.ts';
import { type HoldUsage, usageAt } from './hold-limits.ts';

/** What a customer has on hold; its id is the customer's. */
export interface Hold {
  _id: string;
  rev: number;
  current: Current | null;
  /** Reservations that orders were given, until it is known whether those came to be. */
  consumed: Consumed[];
  /** Reservations that are no longer wanted, until they are given back for sure. */
  releasing: Reservation[];
  /** How long stock was on hold lately; not said before the first hold. */
  usage?: HoldUsage;
  /** When the keeper looks at it; null when there is nothing to do. */
  nextAt: Date | null;
}

export interface Reservation {
  /** Of the future order: the stock is reserved under it, so that the order finds its stock held. */
  orderId: string;
  items: Item[];
}

interface Current extends Reservation {
  /** TAKING: the stock is being reserved. */
  state: 'TAKING' | 'HELD';
  begunAt: Date;
  /** Until when the stock is kept. */
  until: Date;
}

export interface Consumed extends Reservation {
  /** The cart, and its generation, of the order that consumed it; see `cartClaimOf`. */
  cartClaim: string;
  at: Date;
}

/** A reservation that was begun is made within this, in ms, or given up. */
const TAKING_TIME = 30_000;
/** An order that has consumed one is there within this, in ms, or never will be. */
const PLACING_TIME = 60_000;
/** Pause before what could not be given back is tried again, in ms. */
const RETRY = 5000;

export const newHold = (_id: string): Omit<Hold, 'rev'> => ({
  ...{ _id, current: null, consumed: [], releasing: [], nextAt: null },
});

/** Begins a hold; what was on hold before is no longer wanted. */
export function begin(
  hold: Readonly<Hold>,
  { orderId, items }: Reservation,
  until: Date,
  now: Date,
  usage?: HoldUsage,
): Decision<Hold> {
  const current: Current = { orderId, items, until, state: 'TAKING', begunAt: now };
  return changed(hold, { ...withoutCurrent(hold, now), current, ...(usage ? { usage } : {}) }, now);
}

/** All of it is reserved. Null: it was given up meanwhile. */
export function held(hold: Readonly<Hold>, orderId: string, now: Date): Decision<Hold | null> {
  const { current } = hold;
  if (current?.orderId !== orderId || current.state !== 'TAKING') return { answer: null };
  return changed(hold, { current: { ...current, state: 'HELD' } }, now);
}

/** What is on hold is no longer wanted; with an `orderId`, if it is that. What an order has consumed stays with it. */
export function drop(hold: Readonly<Hold>, orderId: string | undefined, now: Date): Decision<Hold> {
  const { current } = hold;
  if (!current || (orderId !== undefined && current.orderId !== orderId)) return { answer: hold };
  return changed(hold, withoutCurrent(hold, now), now);
}

/**
 * An order wants what is on hold: it gets the id under which its stock is reserved, if the hold has exactly its items
 * and is not over. From then on the reservation is the order's. All orders of the same cart with these items get the
 * same id: whichever of them is accepted finds its stock held. A hold for something else is dropped, so that the order
 * finds the stock free.
 */
export function consume(
  hold: Readonly<Hold>,
  cartClaim: string,
  items: readonly Item[],
  now: Date,
): Decision<{ orderId: string | null; hold: Hold }> {
  const { current } = hold;
  const before = hold.consumed.find((one) => one.cartClaim === cartClaim && same(one.items, items));
  if (before) return { answer: { orderId: before.orderId, hold } };
  if (current?.state !== 'HELD' || current.until <= now || !same(current.items, items)) {
    const { answer, ...rest } = drop(hold, undefined, now);
    return { answer: { orderId: null, hold: answer }, ...rest };
  }
  const { orderId } = current;
  const consumed = [...hold.consumed, { orderId, items: current.items, cartClaim, at: now }];
  const { answer, ...rest } = changed(hold, { current: null, consumed, ...usagePart(hold, now) }, now);
  return { answer: { orderId, hold: answer }, ...rest };
}

/** What was consumed by orders of which the keeper has to know by now whether they came to be. */
export const doubtful = ({ consumed }: Readonly<Hold>, now: Date): Consumed[] =>
  consumed.filter(({ at }) => +at + PLACING_TIME <= +now);

/** What the keeper makes of a hold whose time has come. `known`: which of the doubtful orders are there, for good. */
export function review(hold: Readonly<Hold>, known: ReadonlyMap<string, boolean>, now: Date): Decision<Hold> {
  const { current } = hold;
  const over = current && (current.state === 'HELD' ? current.until : takenBy(current)) <= now;
  const rest = over ? withoutCurrent(hold, now) : hold;
  const orphans = hold.consumed.filter(({ orderId }) => known.get(orderId) === false);
  return changed(
    hold,
    {
      current: rest.current,
      ...(rest.usage ? { usage: rest.usage } : {}),
      consumed: hold.consumed.filter(({ orderId }) => !known.has(orderId)),
      releasing: [...rest.releasing, ...orphans.map(({ orderId, items }) => ({ orderId, items }))],
    },
    now,
  );
}

/** Takes note that reservations were given back. */
export function released(hold: Readonly<Hold>, orderIds: readonly string[], now: Date): Decision<Hold> {
  return changed(hold, { releasing: hold.releasing.filter(({ orderId }) => !orderIds.includes(orderId)) }, now);
}

/** What a shopper sees; null when nothing is on hold. */
export function holdView({ current }: Pick<Hold, 'current'>, now: Date) {
  if (current?.state !== 'HELD' || current.until <= now) return null;
  const { orderId: id, items, until } = current;
  return { id, items, expiresAt: until.toISOString(), remainingSeconds: Math.ceil((+until - +now) / 1000) };
}

/** A patch, and with it when the keeper has to look again: the soonest that anything becomes due. */
function changed(hold: Readonly<Hold>, patch: Partial<Hold>, now: Date): Decision<Hold> {
  const { current, consumed, releasing } = { ...hold, ...patch };
  const due = [
    ...(current ? [current.state === 'HELD' ? +current.until : +takenBy(current)] : []),
    ...consumed.map(({ at }) => +at + PLACING_TIME),
    ...(releasing.length > 0 ? [+now + RETRY] : []),
  ];
  const next = { ...patch, nextAt: due.length > 0 ? new Date(Math.min(...due)) : null };
  return { answer: { ...hold, ...next }, patch: next };
}

const takenBy = ({ begunAt }: Current): Date => new Date(+begunAt + TAKING_TIME);

function withoutCurrent(hold: Readonly<Hold>, now: Date): Pick<Hold, 'current' | 'releasing' | 'usage'> {
  const { current, releasing } = hold;
  if (!current) return { current, releasing };
  const { orderId, items } = current;
  return { current: null, releasing: [...releasing, { orderId, items }], ...usagePart(hold, now) };
}

function usagePart(hold: Readonly<Hold>, now: Date): Pick<Hold, 'usage'> {
  const usage = usageAt(hold, now);
  return usage ? { usage } : {};
}

function same(a: readonly Item[], b: readonly Item[]): boolean {
  const wanted = new Map(b.map(({ sku, quantity }) => [sku, quantity]));
  return a.length === b.length && a.every(({ sku, quantity }) => wanted.get(sku) === quantity);
}
