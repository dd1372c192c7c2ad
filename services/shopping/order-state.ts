/**
 * The states of an order, and the one table of how they follow each other. Only what a customer can see is a state:
 * whether stock is held or money was taken is known to the stock and to the payment provider, under the order's id.
 */
export const TRANSITIONS = {
  PENDING: ['PAID', 'REJECTING'],
  REJECTING: ['REJECTED'],
  REJECTED: [],
  PAID: [],
} as const satisfies Record<string, readonly string[]>;

export type OrderState = keyof typeof TRANSITIONS;

/** Why an order was rejected. */
export type Rejection =
  | { code: 'out-of-stock'; items: { sku: string; requested: number; available: number }[] }
  | { code: 'payment-declined'; reason: string }
  | { code: 'order-expired' };

export interface HistoryEntry {
  status: OrderState;
  at: Date;
  note?: string;
}

interface Moving {
  state: OrderState;
  history: readonly HistoryEntry[];
}

/**
 * The part of a patch that moves an order on.
 * @throws {Error} when the table does not have this transition.
 */
export function move(order: Moving, to: OrderState, at: Date, note?: string) {
  if (!canMove(order.state, to)) throw new Error(`an order cannot go from ${order.state} to ${to}`);
  return { state: to, history: [...order.history, { status: to, at, ...(note ? { note } : {}) }] };
}

export function canMove(from: OrderState, to: OrderState): boolean {
  return (TRANSITIONS[from] as readonly OrderState[]).includes(to);
}
