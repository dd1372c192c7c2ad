import { isDeepStrictEqual } from 'node:util';
import type { Result } from '../../../lib/contract/contract.ts';
import type { Decision } from '../../../mixins/store/changes.ts';
import { type Money, sum, times } from '../../shared/money.ts';
import { errors } from '../../shared/problems.ts';

/** A cart; its id is its customer's, or for a guest the hash of the token. */
export interface Cart {
  _id: string;
  rev: number;
  /** By SKU, in the order in which they were first added. */
  items: Record<string, { quantity: number }>;
  /** ISO 4217: what it is priced in; the shop's own when nobody has chosen. */
  currency?: string;
  /** How many orders of this cart came to an end. An order claims the generation that it is made of: `cartClaimOf`. */
  generation?: number;
  /** The latest orders that were taken out, so that none is taken out twice. */
  ordered: string[];
  /** The latest of them, and when it was taken out. */
  lastOrder?: { id: string; at: Date };
  /** The latest guests' carts that came in, `<id>:<rev>`, so that none brings back what was taken out since. */
  merged?: string[];
  /** On a guest's cart: that it is one, and the customer whose it has become. */
  guest?: boolean;
  mergedInto?: string;
  /** Its customer is gone, whatever tokens are still around. */
  erased?: boolean;
  updatedAt: Date;
}

export interface Item {
  sku: string;
  quantity: number;
}

/** What a shopper has chosen: goods, and what they are to be priced in. */
export type Content = Pick<Cart, 'items' | 'currency'>;

export type Offer = Result<'product.offers'>[number];

/** The order that is made of what is in the cart, while its outcome is open. */
export type OpenOrder = NonNullable<Result<'cart.content'>['openOrder']>;

const MOST_LINES = 100;
const REMEMBERED_ORDERS = 50;
const REMEMBERED_GUESTS = 10;

export const emptyCart = (_id: string, updatedAt: Date): Cart => ({
  ...{ _id, rev: 0, items: {}, ordered: [], updatedAt },
  ...(_id.startsWith('gst_') ? { guest: true } : {}),
});

/**
 * What a customer had in a cart before logging in comes into theirs: of each SKU the LARGER of both quantities, so that
 * neither device's choice is counted twice. The same version of a guest's cart comes in once. Lines beyond what a cart may have stay
 * out, those that the guest added last. An empty cart takes the guest's currency too; one with goods keeps its own.
 */
export function merge(cart: Readonly<Cart>, guest: Readonly<Cart>, now: Date): Decision<undefined> {
  const [items, key, known = []] = [{ ...cart.items }, `${guest._id}:${guest.rev}`, cart.merged];
  if (known.includes(key)) return { answer: undefined };
  for (const [sku, { quantity }] of Object.entries(guest.items)) {
    const mine = Object.hasOwn(items, sku) ? items[sku] : undefined;
    if (!mine && Object.keys(items).length >= MOST_LINES) continue;
    items[sku] = { quantity: Math.max(quantity, mine?.quantity ?? 0) };
  }
  const currency = Object.keys(cart.items).length === 0 ? guest.currency : cart.currency;
  const merged = [...known, key].slice(-REMEMBERED_GUESTS);
  return { answer: undefined, patch: { items, currency, merged, updatedAt: now } };
}

/** A guest's cart has become a customer's. False: it has other content than what was merged; that comes first. */
export function handedOver(
  guest: Readonly<Cart>,
  { items, currency }: Content,
  mergedInto: string,
  now: Date,
): Decision<boolean> {
  if (guest.currency !== currency || !isDeepStrictEqual(guest.items, items)) return { answer: false };
  return { answer: true, patch: { items: {}, currency: undefined, mergedInto, updatedAt: now } };
}

/** Whether there is anything in a guest's cart that a customer's could take. */
export const isBlank = ({ items, currency }: Content): boolean =>
  currency === undefined && Object.keys(items).length === 0;

/** What a cart is priced in: what was chosen, while the shop has prices in it. */
export function currencyOf(
  cart: Pick<Cart, 'currency'> | null,
  { currency, currencies }: { currency: string; currencies: readonly string[] },
): string {
  return cart?.currency !== undefined && currencies.includes(cart.currency) ? cart.currency : currency;
}

export function setCurrency(cart: Readonly<Cart>, currency: string, now: Date): Decision<Content> {
  const answer = { items: cart.items, currency };
  return cart.currency === currency ? { answer } : { answer, patch: { currency, updatedAt: now } };
}

