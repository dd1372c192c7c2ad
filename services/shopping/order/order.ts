import type { OutboxEntry } from '../../../mixins/store/outbox.ts';
import type { Money } from '../../shared/money.ts';
import type { PostalAddress } from '../../shared/postal-address.ts';
import { errors } from '../../shared/problems.ts';
import type { Item, Offer } from '../cart/cart.ts';
import { isShipped, type Priced, type PricedLine } from '../checkout/pricing/price.ts';
import type { Destination } from '../checkout/pricing/zone.ts';
import { orderNumber } from './order-number.ts';
import type { Actor, HistoryEntry, OrderProgress } from './order-state.ts';
import type { OrderStep, ParkedDecision } from './saga/order-steps.ts';
import type { PaymentTry } from './session/payment-try.ts';

/** An order: the lines with their prices, its progress, and the work that is left to do for it. */
export type Order = OrderFields & OrderProgress;

/** An order that has a payment. */
export type PaidOrder = Extract<Order, { payment: object }>;

/** An order as it is first stored. */
export type NewOrder = Omit<OrderFields, 'rev'> & Extract<OrderProgress, { state: 'PENDING' }>;

/** The fields that an order has in every state. */
export interface OrderFields extends Priced {
  _id: string;
  rev: number;
  /** The number that people use. Absent on orders from before it was stored. */
  number?: string;
  /** Who owns the order: a customer, or a guest until an account claims the order. */
  customerId: string;
  /** Set on orders that a guest placed. */
  guest?: OrderGuest;
  /** The client's Idempotency-Key; unique for a customer. */
  idemKey: string;
  /** Hash of the request that the key was first sent with; see `fingerprintOf`. */
  fingerprint: string;
  /**
   * The claim on the cart that the order is made of; see `cartClaimOf`. Unique. Absent on orders from before claims.
   */
  cartClaim?: string;
  /** Absent on an order without goods to ship whose customer has sent no address: it has a `destination`. */
  shippingAddress?: PostalAddress;
  /** The place by which an order without an address was taxed. */
  destination?: Destination;
  /** Of the invoice. Absent: the shipping address. */
  billingAddress?: PostalAddress;
  /** The buyer owes the tax, which the prices are without. Absent: no. */
  isReverseCharge?: true;
  note?: string;
  /** The payment provider's token of the card or account to charge. */
  paymentMethod: string;
  /** The tries to pay it, the newest last. Absent on orders from before there were several. */
  tries?: PaymentTry[];
  /** Until when it can be paid. Absent on orders from before there were several tries. */
  expiresAt?: Date;
  /** Until when an order that went out on credit has to be paid. Null once it is paid; absent if it was paid at once. */
  paymentDueAt?: Date | null;
  /** The customer was answered before the order had an outcome, so a rejection goes out by mail. */
  isAnsweredPending?: boolean;
  /** Whether an invoice was requested. Absent on orders from before credit notes. */
  invoiced?: boolean;
  refunds: Refund[];
  returns: Return[];
  /** Absent when there are none. */
  disputes?: Dispute[];
  /** Since when the order needs staff's attention (attention.ts). Null, or absent on old orders: it does not. */
  attentionAt?: Date | null;
  history: HistoryEntry[];
  /** Calls to other services that are not acknowledged yet, written together with the state that causes them. */
  outbox: OutboxEntry[];
  /** The node that processes the order. It saves work; correctness rests on `rev` and on the keys. */
  lease: { owner: string; until: Date } | null;
  /** How often in a row the order was postponed. The pauses grow with it. */
  attempts: number;
  /** Failures in a row, outages not counted. After too many the order is parked. */
  failures: number;
  /** When recovery takes the order up. Null: there is nothing left to do. */
  nextAt: Date | null;
  /** Since when the order is parked: it waits for a decision of staff. */
  parkedAt: Date | null;
  /** The last error, whether or not the order is parked. */
  parkedError?: string;
  /** The step that failed. Absent on orders that failed before steps had names. */
  parkedStep?: OrderStep;
  /** Staff's decisions while the order was parked. */
  decisions?: ParkedDecision[];
  createdAt: Date;
}

/** The guest who placed an order. */
export interface OrderGuest {
  /** The id of the guest's cart. */
  id: string;
  /** The id with the Idempotency-Key. Unique, also after an account has claimed the order. */
  key: string;
  /** In its normal form. It is not verified. Absent after an erasure. */
  email?: string;
  /** Counts the guest's uses of coupons, also of orders of other carts. */
  couponHolder: string;
  /** The hashes of the order tokens that give access to the order, the latest last. */
  tokenHashes: string[];
}

/** A refund. Its id is its idempotency key at the provider. */
export interface Refund {
  id: string;
  /** Keeps one request from becoming two refunds: an Idempotency-Key, or the id of the return. */
  key: string;
  /** Absent on refunds from before there were lines. */
  cause?: RefundCause;
  /** Hash of the request that asked for it; see `fingerprintOf`. */
  fingerprint?: string;
  amount: Money;
  /** The parts of the amount by line, in minor units. Absent on refunds from before there were lines. */
  lines?: RefundLine[];
  /** The part of the amount for the delivery, in minor units. Present together with `lines`. */
  shipping?: number;
  state: RefundState;
  /** Why the provider has not given the money back. */
  failure?: RefundFailure;
  /** Whether its credit note was requested. Its amount stays owed to the customer, also when the refund fails later. */
  isCredited?: boolean;
  /** The number of the attempt, from 1 on (the default). Each attempt has a key of its own at the provider. */
  attempt?: number;
  /** The provider's id of a refund that was made in its dashboard. */
  providerId?: string;
  /** The provider's ids of earlier attempts in its dashboard, whose money the bank has sent back. */
  formerProviderIds?: string[];
  /** How staff has settled it by hand. */
  settlement?: { by: Actor; at: Date; reason: string };
  by: Actor;
  at: Date;
  reason: string;
}

