import type { OutboxEntry } from '../../../mixins/store/outbox.ts';
import { ERASED } from '../../shared/erased.ts';
import type { PostalAddress } from '../../shared/postal-address.ts';
import type { Order } from './order.ts';

/** An address without the person; the country stays, since taxes go by it. */
export const erasedAddress = ({ country }: PostalAddress): PostalAddress => ({
  name: ERASED,
  line1: ERASED,
  city: ERASED,
  country,
});

/** The patch that leaves of an order what the books need: what was sold, for how much, taxed where. */
export function erasedOrder({ shippingAddress, history, refunds, returns, outbox }: Readonly<Order>): Partial<Order> {
  const address = erasedAddress(shippingAddress);
  return {
    shippingAddress: address,
    note: '',
    history: history.map(({ note, ...entry }) => (note && entry.by.role !== 'customer' ? { ...entry, note } : entry)),
    refunds: refunds.map((refund) => (refund.by.role === 'customer' ? { ...refund, reason: ERASED } : refund)),
    returns: returns.map((one) => ({ ...one, reason: ERASED })),
    // Nobody is left to write to.
    outbox: outbox
      .filter(({ action }) => action !== 'mail.queue')
      .map((entry) =>
        entry.action === 'invoice.issue' || entry.action === 'credit-note.issue'
          ? ({
              ...entry,
              params: { ...entry.params, order: { ...entry.params.order, billingAddress: address } },
            } as OutboxEntry)
          : entry,
      ),
  };
}
