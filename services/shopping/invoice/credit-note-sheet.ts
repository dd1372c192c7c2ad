import { addressLines, moneyText, rateText } from '../../../lib/format.ts';
import { dayIn } from '../../../lib/time-zone.ts';
import type { CreditNote } from './credit-note.ts';
import { type Fact, type Sheet, sellerLines } from './sheet.ts';

/** What a credit note says: of what was stored with it alone, so that it says the same for ever. */
export function creditNoteSheet(note: CreditNote): Sheet {
  const { _id: number, issuedAt, seller, timeZone = 'UTC', invoice, order, items, amount, taxes } = note;
  const what = note.isCancellation ? 'Cancellation' : items.length > 0 ? 'Return' : 'Refund';
  return {
    title: `Credit note ${number}`,
    fileName: `credit-note-${number}`,
    issuedAt,
    seller: sellerLines(seller),
    buyer: addressLines(order.billingAddress),
    facts: [
      ['Credit note', number],
      ['Date', dayIn(issuedAt, timeZone)],
      ['Corrects invoice', invoice.number],
      ['of', dayIn(invoice.issuedAt, timeZone)],
      ['Order', order.number],
    ],
    columns: ['Article', 'Quantity', '', 'Tax', 'Amount'],
    rows: [
      ...items.map(({ title, variant, sku, quantity }) => [
        `${title}, ${variant} (${sku})`,
        String(quantity),
        '',
        '',
        '',
      ]),
      ...taxes.map(({ rate, gross }) => [
        `${what} of what was taxed at ${rateText(rate)}`,
        '',
        '',
        rateText(rate),
        moneyText(gross),
      ]),
    ],
    sums: [],
    total: ['Total credited', moneyText(amount)],
    included: taxes.flatMap(({ rate, gross, tax }): Fact[] => {
      const net = { ...gross, amount: gross.amount - tax.amount };
      return rate > 0 ? [[`Includes ${rateText(rate)} tax on ${moneyText(net)}`, moneyText(tax)]] : [];
    }),
    notes: [`This credit note corrects invoice ${invoice.number}.`],
  };
}
