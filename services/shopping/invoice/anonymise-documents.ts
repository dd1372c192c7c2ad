import type { Store } from '../../../mixins/store/store.ts';
import type { PostalAddress } from '../../shared/postal-address.ts';
import { anonymiseAddress } from '../order/anonymise.ts';
import type { NumberedDocument } from './numbering.ts';

/** A paper with the address of whom it was issued to. */
interface AddressedDocument extends NumberedDocument {
  order: { billingAddress: PostalAddress };
}

/** Takes a customer's name and address out of papers, for good; numbers and amounts stay. */
export async function anonymiseDocuments<P extends AddressedDocument>(
  papers: Store<P>,
  customerId: string,
): Promise<void> {
  const found = await papers.find({ 'order.customerId': customerId }, { fields: ['_id'] });
  for (const { _id } of found) {
    await papers.change(_id, ({ order }) => ({
      answer: undefined,
      patch: { 'order.billingAddress': anonymiseAddress(order.billingAddress) },
    }));
  }
  await papers.purge();
}
