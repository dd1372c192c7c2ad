import type { InferRule } from '../../../lib/contract/infer.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { invoiceOrder } from './invoice.contract.ts';
import { type Issuer, issueDocument, type NumberedDocument } from './numbering.ts';

/** The data of an order that its invoice stores. */
export type InvoiceOrder = InferRule<typeof invoiceOrder>;

/** An invoice as it was issued: it never changes. `orderId` is unique: an order has one invoice. */
export interface Invoice extends NumberedDocument {
  order: InvoiceOrder;
}

type InvoiceStore = Pick<Store<Invoice>, 'insert' | 'find' | 'findOne'>;

/** Issues the invoice of an order, once for each order. */
export function issueInvoice(order: InvoiceOrder, issuer: Issuer, now: Date, invoices: InvoiceStore): Promise<Invoice> {
  const findIssued = () => invoices.findOne({ orderId: order.id });
  return issueDocument(
    '',
    issuer,
    now,
    invoices,
    findIssued,
    async (header): Promise<Omit<Invoice, 'rev'>> => ({ ...header, orderId: order.id, order }),
  );
}
