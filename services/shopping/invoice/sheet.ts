import { addressLines, moneyText, rateText } from '../../../lib/format.ts';
import type { Invoice } from './numbering.ts';

/** What stands on an invoice, as text: the same on paper and on the page. */
export interface Sheet {
  title: string;
  seller: string[];
  buyer: string[];
  facts: [label: string, value: string][];
  columns: string[];
  rows: string[][];
  sums: [label: string, value: string][];
  total: [label: string, value: string];
}

/** @param seller name and address, parts separated by commas */
export function sheetOf({ _id: number, issuedAt, order }: Invoice, seller: string): Sheet {
  const { totals, lines, shipping, discounts, taxes } = order;
  const day = (at: Date | string) => new Date(at).toISOString().slice(0, 10);
  const included = totals.taxIncluded ? 'included ' : '';
  return {
    title: `Invoice ${number}`,
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
      ...discounts.map(({ code, amount }): [string, string] => [
        `Discount ${code}`,
        moneyText({ ...amount, amount: -amount.amount }),
      ]),
      ['Shipping', moneyText(shipping.price)],
      ...taxes.map(({ rate, base, amount }): [string, string] => [
        `Tax ${included}${rateText(rate)} on ${moneyText(base)}`,
        moneyText(amount),
      ]),
    ],
    total: ['Total', moneyText(totals.total)],
  };
}
