import type { Params } from '../../../lib/contract/contract.ts';
import type { OutboxEntry } from '../../../mixins/store/outbox.ts';
import { isGuestId } from '../../shared/ids.ts';
import type { Money } from '../../shared/money.ts';
import type { Order, OrderFields, Refund } from './order.ts';
import type { Shipment } from './order-state.ts';
import { invoiceOrderView, orderSummaryView } from './order-view.ts';
import { causeOf } from './refund/refund-lines.ts';
import { reservationOf } from './saga/steps/reservation.ts';

/**
 * The outbox entries of an order: calls to other services. Each is stored in the write that causes it, and repeated
 * until it is acknowledged. The called action recognises a repetition by its parameters.
 */

/** After the payment: reservations are committed, the items leave the cart, and the customer gets a mail. */
export function afterPayment(order: Order, commits: readonly OutboxEntry[]): OutboxEntry[] {
  const { orderId, items } = reservationOf(order);
  const customerId = order.guest?.id ?? order.customerId;
  return [
    ...commits,
    { id: 'empty-cart', action: 'cart.ordered', params: { customerId, orderId, items: [...items] } },
    mailOf(order, 'order-confirmed'),
    ...(isGuestId(order.customerId) ? [claimOf(order)] : []),
  ];
}

/** After a cancellation: the keys under which the goods were taken back are forgotten, and the customer gets a mail. */
export function afterCancellation(order: Order, forgets: readonly OutboxEntry[]): OutboxEntry[] {
  return [...forgets, mailOf(order, 'order-cancelled')];
}

/**
 * After a rejection: the customer gets a mail, unless the rejection was the response to their request. It may not have
 * been, if they were answered while the order was pending, or if recovery has taken the order up.
 * @param isCharged the payment provider refuses to give back the charge, so staff has to settle the refund
 */
export function afterRejection(order: Extract<Order, { state: 'REJECTING' }>, isCharged: boolean): OutboxEntry[] {
  const { rejection, attempts, isAnsweredPending = false } = order;
  if (isCharged) return [mailOf(order, 'order-cancelled')];
  const isAnswered = attempts === 0 && !isAnsweredPending;
  switch (rejection.code) {
    case 'order-cancelled':
      return [mailOf(order, 'unpaid-order-cancelled')];
    case 'payment-declined':
    case 'order-expired':
      return isAnswered ? [] : [mailOf(order, 'payment-failed')];
    case 'out-of-stock':
    case 'coupon-refused':
      return isAnswered ? [] : [mailOf(order, 'order-rejected')];
    default:
      throw new Error(`unknown rejection ${rejection satisfies never}`);
  }
}

/** The stock forgets the key under which items were taken back, as that does not come again. */
export const forgetStockEntries = (items: readonly { sku: string }[], key: string): OutboxEntry[] =>
  items.map(({ sku }) => ({ id: `forget:${key}:${sku}`, action: 'inventory.forget', params: { sku, key } }));

type MailKind = Params<'mail.queue'>['kind'];

/**
 * A mail to the customer: one of each kind for an order, or for `about`, such as a refund. The summary of the order is most
 * of a mail and is in the order already, so `withSummary` adds it at the delivery.
 */
export function mailOf(
  order: OrderFields & { shipment: Shipment | null },
  kind: MailKind,
  about?: { id: string; amount?: Money },
): OutboxEntry {
  const id = `${about?.id ?? order._id}:${kind}`;
  const { customerId, guest, shipment, paymentDueAt } = order;
  return {
    id: `mail:${id}`,
    action: 'mail.queue',
    params: {
      id,
      customerId,
      kind,
      ...(isGuestId(customerId) && guest?.email ? { to: guest.email } : {}),
      ...(about?.amount ? { refund: about.amount } : {}),
      ...(kind === 'order-shipped' && shipment ? { shipment } : {}),
      ...(kind === 'order-confirmed' && paymentDueAt ? { payUntil: paymentDueAt.toISOString() } : {}),
    },
  };
}

/** An account that has verified the guest's address already claims the order. */
const claimOf = ({ _id: orderId }: Order): OutboxEntry => ({
  id: 'claim',
  action: 'order.offer',
  params: { orderId },
});

/** An entry as it is delivered. Mails that were stored with a summary keep it. */
export function withSummary(entry: OutboxEntry, order: OrderFields): OutboxEntry {
  if (entry.action !== 'mail.queue' || entry.params.order) return entry;
  return { ...entry, params: { ...entry.params, order: orderSummaryView(order) } };
}

/** The credit note of a refund corrects the invoice: lines, delivery, and the taxes in both. */
export function creditNoteOf(order: Order, refund: Refund): OutboxEntry {
  const { id, key, amount, lines, shipping } = refund;
  const cause = causeOf(order, refund);
  return {
    id: `credit-note:${id}`,
    action: 'credit-note.issue',
    params: {
      refundId: id,
      amount,
      ...(lines ? { lines, shipping: shipping ?? 0 } : {}),
      items: cause === 'return' ? (order.returns.find((one) => one.id === key)?.approved ?? []) : [],
      cancellation: cause === 'cancellation',
      invoiced: order.invoiced ?? false,
      order: invoiceOrderView(order),
    },
  };
}

/** The invoice is issued with the shipment, whether or not the customer asks for it. */
export function invoiceOf(order: Order): OutboxEntry {
  return { id: 'invoice', action: 'invoice.issue', params: { order: invoiceOrderView(order) } };
}