/** @throws limit-reached */
export function setItem(cart: Readonly<Cart>, { sku, quantity }: Item, now: Date): Decision<Content> {
  if (!Object.hasOwn(cart.items, sku) && Object.keys(cart.items).length >= MOST_LINES) {
    throw errors.limitReached(`A cart may have ${MOST_LINES} lines.`);
  }
  const items = { ...cart.items, [sku]: { quantity } };
  return { answer: { ...cart, items }, patch: { [`items.${sku}`]: { quantity }, updatedAt: now } };
}

export function removeItem(cart: Readonly<Cart>, sku: string, now: Date): Decision<Content> {
  if (!Object.hasOwn(cart.items, sku)) return { answer: cart };
  const { [sku]: _removed, ...items } = cart.items;
  return { answer: { ...cart, items }, patch: { [`items.${sku}`]: undefined, updatedAt: now } };
}

export function clear(cart: Readonly<Cart>, now: Date): Decision<Content> {
  if (Object.keys(cart.items).length === 0) return { answer: cart };
  return { answer: { ...cart, items: {} }, patch: { items: {}, updatedAt: now } };
}

/**
 * The unique key of an order that is made of a cart. The generation moves on when a paid order is taken out of the cart,
 * or a rejected one gives it back: so what was in the cart is in one order only, also for a request that has read it late.
 */
export const cartClaimOf = ({ _id, generation = 0 }: Pick<Cart, '_id' | 'generation'>): string =>
  `${_id}:${generation}`;

/** Takes an order's quantities out; what was added to the cart since then stays. */
export function takeOrdered(cart: Readonly<Cart>, orderId: string, items: readonly Item[], now: Date): Decision<Cart> {
  if (cart.ordered.includes(orderId)) return { answer: cart };
  const left = { ...cart.items };
  for (const { sku, quantity } of items) {
    const rest = (left[sku]?.quantity ?? 0) - quantity;
    if (rest > 0) left[sku] = { quantity: rest };
    else delete left[sku];
  }
  const ordered = [...cart.ordered, orderId].slice(-REMEMBERED_ORDERS);
  const generation = (cart.generation ?? 0) + 1;
  const patch = { items: left, ordered, generation, lastOrder: { id: orderId, at: now }, updatedAt: now };
  return { answer: { ...cart, ...patch }, patch };
}

/** A rejected order gives the cart back as it is: it can be ordered again, under another claim. */
export function giveBack(cart: Readonly<Cart>, cartClaim: string): Decision<Cart> {
  if (cartClaimOf(cart) !== cartClaim) return { answer: cart };
  const generation = (cart.generation ?? 0) + 1;
  return { answer: { ...cart, generation }, patch: { generation } };
}

export const listed = (items: Cart['items']): Item[] =>
  Object.entries(items).map(([sku, { quantity }]) => ({ sku, quantity }));

/** The cart at today's prices. A line whose SKU is not sold, or not in its currency, says so and counts for nothing. */
export function cartView(
  items: readonly Item[],
  offers: readonly Offer[],
  currency: string,
  openOrder: OpenOrder | null = null,
): Result<'cart.get'> {
  const bySku = new Map(offers.map((offer) => [offer.sku, offer]));
  const lines = items.map(({ sku, quantity }) => {
    const offer = bySku.get(sku);
    if (!offer) return { sku, quantity, availability: 'not_sold' as const };
    const { price: unitPrice, category: _, taxClass: _t, weight: _w, ...rest } = offer;
    return { ...rest, quantity, unitPrice, lineTotal: times(unitPrice, quantity) };
  });
  const subtotal = sum(
    lines.flatMap((line): Money[] => ('lineTotal' in line ? [line.lineTotal] : [])),
    currency,
  );
  const quantity = items.reduce((total, item) => total + item.quantity, 0);
  const totals = { quantity, subtotal, total: subtotal };
  return { currency, items: lines, totals, ...(openOrder ? { openOrder } : {}) };
}

/** Leaves nothing in a cart but that its customer is gone. */
export const erase = (_cart: Readonly<Cart>, updatedAt: Date): Decision<undefined> => ({
  answer: undefined,
  patch: { items: {}, currency: undefined, ordered: [], lastOrder: undefined, merged: [], erased: true, updatedAt },
});
