import type { Params } from '../../../lib/contract/contract.ts';
import type { OutboxEntry } from '../../../mixins/store/outbox.ts';
import type { Money } from '../../shared/money.ts';
import type { Order, OrderFields, Refund } from './order.ts';
import type { Shipment } from './order-state.ts';
import { invoiceOrderView, orderSummaryView } from './order-view.ts';
import { causeOf } from './refund/refund-lines.ts';
import { entriesOf } from './saga/saga-steps.ts';
import { reservationOf } from './saga/steps/reservation-step.ts';

/**
 * What an order has to be done elsewhere. Each entry is stored in the write that makes it due and repeated until it is
 * acknowledged; its action knows it by what is in the parameters.
 */

/** What follows a payment: stock and coupons go from reserved to used, the cart is emptied, the customer is told. */
export function afterPayment(order: Order): OutboxEntry[] {
  const { orderId, customerId, items } = reservationOf(order);
  return [
    ...entriesOf('commitEntries', order),
    { id: 'empty-cart', action: 'cart.ordered', params: { customerId, orderId, items: [...items] } },
    mailOf(order, 'order-confirmed'),
  ];
}

/** What follows a cancellation, once all is taken back: the keys under which it was can be forgotten. */
export function afterCancellation(order: Order): OutboxEntry[] {
  return [...entriesOf('forgetEntries', order), mailOf(order, 'order-cancelled')];
}

/**
 * What follows a rejection: the customer is told by mail, unless they have it as the answer to their request. They may
 * not have it once they were answered that the order is pending, or once recovery had to take the order up.
 * @param isCharged the provider keeps what it has charged, so that the shop has to pay it back
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

type MailKind = Params<'mail.queue'>['kind'];

/** A mail to the customer; one for each kind, of what has an id of its own, such as a refund, one each. */
export function mailOf(
  order: OrderFields & { shipment: Shipment | null },
  kind: MailKind,
  about?: { id: string; amount?: Money },
): OutboxEntry {
  const id = `${about?.id ?? order._id}:${kind}`;
  const { customerId, shipment } = order;
  return {
    id: `mail:${id}`,
    action: 'mail.queue',
    params: {
      id,
      customerId,
      kind,
      order: orderSummaryView(order),
      ...(about?.amount ? { refund: about.amount } : {}),
      ...(kind === 'order-shipped' && shipment ? { shipment } : {}),
    },
  };
}

/** What was paid back is taken off the invoice: the lines, the delivery, and the taxes in both. */
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

/** An invoice is due with the goods, whether or not the customer ever asks for it. */
export function invoiceOf(order: Order): OutboxEntry {
  return { id: 'invoice', action: 'invoice.issue', params: { order: invoiceOrderView(order) } };
}
