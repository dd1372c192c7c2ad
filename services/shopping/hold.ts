import type { Decision } from '../../lib/changes.ts';
import type { Item } from './cart.ts';

/** What a customer has on hold; its id is the customer's. */
export interface Hold {
  _id: string;
  rev: number;
  current: Current | null;
  /** Reservations that are no longer wanted, until they are given back for sure. */
  releasing: Unwanted[];
  /** When the keeper looks at it; null when there is nothing to do. */
  nextAt: Date | null;
}

export interface Current {
  /** Of the future order: the stock is reserved under it, so that the order finds its stock held. */
  orderId: string;
  items: Item[];
  /** Until when the stock is kept. */
  until: Date;
  /** TAKING: the stock is being reserved; CONSUMED: an order has the reservation. */
  state: 'TAKING' | 'HELD' | 'CONSUMED';
  /** The Idempotency-Key of the order that consumed it. */
  idemKey?: string;
}

export interface Unwanted {
  orderId: string;
  skus: string[];
}

/** A reservation that was begun is made or given up within this, in ms; as is an order that has consumed one. */
const PATIENCE = 30_000;

export const newHold = (_id: string): Omit<Hold, 'rev'> => ({ _id, current: null, releasing: [], nextAt: null });

/** Begins a hold; what was on hold before is no longer wanted. */
export function begin(hold: Readonly<Hold>, orderId: string, items: Item[], until: Date, now: Date): Decision<Hold> {
  const current: Current = { orderId, items, until, state: 'TAKING' };
  return changed(hold, { current, releasing: withCurrent(hold), nextAt: soon(now) });
}

/** All of it is reserved. `false`: it was given up meanwhile. */
export function held({ current }: Readonly<Hold>, orderId: string): Decision<boolean> {
  if (current?.orderId !== orderId || current.state !== 'TAKING') return { answer: false };
  return { answer: true, patch: { current: { ...current, state: 'HELD' }, nextAt: current.until } };
}

/** The hold is no longer wanted; the one of an order stays with it. */
export function drop(hold: Readonly<Hold>, orderId: string | undefined, now: Date): Decision<Hold> {
  const { current } = hold;
  if (!current || current.state === 'CONSUMED' || (orderId && current.orderId !== orderId)) return { answer: hold };
  return changed(hold, { current: null, releasing: withCurrent(hold), nextAt: soon(now) });
}

/**
 * An order wants what is on hold: it gets the id under which its stock is reserved, if the hold has exactly its items
 * and is not over. From then on the reservation is the order's. A hold for something else is dropped, so that the order
 * finds the stock free.
 */
export function consume(
  hold: Readonly<Hold>,
  idemKey: string,
  items: readonly Item[],
  now: Date,
): Decision<{ orderId: string | null; hold: Hold }> {
  const { current } = hold;
  if (current?.state === 'CONSUMED') {
    return { answer: { orderId: current.idemKey === idemKey ? current.orderId : null, hold } };
  }
  if (current?.state !== 'HELD' || current.until <= now || !same(current.items, items)) {
    const { answer, patch } = drop(hold, undefined, now);
    return { answer: { orderId: null, hold: answer }, ...(patch ? { patch } : {}) };
  }
  const consumed: Current = { ...current, state: 'CONSUMED', idemKey };
  const { answer, patch } = changed(hold, { current: consumed, nextAt: new Date(+now + PATIENCE) });
  return { answer: { orderId: current.orderId, hold: answer }, ...(patch ? { patch } : {}) };
}

/**
 * What the keeper makes of a hold whose time has come. One that an order has consumed is forgotten when that order is
 * there, and given back when it never came to be: an order that comes later still finds its reservation closed.
 */
export function review(hold: Readonly<Hold>, orderExists: boolean, now: Date): Decision<Hold> {
  const { current } = hold;
  if (!current || (hold.nextAt && hold.nextAt > now)) return { answer: hold };
  const over = current.state === 'CONSUMED' ? hold.nextAt !== null : current.until <= now || current.state === 'TAKING';
  if (!over) return { answer: hold };
  if (current.state === 'CONSUMED' && orderExists) return changed(hold, { current: null, nextAt: null });
  return changed(hold, { current: null, releasing: withCurrent(hold), nextAt: soon(now) });
}

/** Takes note that reservations were given back. */
export function released(hold: Readonly<Hold>, orderIds: readonly string[], now: Date): Decision<Hold> {
  const releasing = hold.releasing.filter(({ orderId }) => !orderIds.includes(orderId));
  const waits = hold.current?.state === 'HELD' ? hold.current.until : soon(now);
  return changed(hold, { releasing, nextAt: releasing.length > 0 || hold.current ? waits : null });
}

/** What a shopper sees; null when nothing is on hold. */
export function holdView({ current }: Pick<Hold, 'current'>, now: Date) {
  if (current?.state !== 'HELD' || current.until <= now) return null;
  const { orderId: id, items, until } = current;
  return { id, items, expiresAt: until.toISOString(), remainingSeconds: Math.ceil((+until - +now) / 1000) };
}

const soon = (now: Date) => new Date(+now + PATIENCE);

function changed(hold: Readonly<Hold>, patch: Partial<Hold>): Decision<Hold> {
  return { answer: { ...hold, ...patch }, patch };
}

function withCurrent({ current, releasing }: Readonly<Hold>): Unwanted[] {
  if (!current || current.state === 'CONSUMED') return releasing;
  return [...releasing, { orderId: current.orderId, skus: current.items.map(({ sku }) => sku) }];
}

function same(a: readonly Item[], b: readonly Item[]): boolean {
  const wanted = new Map(b.map(({ sku, quantity }) => [sku, quantity]));
  return a.length === b.length && a.every(({ sku, quantity }) => wanted.get(sku) === quantity);
}
