import type { OutboxEntry } from '../../../mixins/store/outbox.ts';
import type { Money } from '../../shared/money.ts';
import type { PostalAddress } from '../../shared/postal-address.ts';
import { errors } from '../../shared/problems.ts';
import type { Item, Offer } from '../cart/cart.ts';
import type { Priced, PricedLine } from '../checkout/pricing/price.ts';
import { orderNumber } from './order-number.ts';
import type { Actor, HistoryEntry, OrderState, Rejection } from './order-state.ts';
import type { OrderStep, ParkedDecision } from './saga/order-steps.ts';

/** An order: what was bought at which prices, where it stands, and what is left to be done for it. */
export interface Order extends Priced {
  _id: string;
  rev: number;
  /** The number that people say; absent on orders from before it was stored. */
  number?: string;
  customerId: string;
  /** The client's Idempotency-Key; unique for a customer. */
  idemKey: string;
  /** What the key was first sent with. */
  fingerprint: string;
  /** The cart, and its generation, that the order is made of; unique. Absent on orders from before there were claims. */
  cartClaim?: string;
  shippingAddress: PostalAddress;
  note?: string;
  /** What the payment provider takes the money from, in its own words. */
  paymentMethod: string;
  state: OrderState;
  rejection: Rejection | null;
  payment: { provider: string; reference: string; captured: Money } | null;
  shipment: { carrier: string; trackingNumber: string } | null;
  /** Its customer was answered before it had an outcome, and has a rejection by mail. */
  isAnsweredPending?: boolean;
  /** Whether an invoice was asked for; not said on orders from before credit notes. */
  invoiced?: boolean;
  refunds: Refund[];
  returns: Return[];
  /** Absent when there are none. */
  disputes?: Dispute[];
  /** Since when staff has to see to it (attention.ts); null when nothing is amiss. Absent on orders from before. */
  attentionAt?: Date | null;
  history: HistoryEntry[];
  /** What is left to be done elsewhere, written with the state that calls for it. */
  outbox: OutboxEntry[];
  /** Who is driving the order on. It saves work; correctness rests on `rev` and on the keys. */
  lease: { owner: string; until: Date } | null;
  /** How often recovery has claimed it, which sets the pauses. */
  attempts: number;
  /** Failures in a row that were no outage; too many, and the order is parked. */
  failures: number;
  /** When recovery looks at the order; `null` once there is nothing left to do. */
  nextAt: Date | null;
  /** Set aside for an operator. */
  parkedAt: Date | null;
  /** The error that it failed by last, parked or not. */
  parkedError?: string;
  /** What could not be done; not said on orders that failed before steps had names. */
  parkedStep?: OrderStep;
  /** What staff has decided of the order when it was parked. */
  decisions?: ParkedDecision[];
  createdAt: Date;
}

/** Money that goes back. Its id is its idempotency key at the provider. */
export interface Refund {
  id: string;
  /** Keeps one request from becoming two refunds: an Idempotency-Key, or the id of the return. */
  key: string;
  /** What the refund is made by; not said on refunds from before there were lines. */
  cause?: RefundCause;
  /** Hash of the request that asked for it; see `fingerprintOf`. */
  fingerprint?: string;
  amount: Money;
  /** What of the amount belongs to which line, in minor units; not said on refunds from before there were lines. */
  lines?: RefundLine[];
  /** What of the amount belongs to the delivery, in minor units; said together with `lines`. */
  shipping?: number;
  state: RefundState;
  /** Why the provider has not given the money back. */
  failure?: RefundFailure;
  /** Whether its credit note was asked for: what it credits stays owed to the customer, also when the refund fails later. */
  isCredited?: boolean;
  /** How often it was begun, from 1 on: a refund that failed can be tried again, under another key. 1 when left out. */
  attempt?: number;
  /** The provider's id of a refund that was made on its own pages. */
  providerId?: string;
  /** Those of such refunds that it was before, and that the bank has sent back. */
  formerProviderIds?: string[];
  /** Who has ended it by hand, and why. */
  settlement?: { by: Actor; at: Date; reason: string };
  by: Actor;
  at: Date;
  reason: string;
}

/**
 * `FAILED`: the provider will not give the money back, and staff has to see to it. `SETTLED`: staff has paid it back by
 * other means. `WAIVED`: it is not owed any more.
 */
