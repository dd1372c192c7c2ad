import type { Params } from '../../lib/contract.ts';
import type { OutboxEntry } from '../../lib/outbox.ts';
import type { Order, Refund } from './order.ts';
import { invoiceOrder, orderSummary } from './order-view.ts';

/**
 * What an order has to be done elsewhere. Each entry is stored in the write that makes it due and repeated until it is
 * acknowledged; its action knows it by what is in the parameters.
 */

/** What follows a payment: stock and coupons go from reserved to used, the cart is emptied, the customer is told. */
export function afterPayment(order: Order): OutboxEntry[] {
  const { _id: orderId, customerId } = order;
  const items = order.lines.map(({ sku, quantity }) => ({ sku, quantity }));
  return [
    ...items.map(({ sku }) => ({ id: `sell:${sku}`, action: 'inventory.commit' as const, params: { sku, orderId } })),
    ...order.discounts.map(({ code }) => ({
      id: `redeem:${code}`,
      action: 'coupon.redeem' as const,
      params: { code, orderId, customerId },
    })),
    { id: 'empty-cart', action: 'cart.ordered', params: { customerId, orderId, items } },
    mailOf(order, 'order-confirmed'),
  ];
}

/** What follows a cancellation, once all is taken back: the keys under which it was can be forgotten. */
export function afterCancellation(order: Order): OutboxEntry[] {
  const { _id: orderId, customerId } = order;
  return [
    ...order.lines.map(({ sku }) => ({
      id: `forget:${orderId}:${sku}`,
      action: 'inventory.forget' as const,
      params: { sku, key: orderId },
    })),
    ...order.discounts.map(({ code }) => ({
      id: `forget:${code}`,
      action: 'coupon.forget' as const,
      params: { code, orderId, customerId },
    })),
    mailOf(order, 'order-cancelled'),
  ];
}

type MailKind = Params<'mail.queue'>['kind'];

/** A mail to the customer; one for each kind, of refunds one each. */
export function mailOf(order: Order, kind: MailKind, refund?: Refund): OutboxEntry {
  const id = `${refund?.id ?? order._id}:${kind}`;
  const { customerId, shipment } = order;
  return {
    id: `mail:${id}`,
    action: 'mail.queue',
    params: {
      id,
      customerId,
      kind,
      order: orderSummary(order),
      ...(refund ? { refund: refund.amount } : {}),
      ...(kind === 'order-shipped' && shipment ? { shipment } : {}),
    },
  };
}

/** The key of the refund that a cancellation makes. */
export const CANCEL_KEY = 'cancel';

/**
 * What was paid back is taken off the invoice. A refund's key tells why it was made: by a cancellation, or it is the id of a return,
 * whose goods the credit note names.
 */
export function creditNoteOf(order: Order, { id, key, amount }: Refund): OutboxEntry {
  return {
    id: `credit-note:${id}`,
    action: 'credit-note.issue',
    params: {
      refundId: id,
      amount,
      items: order.returns.find((one) => one.id === key)?.approved ?? [],
      cancellation: key === CANCEL_KEY,
      invoiced: order.invoiced ?? false,
      order: invoiceOrder(order),
    },
  };
}

/** An invoice is due with the goods, whether or not the customer ever asks for it. */
export function invoiceOf(order: Order): OutboxEntry {
  return { id: 'invoice', action: 'invoice.issue', params: { order: invoiceOrder(order) } };
}