/**
 * `FAILED`: the provider does not give the money back, and staff has to settle it. `SETTLED`: staff has paid it back by
 * other means. `WAIVED`: the customer is not owed it any more.
 */
export const REFUND_STATES = ['PENDING', 'DONE', 'FAILED', 'SETTLED', 'WAIVED'] as const;
type RefundState = (typeof REFUND_STATES)[number];

/** `isReturned`: the bank has sent the money back after the provider had reported success. */
export interface RefundFailure {
  reason: string;
  isReturned: boolean;
}

/** `provider`: it was made in the payment provider's dashboard. */
export type RefundCause = 'request' | 'cancellation' | 'return' | 'provider';

/** A chargeback: the cardholder has disputed the charge at the bank. */
export interface Dispute {
  /** The provider's id. */
  id: string;
  state: 'OPEN' | 'WON' | 'LOST';
  amount: Money;
  reason: string;
  at: Date;
}

/** The part of a refund for one line of the order. */
export interface RefundLine {
  sku: string;
  /** The number of pieces it is for, if known. */
  quantity?: number;
  /** In minor units of the order's currency; may be zero. */
  amount: number;
}

/** A return of goods. Its id is the key under which they go back into the stock. */
export interface Return {
  id: string;
  key: string;
  items: Item[];
  reason: string;
  state: 'REQUESTED' | 'APPROVED' | 'REFUSED';
  /** Hash of the request. Absent on returns from before requests were compared. */
  fingerprint?: string;
  /** The part of the requested items that staff took back. */
  approved: Item[];
  /** Hash of the approval. */
  approval?: string;
  /** The worth of the approved goods by line, in minor units, whether or not it was refunded. */
  worth?: { sku: string; amount: number }[];
  /** Whether the goods go back into the stock; `DUE` until they are there. */
  restock: 'NONE' | 'DUE' | 'DONE';
  at: Date;
}

/** The input of a new order. */
export interface Placement {
  id: string;
  customerId: string;
  guest?: OrderGuest | undefined;
  idemKey: string;
  fingerprint: string;
  cartClaim?: string;
  priced: Priced;
  shippingAddress?: PostalAddress;
  destination?: Destination;
  billingAddress?: PostalAddress;
  isReverseCharge?: true;
  paymentMethod: string;
  /** The payment provider of the first try. */
  provider: string;
  /** How long the order can be paid, in ms. */
  paymentTime: number;
  note?: string | undefined;
  owner: string;
}

/** How long recovery leaves an order to the process that accepted or claimed it. */
export const ORDER_LEASE_MS = 5000;

/** When recovery takes over an order that this process works on now, unless it is settled by then. */
export const resumeAt = (now: Date) => new Date(+now + ORDER_LEASE_MS);

/** A new order, with its prices frozen. */
export function beginOrder(
  { priced, id, owner, note, guest, provider, paymentTime, ...placement }: Placement,
  now: Date,
): NewOrder {
  const { paymentMethod: method } = placement;
  return {
    _id: id,
    number: orderNumber(id),
    ...placement,
    ...(guest ? { guest } : {}),
    ...priced,
    // A coupon that takes nothing off is not used.
    discounts: priced.discounts.filter(({ amount }) => amount.amount > 0),
    ...(note ? { note } : {}),
    tries: [{ key: id, provider, method, state: 'OPEN', at: now }],
    expiresAt: new Date(+now + paymentTime),
    state: 'PENDING',
    rejection: null,
    payment: null,
    shipment: null,
    refunds: [],
    returns: [],
    history: [{ event: 'status', status: 'PENDING', at: now, by: { role: 'customer' } }],
    outbox: [],
    lease: { owner, until: new Date(+now + ORDER_LEASE_MS) },
    attempts: 0,
    failures: 0,
    nextAt: resumeAt(now),
    parkedAt: null,
    createdAt: now,
  };
}

/** The lines to be priced. @throws empty-cart, cart-not-orderable */
export function orderableLines(items: readonly Item[], offers: readonly Offer[]): PricedLine[] {
  if (items.length === 0) throw errors.emptyCart();
  const bySku = new Map(offers.map((offer) => [offer.sku, offer]));
  const missing = items.filter(({ sku }) => !bySku.has(sku));
  if (missing.length > 0) throw errors.cartNotOrderable(missing.map(({ sku }) => ({ sku })));
  return items.flatMap(({ sku, quantity }) => {
    const offer = bySku.get(sku);
    if (!offer) return [];
    const { productId, title, variant, category, taxClass, weight, requiresShipping, price: unitPrice } = offer;
    return [{ sku, productId, title, variant, category, taxClass, weight, requiresShipping, quantity, unitPrice }];
  });
}

/** The ordered items. */
export const itemsOfOrder = ({ lines }: Pick<Order, 'lines'>): Item[] =>
  lines.map(({ sku, quantity }) => ({ sku, quantity }));

/** Whether any of its goods are shipped. */
export const hasShippedGoods = ({ lines }: Pick<OrderFields, 'lines'>): boolean => lines.some(isShipped);

export const isPaid = (order: Readonly<Order>): order is PaidOrder => order.payment !== null;

/** Whether no work is left to do for the order. */
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

/** The country that the goods of an order go to, or for which it is taxed. */
export const countryOf = ({
  shippingAddress,
  destination,
}: Pick<OrderFields, 'shippingAddress' | 'destination'>): string =>
  shippingAddress?.country ?? destination?.country ?? '';
