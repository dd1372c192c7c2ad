import type { CouponRefusal } from '../../shared/problems.ts';

/**
 * The states of an order, and the one table of how they follow each other. Only what a customer can see is a state:
 * whether stock is held or money was taken is known to the stock and to the payment provider, under the order's id.
 */
export const TRANSITIONS = {
  PENDING: ['PAID', 'REJECTING'],
  REJECTING: ['REJECTED'],
  REJECTED: [],
  PAID: ['PACKED', 'CANCELLING'],
  PACKED: ['SHIPPED', 'CANCELLING'],
  SHIPPED: ['DELIVERED'],
  DELIVERED: [],
  CANCELLING: ['CANCELLED'],
  CANCELLED: [],
} as const satisfies Record<string, readonly string[]>;

export type OrderState = keyof typeof TRANSITIONS;

export const ORDER_STATES = Object.keys(TRANSITIONS) as OrderState[];

/** Why an order was rejected. */
export type Rejection =
  | { code: 'out-of-stock'; items: { sku: string; requested: number; available: number }[] }
  | { code: 'coupon-refused'; coupon: string; reason: CouponRefusal }
  | { code: 'payment-declined'; reason: string }
  | { code: 'order-expired' }
  | { code: 'order-cancelled' };

/** Who did something to an order: its customer, a member of staff by id, or the shop by itself. */
export type Actor = { role: 'customer' } | { role: 'staff'; id: string } | { role: 'system' };

export const SYSTEM: Actor = { role: 'system' };

/** What an entry of the history tells of. */
export const ORDER_EVENTS = [
  'status',
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

/** One line of an order's timeline: who did what, when and why. Only ever added to; the first one's number is 1. */
export interface HistoryEntry {
  event: OrderEvent;
  /** The order's state afterwards. */
  status: OrderState;
  at: Date;
  by: Actor;
  note?: string;
}

export interface Moving {
  state: OrderState;
  history: readonly HistoryEntry[];
}

/**
 * The part of a patch that moves an order on.
 * @throws {Error} when the table does not have this transition.
 */
export function move(order: Moving, to: OrderState, at: Date, by: Actor = SYSTEM, note?: string) {
  if (!canMove(order.state, to)) throw new Error(`an order cannot go from ${order.state} to ${to}`);
  return { state: to, history: [...order.history, entry('status', to, at, by, note)] };
}

/** The part of a patch that notes something that leaves the state as it is. */
export function noted(order: Moving, event: OrderEvent, at: Date, by: Actor = SYSTEM, note?: string) {
  return { history: [...order.history, entry(event, order.state, at, by, note)] };
}

export function canMove(from: OrderState, to: OrderState): boolean {
  return (TRANSITIONS[from] as readonly OrderState[]).includes(to);
}

function entry(event: OrderEvent, status: OrderState, at: Date, by: Actor, note?: string): HistoryEntry {
  return { event, status, at, by, ...(note ? { note } : {}) };
}
