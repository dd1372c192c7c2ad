import type { Params, Rpc } from '../../../../lib/contract/contract.ts';
import type { Order } from '../order.ts';
import { type OrderDecision, updateOrder } from '../order-change.ts';
import { type OrderService, resumeOrder } from '../order-commands.ts';
import { mailOf, withSummary } from '../order-outbox.ts';
import { expiryOf, lastTryOf } from './payment-tries.ts';

/**
 * Takes news of a payment whose money staff books: drives the order on, and mails the customer what is to be paid yet. It can
 * be repeated; each mail has an id.
 */
export async function takePaymentNews(
  orders: OrderService,
  { orderId, isSettled }: Params<'order.paymentNews'>,
  rpc: Rpc,
): Promise<void> {
  await resumeOrder(orders, orderId);
  const order = await orders.store.get(orderId);
  if (!order) return;
  const mail = instructionsMail(order);
  if (mail) await rpc.call('mail.queue', mail);
  if (isSettled && order.paymentDueAt) await orders.store.change(orderId, recordSettled);
}

/** Records that an order on credit is paid. */
function recordSettled(order: Readonly<Order>): OrderDecision {
  return order.paymentDueAt ? updateOrder(order, { paymentDueAt: null }) : { answer: order };
}

/** The mail that tells how to pay an order by bank transfer: one for each amount that has come. */
function instructionsMail(order: Readonly<Order>): Params<'mail.queue'> | undefined {
  const { key, action } = lastTryOf(order);
  if (order.state !== 'PENDING' || action?.type !== 'transfer') return undefined;
  const about = { id: `${key}:${action.received.amount}` };
  const entry = withSummary(mailOf(order, 'transfer-instructions', about), order);
  if (entry.action !== 'mail.queue') return undefined;
  const { type: _, amount: _a, ...instructions } = action;
  return { ...entry.params, transfer: { ...instructions, payUntil: expiryOf(order).toISOString() } };
}
