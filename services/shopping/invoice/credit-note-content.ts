import { dayIn } from '../../../lib/contract/time-zone.ts';
import { moneyText, rateText } from '../../shared/format.ts';
import type { Money } from '../../shared/money.ts';
import type { CreditedLine, CreditNote } from './credit-note.ts';
import { buyerLines, type DocumentContent, type LabelledValue, sellerLines, taxNotes } from './document-content.ts';

/** The content of a credit note, from its stored data alone, so that it stays the same. */
export function creditNoteContent(note: CreditNote): DocumentContent {
  const { _id: number, issuedAt, timeZone = 'UTC', invoice, order, items, amount, taxes } = note;
  const cause = note.isCancellation ? 'Cancellation' : items.length > 0 ? 'Return' : 'Refund';
  return {
    title: `Credit note ${number}`,
    fileName: `credit-note-${number}`,
    issuedAt,
    seller: sellerLines(note),
    buyer: buyerLines(order),
    facts: [
      ['Credit note', number],
      ['Date', dayIn(issuedAt, timeZone)],
      ['Corrects invoice', invoice.number],
      ['of', dayIn(invoice.issuedAt, timeZone)],
      ['Order', order.number],
      ['For', cause],
    ],
    columns: ['Article', 'Quantity', '', 'Tax', 'Amount'],
    rows: note.lines ? lineRows(note.lines, note.shipping) : rateRows(note, cause),
    sums: [],
    total: ['Total credited', moneyText(amount)],
    included: taxes.flatMap(({ rate, gross, tax }): LabelledValue[] => {
      const net = { ...gross, amount: gross.amount - tax.amount };
      return rate > 0 ? [[`Includes ${rateText(rate)} tax on ${moneyText(net)}`, moneyText(tax)]] : [];
    }),
    notes: [...taxNotes(order), `This credit note corrects invoice ${invoice.number}.`],
  };
}

/** A row for each refunded line, and one for the delivery. */
function lineRows(lines: readonly CreditedLine[], shipping: Money | undefined): string[][] {
  const rows = lines.map(({ title, variant, sku, quantity, rate, amount }) => [
    `${title}, ${variant} (${sku})`,
    quantity === undefined ? '' : String(quantity),
    '',
    rateText(rate),
    moneyText(amount),
  ]);
  return shipping && shipping.amount > 0 ? [...rows, ['Delivery', '', '', '', moneyText(shipping)]] : rows;
}

/** The rows of a credit note from before refunds had lines: the returned goods, and the amounts by tax rate. */
function rateRows({ items, taxes }: CreditNote, cause: string): string[][] {
  return [
    ...items.map(({ title, variant, sku, quantity }) => [
      `${title}, ${variant} (${sku})`,
      String(quantity),
      '',
      '',
      '',
    ]),
    ...taxes.map(({ rate, gross }) => [
      `${cause} of what was taxed at ${rateText(rate)}`,
      '',
      '',
      rateText(rate),
      moneyText(gross),
    ]),
  ];
}