export const REFUND_STATES = ['PENDING', 'DONE', 'FAILED', 'SETTLED', 'WAIVED'] as const;
type RefundState = (typeof REFUND_STATES)[number];

/** `isReturned`: the bank has sent the money back, so that what the provider said before is out of date. */
export interface RefundFailure {
  reason: string;
  isReturned: boolean;
}

/** `provider`: somebody made it on the payment provider's own pages. */
export type RefundCause = 'request' | 'cancellation' | 'return' | 'provider';

/** The cardholder wants the money back from the bank. */
export interface Dispute {
  /** The provider's id. */
  id: string;
  state: 'OPEN' | 'WON' | 'LOST';
  amount: Money;
  reason: string;
  at: Date;
}

/** What a refund gives back for a line of its order. */
export interface RefundLine {
  sku: string;
  /** For how many pieces, where that is known. */
  quantity?: number;
  /** In minor units of the order's currency; may be zero. */
  amount: number;
}

/** Goods that come back. Its id is the key under which they return to the stock. */
export interface Return {
  id: string;
  key: string;
  items: Item[];
  reason: string;
  state: 'REQUESTED' | 'APPROVED' | 'REFUSED';
  /** Hash of the request that asked for it; not said on returns from before requests were compared. */
  fingerprint?: string;
  /** What staff took back, of what was requested. */
  approved: Item[];
  /** Hash of what it was approved with. */
  approval?: string;
  /** What the approved goods were worth, by line and in minor units, whether or not it was refunded. */
  worth?: { sku: string; amount: number }[];
  /** Whether the goods go back into the stock; `DUE` until they are there. */
  restock: 'NONE' | 'DUE' | 'DONE';
  at: Date;
}

/** What an order is begun with. */
export interface Placement {
  id: string;
  customerId: string;
  idemKey: string;
  fingerprint: string;
  cartClaim?: string;
  priced: Priced;
  shippingAddress: PostalAddress;
  paymentMethod: string;
  note?: string | undefined;
  owner: string;
}

/** How long the process that accepted an order is left alone with it, in ms. */
export const LEASE = 5000;

/** When recovery takes up what this process has just begun, unless it is done by then. */
export const resumeAt = (now: Date) => new Date(+now + LEASE);

/** A new order, with its prices frozen. */
export function begin({ priced, id, owner, note, ...placement }: Placement, now: Date): Omit<Order, 'rev'> {
  return {
    _id: id,
    number: orderNumber(id),
    ...placement,
    ...priced,
    // A coupon that brings nothing is not used up.
    discounts: priced.discounts.filter(({ amount }) => amount.amount > 0),
    ...(note ? { note } : {}),
    state: 'PENDING',
    rejection: null,
    payment: null,
    shipment: null,
    refunds: [],
    returns: [],
    history: [{ event: 'status', status: 'PENDING', at: now, by: { role: 'customer' } }],
    outbox: [],
    lease: { owner, until: new Date(+now + LEASE) },
    attempts: 0,
    failures: 0,
    nextAt: resumeAt(now),
    parkedAt: null,
    createdAt: now,
  };
}

/** The lines to be priced. @throws empty-cart, cart-not-orderable */
export function orderable(items: readonly Item[], offers: readonly Offer[]): PricedLine[] {
  if (items.length === 0) throw errors.emptyCart();
  const bySku = new Map(offers.map((offer) => [offer.sku, offer]));
  const gone = items.filter(({ sku }) => !bySku.has(sku));
  if (gone.length > 0) throw errors.cartNotOrderable(gone.map(({ sku }) => ({ sku })));
  return items.flatMap(({ sku, quantity }) => {
    const offer = bySku.get(sku);
    if (!offer) return [];
    const { productId, title, variant, category, taxClass, weight, price: unitPrice } = offer;
    return [{ sku, productId, title, variant, category, taxClass, weight, quantity, unitPrice }];
  });
}

/** Whether nothing is left to be done for it; a parked entry waits for an operator, not for us. */
export function isSettled({ state, outbox, refunds, returns }: Order): boolean {
  return (
    state !== 'PENDING' &&
    state !== 'REJECTING' &&
    state !== 'CANCELLING' &&
    outbox.length === 0 &&
    refunds.every((refund) => refund.state !== 'PENDING') &&
    returns.every(({ restock }) => restock !== 'DUE')
  );
}
