import type { Money } from '../../shared/money.ts';
import type { CouponRefusal } from '../../shared/problems.ts';

/**
 * The states of an order, and the only table of their transitions. A state is something that a customer can see:
 * whether stock is held or money was taken is known to the stock and to the payment provider, under the order's id.
 */
export const TRANSITIONS = {
  PENDING: ['PAID', 'REJECTING'],
  REJECTING: ['REJECTED'],
  REJECTED: [],
  // An order without goods to ship is delivered at once: `takeFulfilmentStep` refuses it for others.
  PAID: ['PACKED', 'CANCELLING', 'DELIVERED'],
  PACKED: ['SHIPPED', 'CANCELLING', 'DELIVERED'],
  SHIPPED: ['DELIVERED'],
  DELIVERED: [],
  CANCELLING: ['CANCELLED'],
  CANCELLED: [],
} as const satisfies Record<string, readonly string[]>;

export type OrderState = keyof typeof TRANSITIONS;

export const ORDER_STATES = Object.keys(TRANSITIONS) as OrderState[];

/** The states in which an order is open and still needs its customer's data. */
export const OPEN_STATES: readonly OrderState[] = ['PENDING', 'REJECTING', 'PAID', 'PACKED', 'CANCELLING'];

/** Why an order was rejected. */
export type Rejection =
  | { code: 'out-of-stock'; items: { sku: string; requested: number; available: number }[] }
  | { code: 'coupon-refused'; coupon: string; reason: CouponRefusal }
  | { code: 'payment-declined'; reason: string }
  | { code: 'order-expired' }
  | { code: 'order-cancelled' };

/** Money that the payment provider has captured for an order. */
export interface CapturedPayment {
  provider: string;
  /** The charge, as the provider calls it. */
  reference: string;
  captured: Money;
  /** The idempotency key of the charge. Absent: the order's id. */
  key?: string;
}

export interface Shipment {
  carrier: string;
  trackingNumber: string;
}

/** The fields of an order that depend on its state. Any other combination does not compile. */
export type OrderProgress =
  | { state: 'PENDING'; rejection: null; payment: null; shipment: null }
  | { state: 'REJECTING'; rejection: Rejection; payment: null; shipment: null }
  // It has a payment if the provider refuses to give back what it captured.
  | { state: 'REJECTED'; rejection: Rejection; payment: CapturedPayment | null; shipment: null }
  | {
      state: 'PAID' | 'PACKED' | 'CANCELLING' | 'CANCELLED';
      rejection: null;
      payment: CapturedPayment;
      shipment: null;
    }
  | { state: 'SHIPPED'; rejection: null; payment: CapturedPayment; shipment: Shipment }
  // Without goods to ship, it has no shipment.
  | { state: 'DELIVERED'; rejection: null; payment: CapturedPayment; shipment: Shipment | null };

/** The next state of an order, with the fields that come with it. */
export type Transition =
  | Entering<{ state: 'PAID'; payment: CapturedPayment }>
  | Entering<{ state: 'REJECTING'; rejection: Rejection }>
  | Entering<{ state: 'REJECTED'; payment?: CapturedPayment }>
  | Entering<{ state: 'SHIPPED'; shipment: Shipment }>
  | Entering<{ state: 'PACKED' | 'DELIVERED' | 'CANCELLING' | 'CANCELLED' }>;

type Entering<T extends { state: OrderState }> = T & { [K in Exclude<keyof OrderProgress, keyof T>]?: never };

/** The one who changed an order: its customer, a member of staff, or the shop itself. */
export type Actor = { role: 'customer' } | { role: 'staff'; id: string } | { role: 'system' };

export const SYSTEM: Actor = { role: 'system' };

/** The kinds of entries in the history. */
export const ORDER_EVENTS = [
  'status',
  'payment-failed',
  'payment-tried',
  'refund',
  'refunded',
  'return-requested',
  'return-approved',
  'return-refused',
  'refund-failed',
  'refund-settled',
  'refund-waived',
  'dispute-opened',
  'dispute-won',
  'dispute-lost',
  'decided',
  'shipment-corrected',
  'address-corrected',
] as const;
export type OrderEvent = (typeof ORDER_EVENTS)[number];

/**
 * An entry of an order's timeline: who did what, when and why. Entries are never changed; they are numbered from 1 on.
 */
export interface HistoryEntry {
  event: OrderEvent;
  /** The order's state afterwards. */
  status: OrderState;
  at: Date;
  by: Actor;
  note?: string;
}

/** The states from which the table leads to `To`. */
type StateBefore<To extends OrderState> = {
  [From in OrderState]: To extends (typeof TRANSITIONS)[From][number] ? From : never;
}[OrderState];

/** Whether the table allows the transition. If so, the compiler knows the possible states of the order. */
export function canMove<O extends { state: OrderState }, To extends OrderState>(
  order: O,
  to: To,
): order is O & { state: StateBefore<To> } {
  return (TRANSITIONS[order.state] as readonly OrderState[]).includes(to);
}

/** The history with another entry. */
export function historyWith(
  { history, state }: { history: readonly HistoryEntry[]; state: OrderState },
  event: OrderEvent,
  at: Date,
  by: Actor = SYSTEM,
  note?: string,
): { history: HistoryEntry[] } {
  return { history: [...history, { event, status: state, at, by, ...(note ? { note } : {}) }] };
}
