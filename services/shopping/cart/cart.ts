import { isDeepStrictEqual } from 'node:util';
import type { Result } from '../../../lib/contract/contract.ts';
import type { Decision } from '../../../mixins/store/changes.ts';
import { isGuestId } from '../../shared/ids.ts';
import { type Money, multiplyMoney, sumMoney } from '../../shared/money.ts';
import { errors } from '../../shared/problems.ts';
import { lineStock, piecesOf } from './line-stock.ts';

interface CartFields {
  _id: string;
  rev: number;
  /** By SKU, in the order in which they were first added. */
  items: Record<string, { quantity: number }>;
  /** ISO 4217. Absent until a shopper chooses one: the cart is priced in the shop's own. */
  currency?: string;
  /** The latest orders whose items were taken out, so that none is taken out twice. */
  ordered: string[];
  /** How many orders of this cart came to an end. An order claims the generation that it is made of: `cartClaimOf`. */
  generation?: number;
  /** The latest order whose items were taken out, and when. */
  lastOrder?: { id: string; at: Date };
  updatedAt: Date;
}

/** A customer's cart, whose id is the customer's. */
export interface CustomerCart extends CartFields {
  /**
   * Until when the customer can have a hold: an order looks for one. Null: there was none. Absent on carts from before it was
   * recorded.
   */
  heldUntil?: Date | null;
  /** The latest guests' carts that were merged, `<id>:<rev>`, so that none brings back what was taken out since. */
  merged?: string[];
  /** The customer was erased. Access tokens can outlive the customer. */
  erased?: boolean;
  guest?: never;
  mergedInto?: never;
}

/** A guest's cart, whose id is the hash of the guest's token. */
export interface GuestCart extends CartFields {
  guest: true;
  /** The customer whose cart it was merged into. */
  mergedInto?: string;
  heldUntil?: never;
  merged?: never;
  erased?: never;
}

/** A cart as it is stored. */
export type Cart = CustomerCart | GuestCart;

/** Fields to write to a cart; `undefined` removes one. */
type CartPatch<C> = { [K in keyof C]?: C[K] | undefined } & {
  [item: `items.${string}`]: { quantity: number } | undefined;
};

/** A decision about a cart of type `C`; by default of either type. */
export interface CartDecision<A, C = CartFields> extends Decision<A> {
  patch?: CartPatch<C>;
}

/** @throws {Error} when it is a guest's */
export function customerCart(cart: Readonly<Cart>): Readonly<CustomerCart> {
  if (cart.guest) throw new Error(`${cart._id} is a guest's cart`);
  return cart;
}

/** @throws {Error} when it is a customer's */
export function guestCart(cart: Readonly<Cart>): Readonly<GuestCart> {
  if (!cart.guest) throw new Error(`${cart._id} is a customer's cart`);
  return cart;
}

export interface Item {
  sku: string;
  quantity: number;
}

/** The content of a cart: its items, and the currency of their prices. */
export type CartContent = Pick<CartFields, 'items' | 'currency'>;

export type Offer = Result<'product.offers'>[number];

/** The order that is made of the cart, while it has no outcome. */
export type OpenOrder = NonNullable<Result<'cart.content'>['openOrder']>;

/** The order that claims a cart. */
export type ClaimingOrder = NonNullable<Result<'order.byCartClaim'>>;

const MAX_CART_LINES = 100;
const MAX_ORDERS_REMEMBERED = 50;
const MAX_GUESTS_REMEMBERED = 10;

export const newCart = (_id: string, updatedAt: Date): Cart => ({
  ...{ _id, rev: 0, items: {}, ordered: [], updatedAt },
  ...(isGuestId(_id) ? { guest: true as const } : { heldUntil: null }),
});

/**
 * Merges a guest's cart into the cart of the customer who has logged in. Of each SKU it takes the larger of both
 * quantities, so that no device's choice counts twice. Each version of a guest's cart is merged once. Lines beyond
 * `MAX_CART_LINES` are left out, those that the guest added last. An empty cart also takes the guest's currency.
 */
