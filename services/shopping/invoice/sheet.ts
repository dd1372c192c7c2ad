import { addressLines, moneyText, rateText } from '../../../lib/format.ts';
import type { Invoice } from './numbering.ts';

type Fact = [label: string, value: string];

/** What stands on an invoice, as text: the same on paper and on the page. */
export interface Sheet {
  title: string;
  issuedAt: Date;
  seller: string[];
  buyer: string[];
  facts: Fact[];
  columns: string[];
  rows: string[][];
  /** What adds up to the total. */
  sums: Fact[];
  total: Fact;
  /** What is in the total already. */
  included: Fact[];
}

/** What an invoice says: of what was stored with it alone, so that it says the same for ever. */
export function sheetOf({ _id: number, issuedAt, seller, order }: Invoice): Sheet {
  const { totals, lines, shipping, discounts, taxes } = order;
  const day = (at: Date | string) => new Date(at).toISOString().slice(0, 10);
  const taxRows = taxes.map(({ rate, base, amount }): Fact => {
    const net = totals.taxIncluded ? { ...base, amount: base.amount - amount.amount } : base;
    return [`${totals.taxIncluded ? 'Includes ' : ''}${rateText(rate)} tax on ${moneyText(net)}`, moneyText(amount)];
  });
  return {
    title: `Invoice ${number}`,
    issuedAt,
    seller: seller.split(',').map((part) => part.trim()),
    buyer: addressLines(order.billingAddress),
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
      [
        `Shipping: ${shipping.title}`,
        '1',
        moneyText(shipping.price),
        rateText(shipping.tax.rate),
        moneyText(shipping.price),
      ],
    ],
    sums: [
      ['Goods', moneyText(totals.subtotal)],
      ...discounts.map(
        ({ code, amount }): Fact => [`Discount ${code}`, moneyText({ ...amount, amount: -amount.amount })],
      ),
      ['Shipping', moneyText(shipping.price)],
      ...(totals.taxIncluded ? [] : taxRows),
    ],
    total: ['Total', moneyText(totals.total)],
    included: totals.taxIncluded ? taxRows : [],
  };
}
