import { errors } from '../../shared/problems.ts';
import type { Order } from './order.ts';
import { type OrderDecision, updateOrder } from './order-change.ts';

/**
 * Marks an order as invoiced, before the invoice is issued. It is one conditional write: a later cancellation issues a
 * credit note, and a cancelled order gets no invoice.
 * @throws wrong-state
 */
export function markInvoiced(order: Readonly<Order>): OrderDecision {
  if (order.invoiced) return { answer: order };
  if (order.state === 'CANCELLING' || order.state === 'CANCELLED') {
    throw errors.wrongState(order.state, 'The order was cancelled before it had an invoice.');
  }
  if (!order.payment) throw errors.wrongState(order.state, 'An order has an invoice once it is paid.');
  return updateOrder(order, { invoiced: true });
}