export function mergeCarts(
  cart: Readonly<CustomerCart>,
  guest: Readonly<GuestCart>,
  now: Date,
): CartDecision<undefined, CustomerCart> {
  const [items, key, known = []] = [{ ...cart.items }, `${guest._id}:${guest.rev}`, cart.merged];
  if (known.includes(key)) return { answer: undefined };
  for (const [sku, { quantity }] of Object.entries(guest.items)) {
    const mine = Object.hasOwn(items, sku) ? items[sku] : undefined;
    if (!mine && Object.keys(items).length >= MAX_CART_LINES) continue;
    items[sku] = { quantity: Math.max(quantity, mine?.quantity ?? 0) };
  }
  const currency = Object.keys(cart.items).length === 0 ? guest.currency : cart.currency;
  const merged = [...known, key].slice(-MAX_GUESTS_REMEMBERED);
  return { answer: undefined, patch: { items, currency, merged, updatedAt: now } };
}

/** Empties a guest's cart that was merged. False: its content has changed since, and has to be merged first. */
export function emptyMergedCart(
  guest: Readonly<GuestCart>,
  { items, currency }: CartContent,
  mergedInto: string,
  now: Date,
): CartDecision<boolean, GuestCart> {
  if (guest.currency !== currency || !isDeepStrictEqual(guest.items, items)) return { answer: false };
  return { answer: true, patch: { items: {}, currency: undefined, mergedInto, updatedAt: now } };
}

/** Whether a guest's cart has nothing to merge. */
export const hasNothingToMerge = ({ items, currency }: CartContent): boolean =>
  currency === undefined && Object.keys(items).length === 0;

/** The currency of a cart's prices: the chosen one, while the shop has prices in it. */
export function currencyOf(
  cart: Pick<CartFields, 'currency'> | null,
  { currency, currencies }: { currency: string; currencies: readonly string[] },
): string {
  return cart?.currency !== undefined && currencies.includes(cart.currency) ? cart.currency : currency;
}

export function setCurrency(cart: Readonly<Cart>, currency: string, now: Date): CartDecision<Readonly<Cart>> {
  const answer = { ...cart, currency };
  return cart.currency === currency ? { answer } : { answer, patch: { currency, updatedAt: now } };
}

/** Writes one item, so that another one that is written at the same time stays. */
function itemPatch(sku: string, item: { quantity: number } | undefined, updatedAt: Date): CartPatch<CartFields> {
  const patch: CartPatch<CartFields> = { updatedAt };
  patch[`items.${sku}`] = item;
  return patch;
}

/** @throws limit-reached */
export function setItem(cart: Readonly<Cart>, { sku, quantity }: Item, now: Date): CartDecision<Readonly<Cart>> {
  if (!Object.hasOwn(cart.items, sku) && Object.keys(cart.items).length >= MAX_CART_LINES) {
    throw errors.limitReached(`A cart may have ${MAX_CART_LINES} lines.`);
  }
  const items = { ...cart.items, [sku]: { quantity } };
  return { answer: { ...cart, items }, patch: itemPatch(sku, { quantity }, now) };
}

export function removeItem(cart: Readonly<Cart>, sku: string, now: Date): CartDecision<Readonly<Cart>> {
  if (!Object.hasOwn(cart.items, sku)) return { answer: cart };
  const { [sku]: _removed, ...items } = cart.items;
  return { answer: { ...cart, items }, patch: itemPatch(sku, undefined, now) };
}

export function clearCart(cart: Readonly<Cart>, now: Date): CartDecision<Readonly<Cart>> {
  if (Object.keys(cart.items).length === 0) return { answer: cart };
  return { answer: { ...cart, items: {} }, patch: { items: {}, updatedAt: now } };
}

/**
 * The unique key of the order that is made of a cart. The generation moves on when a paid order is taken out of the
 * cart, or a rejected one releases it: so one order only is made of a cart's content, also by a request that has read
 * it late.
 */
export const cartClaimOf = ({ _id, generation = 0 }: Pick<CartFields, '_id' | 'generation'>): string =>
  `${_id}:${generation}`;

