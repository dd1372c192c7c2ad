import type { Store } from '../../../mixins/store/store.ts';
import type { PostalAddress } from '../../shared/postal-address.ts';
import { anonymiseAddress } from '../order/anonymise.ts';
import type { NumberedDocument } from './numbering.ts';

/** A document with the address of the customer that it was issued to. */
interface AddressedDocument extends NumberedDocument {
  order: { billingAddress?: PostalAddress | undefined };
}

/** Removes the name and address of a customer, or of one order of theirs, from documents for good; numbers and amounts stay. */
export async function anonymiseDocuments<D extends AddressedDocument>(
  documents: Store<D>,
  { customerId, orderId }: { customerId: string; orderId?: string | undefined },
): Promise<void> {
  const filter = { 'order.customerId': customerId, ...(orderId === undefined ? {} : { orderId }) };
  const found = await documents.find(filter, { fields: ['_id'] });
  for (const { _id } of found) {
    await documents.change(_id, ({ order: { billingAddress } }) => ({
      answer: undefined,
      ...(billingAddress ? { patch: { 'order.billingAddress': anonymiseAddress(billingAddress) } } : {}),
    }));
  }
  await documents.purge();
}

/** Gives the documents of a guest's order to the account that has claimed the order. */
export async function assignDocuments<D extends AddressedDocument>(
  documents: Store<D>,
  { orderId, customerId }: { orderId: string; customerId: string },
): Promise<void> {
  const found = await documents.find({ orderId }, { fields: ['_id'] });
  await documents.changeAll(
    found.map(({ _id }) => _id),
    { 'order.customerId': customerId },
  );
}
