import type { Store } from '../../../mixins/store/store.ts';
import type { PostalAddress } from '../../shared/postal-address.ts';
import { anonymiseAddress } from '../order/anonymise.ts';
import type { NumberedDocument } from './numbering.ts';

/** A document with the address of the customer that it was issued to. */
interface AddressedDocument extends NumberedDocument {
  order: { billingAddress?: PostalAddress | undefined };
}

/** Removes a customer's name and address from documents for good; numbers and amounts stay. */
export async function anonymiseDocuments<D extends AddressedDocument>(
  documents: Store<D>,
  customerId: string,
): Promise<void> {
  const found = await documents.find({ 'order.customerId': customerId }, { fields: ['_id'] });
  for (const { _id } of found) {
    await documents.change(_id, ({ order: { billingAddress } }) => ({
      answer: undefined,
      ...(billingAddress ? { patch: { 'order.billingAddress': anonymiseAddress(billingAddress) } } : {}),
    }));
  }
  await documents.purge();
}
