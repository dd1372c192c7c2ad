import { dayIn } from '../../../lib/contract/time-zone.ts';
import { addressLines } from '../../shared/address-lines.ts';
import { moneyText, rateText } from '../../shared/format.ts';
import { type Money, negate } from '../../shared/money.ts';
import { NO_SHIPPING } from '../checkout/pricing/shipping.ts';
import type { Invoice, InvoiceOrder } from './invoice.ts';

export type LabelledValue = [label: string, value: string];

/** The content of an invoice or a credit note, as text; html.ts and pdf.ts lay it out. */
export interface DocumentContent {
  title: string;
  /** Without an extension. */
  fileName: string;
  issuedAt: Date;
  seller: string[];
  buyer: string[];
  facts: LabelledValue[];
  columns: string[];
  rows: string[][];
  /** The amounts that add up to the total. */
  sums: LabelledValue[];
  total: LabelledValue;
  /** The taxes that the total includes. */
  included: LabelledValue[];
  /** Sentences below the total. */
  notes: string[];
}

/** A credit note that corrects an invoice. */
export interface InvoiceCorrection {
  number: string;
  amount: Money;
}

/** The shop: its name and address, which are stored as parts separated by commas, and its VAT id. */
export const sellerLines = ({ seller, sellerVatId }: Pick<Invoice, 'seller' | 'sellerVatId'>): string[] => [
  ...seller.split(',').map((part) => part.trim()),
  ...vatIdLines(sellerVatId),
];

const vatIdLines = (vatId: string | undefined): string[] => (vatId ? [`VAT id ${vatId}`] : []);

/** The note that Art. 226 of Directive 2006/112/EC asks for, on invoices and on credit notes. */
export const taxNotes = ({ isReverseCharge }: { isReverseCharge?: boolean | undefined }): string[] =>
  isReverseCharge
    ? [
        'Reverse charge: the customer owes the VAT (Article 138 for goods, Article 196 for services, of Directive 2006/112/EC).',
      ]
    : [];

/** The lines of the buyer and the VAT id; of an order without an address, the country in which it was taxed. */
export function buyerLines({
  billingAddress,
  destination,
}: Pick<InvoiceOrder, 'billingAddress' | 'destination'>): string[] {
  if (billingAddress) return [...addressLines(billingAddress), ...vatIdLines(billingAddress.vatId)];
  return destination ? [destination.country] : [];
}

function shippingRow({ title, price, tax, taxes }: InvoiceOrder['shipping']): string[] {
  const rates = (taxes ?? [tax]).map(({ rate }) => rateText(rate)).join(', ');
  return [`Shipping: ${title}`, '1', moneyText(price), rates, moneyText(price)];
}

/**
 * The content of an invoice, from its stored data alone, so that it stays the same, and with the credit notes that
 * correct it.
 */
export function invoiceContent(invoice: Invoice, corrections: readonly InvoiceCorrection[] = []): DocumentContent {
  const { _id: number, issuedAt, timeZone = 'UTC', order } = invoice;
  const { totals, lines, shipping, discounts, taxes } = order;
  const day = (at: Date | string) => dayIn(new Date(at), timeZone);
  const taxRows = taxes.map(({ rate, base, amount }): LabelledValue => {
    const net = totals.taxIncluded ? { ...base, amount: base.amount - amount.amount } : base;
    return [`${totals.taxIncluded ? 'Includes ' : ''}${rateText(rate)} tax on ${moneyText(net)}`, moneyText(amount)];
  });
  return {
    title: `Invoice ${number}`,
    fileName: `invoice-${number}`,
    issuedAt,
    seller: sellerLines(invoice),
    buyer: buyerLines(order),
    facts: [
      ['Invoice', number],
      ['Date', day(issuedAt)],
      ['Order', order.number],
      ['Paid', day(order.paidAt)],
    ],
    columns: ['Article', 'Quantity', 'Price', 'Tax', 'Amount'],
    rows: [
      ...lines.map(({ title, variant, sku, quantity, unitPrice, tax, lineTotal }) => [
        `${title}, ${variant} (${sku})`,
        String(quantity),
        moneyText(unitPrice),
        rateText(tax.rate),
        moneyText(lineTotal),
      ]),
      ...(shipping.method === NO_SHIPPING ? [] : [shippingRow(shipping)]),
    ],
    sums: [
      ['Goods', moneyText(totals.subtotal)],
      ...discounts.map(({ code, amount }): LabelledValue => [`Discount ${code}`, moneyText(negate(amount))]),
      ...(shipping.method === NO_SHIPPING ? [] : [['Shipping', moneyText(shipping.price)] satisfies LabelledValue]),
      ...(totals.taxIncluded ? [] : taxRows),
    ],
    total: ['Total', moneyText(totals.total)],
    included: totals.taxIncluded ? taxRows : [],
    notes: [
      ...taxNotes(order),
      ...corrections.map((one) => `Corrected by credit note ${one.number} (${moneyText(negate(one.amount))}).`),
    ],
  };
}
