import type { Store } from '../../../mixins/store/store.ts';
import type { PostalAddress } from '../../shared/postal-address.ts';
import { anonymousAddress } from '../order/anonymise.ts';
import type { Paper } from './numbering.ts';

/** A paper with the address of whom it was issued to. */
interface AddressedPaper extends Paper {
  order: { billingAddress: PostalAddress };
}

/** Takes a customer's name and address out of papers, for good; numbers and amounts stay. */
export async function erasePapers<P extends AddressedPaper>(papers: Store<P>, customerId: string): Promise<void> {
  const found = await papers.find({ 'order.customerId': customerId }, { fields: ['_id'] });
  for (const { _id } of found) {
    await papers.change(_id, ({ order }) => ({
      answer: undefined,
      patch: { 'order.billingAddress': anonymousAddress(order.billingAddress) },
    }));
  }
  await papers.purge();
}
