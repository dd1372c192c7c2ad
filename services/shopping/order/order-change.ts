import type { Decision } from '../../../mixins/store/changes.ts';
import type { Order, OrderFields } from './order.ts';
import { type Actor, canMove, historyWith, type Shipment, type Transition } from './order-state.ts';

type SameState = Partial<OrderFields> & { state?: never; rejection?: never; payment?: never };

/** Fields to write to an order that stays in its state. */
export type OrderUpdate = SameState & { shipment?: never };

/** The patches that can be written to an order. A new state comes with the fields of that state. */
export type OrderPatch = OrderUpdate | (SameState & { shipment: Shipment }) | (Partial<OrderFields> & Transition);

export interface OrderDecision<A = Order> extends Decision<A> {
  patch?: OrderPatch;
}

export interface OrderUpdateDecision extends OrderDecision {
  patch?: OrderUpdate;
}

export type OrderCommand<A = Order> = (order: Readonly<Order>, now: Date) => OrderDecision<A>;

/** Changes fields of an order, which stays in its state. */
export function updateOrder(order: Readonly<Order>, patch: OrderUpdate): OrderUpdateDecision {
  return { answer: { ...order, ...patch }, patch };
}

interface TransitionCause {
  at: Date;
  by?: Actor | undefined;
  note?: string | undefined;
}

/**
 * Moves an order to its next state, with an entry in its history.
 * @throws {Error} when the table of transitions does not have this one
 */
export function moveOrder(
  order: Readonly<Order>,
  next: Transition,
  { at, by, note }: TransitionCause,
  fields: Partial<OrderFields> = {},
): OrderDecision {
  const { history } = historyWith({ history: order.history, state: next.state }, 'status', at, by, note);
  const patch = { ...fields, ...next, history };
  return { answer: { ...enterState(order, next), ...fields, history }, patch };
}

function enterState(order: Readonly<Order>, next: Transition): Order {
  switch (next.state) {
    case 'PAID':
      if (canMove(order, next.state)) return { ...order, ...next };
      break;
    case 'REJECTING':
      if (canMove(order, next.state)) return { ...order, ...next };
      break;
    case 'REJECTED':
      if (canMove(order, next.state)) return { ...order, ...next };
      break;
    case 'PACKED':
      if (canMove(order, next.state)) return { ...order, state: next.state };
      break;
    case 'SHIPPED':
      if (canMove(order, next.state)) return { ...order, ...next };
      break;
    case 'DELIVERED':
      if (canMove(order, next.state)) return { ...order, state: next.state };
      break;
    case 'CANCELLING':
      if (canMove(order, next.state)) return { ...order, state: next.state };
      break;
    case 'CANCELLED':
      if (canMove(order, next.state)) return { ...order, state: next.state };
      break;
    default:
      throw new Error(`unknown state ${next satisfies never}`);
  }
  throw new Error(`an order cannot go from ${order.state} to ${next.state}`);
}
