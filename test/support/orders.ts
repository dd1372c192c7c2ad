import type { Order } from '../../services/shopping/order/order.ts';
import { moveOrder } from '../../services/shopping/order/order-change.ts';
import type { OrderState, Transition } from '../../services/shopping/order/order-state.ts';

/** The states that an order goes through to each state. */
const WAYS: Record<OrderState, Transition['state'][]> = {
  PENDING: [],
  REJECTING: ['REJECTING'],
  REJECTED: ['REJECTING', 'REJECTED'],
  PAID: ['PAID'],
  PACKED: ['PAID', 'PACKED'],
  SHIPPED: ['PAID', 'PACKED', 'SHIPPED'],
  DELIVERED: ['PAID', 'PACKED', 'SHIPPED', 'DELIVERED'],
  CANCELLING: ['PAID', 'CANCELLING'],
  CANCELLED: ['PAID', 'CANCELLING', 'CANCELLED'],
};

/** A transition to a state, with something of all that it brings. */
export function transitionTo(state: Transition['state'], { totals }: Pick<Order, 'totals'>): Transition {
  switch (state) {
    case 'PAID':
      return { state, payment: { provider: 'stripe', reference: 'pi_1', captured: totals.total } };
    case 'REJECTING':
      return { state, rejection: { code: 'payment-declined', reason: 'card' } };
    case 'SHIPPED':
      return { state, shipment: { carrier: 'Post', trackingNumber: 'RR1' } };
    default:
      return { state };
  }
}

/** A pending order, moved on to a state. */
export function orderIn(state: OrderState, pending: Order, at: Date): Order {
  return WAYS[state].reduce((order, to) => moveOrder(order, transitionTo(to, order), { at }).answer, pending);
}