/** Takes a paid order's quantities out of the cart. Items that were added since stay. */
export function takeOrdered(
  cart: Readonly<Cart>,
  orderId: string,
  items: readonly Item[],
  now: Date,
): CartDecision<Cart, CustomerCart> {
  if (cart.ordered.includes(orderId)) return { answer: cart };
  const left = { ...cart.items };
  for (const { sku, quantity } of items) {
    const rest = (left[sku]?.quantity ?? 0) - quantity;
    if (rest > 0) left[sku] = { quantity: rest };
    else delete left[sku];
  }
  const ordered = [...cart.ordered, orderId].slice(-MAX_ORDERS_REMEMBERED);
  const generation = (cart.generation ?? 0) + 1;
  const patch = { items: left, ordered, generation, lastOrder: { id: orderId, at: now }, updatedAt: now };
  if (cart.guest) return { answer: { ...cart, ...patch }, patch };
  const held = { heldUntil: cart.heldUntil ?? null };
  return { answer: { ...cart, ...patch, ...held }, patch: { ...patch, ...held } };
}

/** A rejected order releases its claim: the cart can be ordered again, under another one. */
export function releaseClaim(cart: Readonly<Cart>, cartClaim: string): CartDecision<Cart> {
  if (cartClaimOf(cart) !== cartClaim) return { answer: cart };
  const generation = (cart.generation ?? 0) + 1;
  return { answer: { ...cart, generation }, patch: { generation } };
}

/**
 * Brings a cart up to date with the order that claims it: a paid order is taken out, a rejected one releases the cart.
 * @returns `openOrder`: the order, as long as it has no outcome
 */
export function applyOutcome(
  cart: Readonly<Cart>,
  order: ClaimingOrder | null,
  now: Date,
): CartDecision<{ cart: Readonly<Cart>; openOrder: OpenOrder | null }> {
  if (!order) return { answer: { cart, openOrder: null } };
  const { id, status, items } = order;
  if (status === 'PENDING') return { answer: { cart, openOrder: { id, status } } };
  const isRejected = status === 'REJECTING' || status === 'REJECTED';
  const { answer, ...rest } = isRejected ? releaseClaim(cart, cartClaimOf(cart)) : takeOrdered(cart, id, items, now);
  return { answer: { cart: answer, openOrder: null }, ...rest };
}

/** Records until when the customer can have a hold. */
export const expectHold = (
  { heldUntil }: Readonly<CustomerCart>,
  until: Date,
): CartDecision<undefined, CustomerCart> =>
  heldUntil && heldUntil >= until ? { answer: undefined } : { answer: undefined, patch: { heldUntil: until } };

/** Whether the shopper can have a hold; guests have none. */
export const mayBeHeld = ({ guest, heldUntil }: Pick<Cart, 'guest' | 'heldUntil'>, now: Date): boolean =>
  !guest && (heldUntil === undefined || (heldUntil !== null && heldUntil > now));

export const itemsOf = (items: CartFields['items']): Item[] =>
  Object.entries(items).map(([sku, { quantity }]) => ({ sku, quantity }));

/**
 * The view of a cart at current prices. A line whose SKU is not sold, or not in the cart's currency, is marked and not
 * added up. A line of which there is less than asked for says what can be had.
 * @param reserved the pieces that are reserved for its shopper
 */
export function cartView(
  items: readonly Item[],
  offers: readonly Offer[],
  currency: string,
  openOrder: OpenOrder | null = null,
  reserved: readonly Item[] = [],
): Result<'cart.get'> {
  const bySku = new Map(offers.map((offer) => [offer.sku, offer]));
  const lines = items.map(({ sku, quantity }) => {
    const offer = bySku.get(sku);
    if (!offer) return { sku, quantity, availability: 'not_sold' as const };
    const { price: unitPrice, category: _, taxClass: _t, weight: _w, available, ...rest } = offer;
    const stock = lineStock(quantity, available, piecesOf(reserved, sku));
    return { ...rest, quantity, unitPrice, lineTotal: multiplyMoney(unitPrice, quantity), ...stock };
  });
  const subtotal = sumMoney(
    lines.flatMap((line): Money[] => ('lineTotal' in line ? [line.lineTotal] : [])),
    currency,
  );
  const quantity = items.reduce((total, item) => total + item.quantity, 0);
  const totals = { quantity, subtotal, total: subtotal };
  return { currency, items: lines, totals, ...(openOrder ? { openOrder } : {}) };
}

/** Removes all data from the cart of an erased customer, and marks it as erased. */
export const eraseCart = (_cart: Readonly<CustomerCart>, updatedAt: Date): CartDecision<undefined, CustomerCart> => ({
  answer: undefined,
  patch: { items: {}, currency: undefined, ordered: [], lastOrder: undefined, merged: [], erased: true, updatedAt },
});
