import { createHash } from 'node:crypto';
import type { Result } from '../../lib/contract.ts';
import { errors } from '../../lib/errors.ts';
import { idTime } from '../../lib/ids.ts';
import { type Money, sum, times } from '../../lib/money.ts';
import type { OutboxEntry } from '../../lib/outbox.ts';
import type { PostalAddress } from '../customer/address.ts';
import type { Item, Offer } from './cart.ts';
import type { HistoryEntry, OrderState, Rejection } from './order-state.ts';

export interface OrderLine {
  sku: string;
  productId: string;
  title: string;
  variant: string;
  quantity: number;
  /** Frozen when the order was placed. */
  unitPrice: Money;
  lineTotal: Money;
}

export interface Order {
  _id: string;
  rev: number;
  customerId: string;
  /** The client's Idempotency-Key; unique for a customer. */
  idemKey: string;
  /** What the key was first sent with. */
  fingerprint: string;
  lines: OrderLine[];
  totals: { quantity: number; subtotal: Money; total: Money };
  shippingAddress: PostalAddress;
  state: OrderState;
  rejection: Rejection | null;
  payment: { provider: string; reference: string; captured: Money } | null;
  history: HistoryEntry[];
  /** What is left to be done elsewhere, written with the state that calls for it. */
  outbox: OutboxEntry[];
  /** Who is driving the order on. It saves work; correctness rests on `rev` and on the keys. */
  lease: { owner: string; until: Date } | null;
  attempts: number;
  /** When recovery looks at the order; `null` once there is nothing left to do. */
  nextAt: Date | null;
  createdAt: Date;
}

/** What an order is begun with. */
export interface Placement {
  id: string;
  customerId: string;
  idemKey: string;
  fingerprint: string;
  items: readonly Item[];
  offers: readonly Offer[];
  shippingAddress: PostalAddress;
  currency: string;
  owner: string;
}

/** How long the process that accepted an order is left alone with it, in ms. */
export const LEASE = 5000;

/** A new order with today's prices. @throws empty-cart, cart-not-orderable */
export function begin(placement: Placement, now: Date): Omit<Order, 'rev'> {
  const { id, customerId, idemKey, fingerprint, items, shippingAddress, currency, owner } = placement;
  if (items.length === 0) throw errors.emptyCart();
  const offers = new Map(placement.offers.map((offer) => [offer.sku, offer]));
  const gone = items.filter(({ sku }) => !offers.has(sku));
  if (gone.length > 0) throw errors.cartNotOrderable(gone.map(({ sku }) => ({ sku })));
  const lines = items.flatMap(({ sku, quantity }) => {
    const offer = offers.get(sku);
    return offer ? [lineOf(offer, quantity)] : [];
  });
  const subtotal = sum(
    lines.map(({ lineTotal }) => lineTotal),
    currency,
  );
  return {
    _id: id,
    customerId,
    idemKey,
    fingerprint,
    lines,
    totals: { quantity: lines.reduce((total, line) => total + line.quantity, 0), subtotal, total: subtotal },
    shippingAddress,
    state: 'PENDING',
    rejection: null,
    payment: null,
    history: [{ status: 'PENDING', at: now }],
    outbox: [],
    lease: { owner, until: new Date(+now + LEASE) },
    attempts: 0,
    nextAt: new Date(+now + LEASE),
    createdAt: now,
  };
}

function lineOf({ sku, productId, title, variant, price }: Offer, quantity: number): OrderLine {
  return { sku, productId, title, variant, quantity, unitPrice: price, lineTotal: times(price, quantity) };
}

/** Tells apart what a key was sent with. */
export function fingerprintOf(body: { addressId: string }): string {
  return createHash('sha256')
    .update(JSON.stringify([body.addressId]))
    .digest('base64url');
}

/** The number people say on the phone: the day, and the random part of the id. */
export function orderNumber(id: string): string {
  const day = idTime(id).toISOString().slice(2, 10).replaceAll('-', '');
  return `${day}-${id.slice(-10, -5)}-${id.slice(-5)}`;
}

export function orderView(order: Order): Result<'order.get'> {
  return {
    id: order._id,
    number: orderNumber(order._id),
    status: order.state,
    items: order.lines,
    totals: order.totals,
    shippingAddress: order.shippingAddress,
    payment: order.payment,
    history: order.history.map((entry) => ({ ...entry, at: entry.at.toISOString() })),
    createdAt: order.createdAt.toISOString(),
  };
}
