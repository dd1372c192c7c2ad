import type { OutboxEntry } from '../../../mixins/store/outbox.ts';
import { ERASED } from '../../shared/erased.ts';
import type { PostalAddress } from '../../shared/postal-address.ts';
import type { Order, OrderFields, OrderGuest } from './order.ts';

/** An address without the person. The country stays, as taxes depend on it. */
export const anonymiseAddress = ({ country }: PostalAddress): PostalAddress => ({
  name: ERASED,
  line1: ERASED,
  city: ERASED,
  country,
});

/**
 * The fields of an order without personal data. Accounting keeps what was sold, the amounts, and where it was taxed.
 */
export function anonymiseOrder({
  shippingAddress,
  billingAddress,
  destination,
  history,
  refunds,
  returns,
  outbox,
  guest,
}: Readonly<Order>): Partial<OrderFields> {
  const address = shippingAddress && anonymiseAddress(shippingAddress);
  const billing = billingAddress && anonymiseAddress(billingAddress);
  return {
    ...(address ? { shippingAddress: address } : {}),
    ...(billing ? { billingAddress: billing } : {}),
    ...(destination ? { destination: { country: destination.country } } : {}),
    note: '',
    ...(guest ? { guest: anonymiseGuest(guest) } : {}),
    history: history.map(({ note, ...entry }) => (note && entry.by.role !== 'customer' ? { ...entry, note } : entry)),
    refunds: refunds.map((refund) => (refund.by.role === 'customer' ? { ...refund, reason: ERASED } : refund)),
    returns: returns.map((one) => ({ ...one, reason: ERASED })),
    // The customer gets no more mail.
    outbox: outbox
      .filter(({ action }) => action !== 'mail.queue')
      .map((entry) => withBillingAddress(entry, billing ?? address)),
  };
}

/** A guest without the e-mail address, and an order that no token opens any more. */
const anonymiseGuest = ({ email: _, ...guest }: OrderGuest): OrderGuest => ({ ...guest, tokenHashes: [] });

function withBillingAddress(entry: OutboxEntry, billingAddress: PostalAddress | undefined): OutboxEntry {
  if (!billingAddress) return entry;
  switch (entry.action) {
    case 'invoice.issue':
      return { ...entry, params: { ...entry.params, order: { ...entry.params.order, billingAddress } } };
    case 'credit-note.issue':
      return { ...entry, params: { ...entry.params, order: { ...entry.params.order, billingAddress } } };
    default:
      return entry;
  }
}
