import { dayIn } from '../../../lib/contract/time-zone.ts';
import { addressLines, moneyText, rateText } from '../../shared/format.ts';
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

/** The lines of the shop's name and address, which are stored as parts separated by commas. */
export const sellerLines = (seller: string): string[] => seller.split(',').map((part) => part.trim());

/** The lines of the buyer; of an order without an address, the country in which it was taxed. */
export const buyerLines = ({ billingAddress, destination }: Pick<InvoiceOrder, 'billingAddress' | 'destination'>) =>
  billingAddress ? addressLines(billingAddress) : destination ? [destination.country] : [];

function shippingRow({ title, price, tax, taxes }: InvoiceOrder['shipping']): string[] {
  const rates = (taxes ?? [tax]).map(({ rate }) => rateText(rate)).join(', ');
  return [`Shipping: ${title}`, '1', moneyText(price), rates, moneyText(price)];
}

/**
 * The content of an invoice, from its stored data alone, so that it stays the same, and with the credit notes that
 * correct it.
 */
export function invoiceContent(
  { _id: number, issuedAt, seller, timeZone = 'UTC', order }: Invoice,
  corrections: readonly InvoiceCorrection[] = [],
): DocumentContent {
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
    seller: sellerLines(seller),
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
    notes: corrections.map((one) => `Corrected by credit note ${one.number} (${moneyText(negate(one.amount))}).`),
  };
}
