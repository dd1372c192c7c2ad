import { errors } from '../../shared/problems.ts';
import type { Order } from './order.ts';
import { type OrderDecision, updateOrder } from './order-change.ts';

/**
 * Notes that an order is about to have an invoice, in one conditional write: a cancellation afterwards knows that there
 * is something to correct, and after a cancellation there is nothing to invoice.
 * @throws wrong-state
 */
export function markInvoiced(order: Readonly<Order>): OrderDecision {
  if (order.invoiced) return { answer: order };
  if (order.state === 'CANCELLING' || order.state === 'CANCELLED') {
    throw errors.wrongState(order.state, 'The order was cancelled before it had an invoice.');
  }
  if (!order.payment) throw errors.wrongState(order.state, 'There is an invoice once the order is paid.');
  return updateOrder(order, { invoiced: true });
}
