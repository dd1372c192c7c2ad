import type { OutboxEntry } from '../../../../mixins/store/outbox.ts';
import { isGuestId } from '../../../shared/ids.ts';
import { type Order, resumeAt } from '../order.ts';
import { type OrderDecision, updateOrder } from '../order-change.ts';

/**
 * Gives a guest's order to the account that has verified its e-mail address. An order that an account has claimed stays with
 * this account. The order token stays valid: the guest may have mistyped the address.
 */
export function claimOrder(order: Readonly<Order>, customerId: string, now: Date): OrderDecision {
  if (!order.guest || !isGuestId(order.customerId)) return { answer: order };
  const outbox = [
    ...order.outbox.map((entry) => withCustomer(entry, customerId)),
    ...assignments(order._id, order.guest.id, customerId),
  ];
  return updateOrder(order, {
    customerId,
    // The customer may have used the guest's key. No header has a line break, so no client has this one.
    idemKey: `\n${order._id}`,
    outbox,
    // A parked order waits for staff.
    ...(order.parkedAt ? {} : { nextAt: order.nextAt ?? resumeAt(now) }),
  });
}

/** Invoice, credit notes and mails become the account's, for its export and its erasure. */
const assignments = (orderId: string, guestId: string, customerId: string): OutboxEntry[] => [
  { id: 'assign:invoice', action: 'invoice.assign', params: { orderId, customerId } },
  { id: 'assign:credit-notes', action: 'credit-note.assign', params: { orderId, customerId } },
  { id: 'assign:mails', action: 'mail.assign', params: { orderId, guestId, customerId } },
];

function withCustomer(entry: OutboxEntry, customerId: string): OutboxEntry {
  switch (entry.action) {
    case 'mail.queue':
      return { ...entry, params: { ...entry.params, customerId } };
    case 'invoice.issue':
      return { ...entry, params: { ...entry.params, order: { ...entry.params.order, customerId } } };
    case 'credit-note.issue':
      return { ...entry, params: { ...entry.params, order: { ...entry.params.order, customerId } } };
    default:
      return entry;
  }
}
