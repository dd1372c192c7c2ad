import { randomUUID } from 'node:crypto';
import type { Result } from '../../../../lib/contract/contract.ts';
import type { Config } from '../../../../lib/process/config.ts';
import { GUEST_LINK_LIFETIMES_MS, type GuestLinkPurpose } from '../../../shared/guest-link.ts';
import { isGuestId } from '../../../shared/ids.ts';
import { errors } from '../../../shared/problems.ts';
import { anonymiseOrder } from '../anonymise.ts';
import type { Order } from '../order.ts';
import type { OrderService } from '../order-commands.ts';
import { OPEN_STATES } from '../order-state.ts';
import { orderView } from '../order-view.ts';
import { guestOfEmail } from './guest-request.ts';

/** The orders of guests with an e-mail address, which no account has claimed. */
export async function findGuestOrders({ store }: Pick<OrderService, 'store'>, email: string): Promise<Order[]> {
  const orders: Order[] = [];
  for await (const batch of store.scan({ 'guest.email': email }, { batch: 100 })) orders.push(...batch);
  return orders.filter(({ customerId }) => isGuestId(customerId));
}

/** Mails a link that exports or erases the orders of an address, if there are any. Only the owner of the address gets it. */
export async function mailPrivacyLink(
  orders: OrderService,
  kind: GuestLinkPurpose,
  email: string,
  config: Config,
): Promise<void> {
  if ((await findGuestOrders(orders, email)).length === 0) return;
  const link = { nonce: randomUUID(), expiresAt: new Date(Date.now() + GUEST_LINK_LIFETIMES_MS[kind]).toISOString() };
  const customerId = guestOfEmail(email, config);
  await orders.broker.call('mail.queue', { id: `${kind}:${link.nonce}`, customerId, kind, to: email, link });
}

/** The personal data in the orders of an address. */
export async function exportGuestOrders(orders: OrderService, email: string): Promise<Result<'order.exportGuest'>> {
  const { broker } = orders;
  const found = await findGuestOrders(orders, email);
  const ids = new Set(found.map(({ _id }) => _id));
  const guests = [...new Set(found.map(({ customerId }) => customerId))];
  const exportOf = <T>(read: (customerId: string) => Promise<{ items: T[] }>) =>
    Promise.all(guests.map(read)).then((pages) => pages.flatMap(({ items }) => items));
  const [invoices, creditNotes, mails] = await Promise.all([
    exportOf((customerId) => broker.call('invoice.export', { customerId })),
    exportOf((customerId) => broker.call('credit-note.export', { customerId })),
    exportOf((customerId) => broker.call('mail.export', { customerId })),
  ]);
  return {
    exportedAt: new Date().toISOString(),
    email,
    orders: found.toReversed().map(orderView),
    // Guests of one browser share a cart, and each of them gets their own data.
    invoices: invoices.filter(({ order }) => ids.has(order.id)),
    creditNotes: creditNotes.filter(({ orderId }) => ids.has(orderId)),
    mails: mails.filter(({ to }) => to === email),
  };
}

/**
 * Erases the personal data in the orders of an address, and in their documents and mails. The address goes last: a repeated
 * request finds the orders by it until all is done.
 * @throws orders-open; the failure of another service, after which the request has to be repeated
 */
export async function eraseGuestOrders(orders: OrderService, email: string): Promise<void> {
  const { store, broker } = orders;
  const found = await findGuestOrders(orders, email);
  const open = found.filter(({ state }) => OPEN_STATES.includes(state));
  if (open.length > 0) throw errors.ordersOpen(open.map(({ _id }) => _id));
  for (const { _id } of found) {
    await store.change(_id, (order) => ({
      answer: undefined,
      patch: { ...anonymiseOrder(order), ...(order.guest ? { guest: { ...order.guest, tokenHashes: [] } } : {}) },
    }));
  }
  await Promise.all(
    found.flatMap(({ _id: orderId, customerId }) => [
      broker.call('invoice.erase', { customerId, orderId }),
      broker.call('credit-note.erase', { customerId, orderId }),
    ]),
  );
  await broker.call('mail.eraseGuest', { email });
  for (const { _id } of found) {
    await store.change(_id, (order) => ({ answer: undefined, patch: anonymiseOrder(order) }));
  }
  await store.purge();
}
