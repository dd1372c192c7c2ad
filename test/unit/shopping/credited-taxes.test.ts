import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type CreditedTax, creditedTaxes } from '../../../services/shopping/invoice/credit-note.ts';
import { creditNoteContent } from '../../../services/shopping/invoice/credit-note-content.ts';
import { invoiceOrder } from '../../support/order-documents.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const [template] = invoiceOrder().lines;
const line = (sku: string, rate: number, total: number, tax: number) => ({
  ...(template as NonNullable<typeof template>),
  ...{ sku, tax: { rate, amount: eur(tax) }, total: eur(total) },
});
/** A mug at 19 %, a book at 7 %, and the delivery, 4.90 at 19 %. */
const order = invoiceOrder({ lines: [line('MUG', 1900, 1190, 190), line('BOOK', 700, 1070, 70)] });

test('a credited line has the tax of that line alone, and the credited delivery that of the delivery', () => {
  const ofLine = (sku: string, amount: number) =>
    creditedTaxes(order, [], { amount: eur(amount), lines: [{ sku, amount }], shipping: 0 });
  expect(ofLine('BOOK', 535)).toEqual([{ rate: 700, gross: eur(535), tax: eur(35) }]);
  expect(ofLine('MUG', 119)).toMatchObject([{ rate: 1900, gross: eur(119) }]);
  expect(creditedTaxes(order, [], { amount: eur(490), lines: [], shipping: 490 })).toMatchObject([
    { rate: 1900, gross: eur(490) },
  ]);
});

test('a credit note from before refunds had lines may have taken more of a rate: the excess belongs to the others', () => {
  const before = [{ rate: 700, gross: eur(1000), tax: eur(65) }];
  const lines = [{ sku: 'BOOK', amount: 500 }];
  expect(creditedTaxes(order, before, { amount: eur(500), lines })).toMatchObject([
    { rate: 1900, gross: eur(430) },
    { rate: 700, gross: eur(70), tax: eur(5) },
  ]);
});

/** The same, with a delivery that is taxed like the goods: 2.58 at 19 %, and 2.32 at 7 %. */
const split = invoiceOrder({
  lines: order.lines,
  shipping: {
    ...order.shipping,
    tax: { rate: 1900, amount: eur(41 + 15) },
    taxes: [
      { rate: 1900, base: eur(258), amount: eur(41) },
      { rate: 700, base: eur(232), amount: eur(15) },
    ],
  },
});

test('a credited delivery that is taxed like the goods has the tax of each of its rates', () => {
  expect(creditedTaxes(split, [], { amount: eur(490), lines: [], shipping: 490 })).toMatchObject([
    { rate: 1900, gross: eur(258) },
    { rate: 700, gross: eur(232) },
  ]);
});

test.each([
  { name: 'with one rate', order, delivery: [490, 78], ofBook: [0, 0] },
  { name: 'taxed like the goods', order: split, delivery: [258, 41], ofBook: [232, 15] },
])(
  'credits of lines and the delivery $name, in any parts, add up to the invoice and its taxes to the cent',
  ({ order, delivery: [gross = 0, tax = 0], ofBook: [bookGross = 0, bookTax = 0] }) => {
    const parts = fc.array(
      fc.record({ sku: fc.constantFrom('MUG', 'BOOK', 'DELIVERY'), amount: fc.integer({ min: 1, max: 600 }) }),
    );
    const property = fc.property(parts, (drawn) => {
      const left: Record<string, number> = { MUG: 1190, BOOK: 1070, DELIVERY: 490 };
      const rest = Object.keys(left).map((sku) => ({ sku, amount: Number.MAX_SAFE_INTEGER }));
      const credited: CreditedTax[] = [];
      for (const { sku, amount: most } of [...drawn, ...rest]) {
        const amount = Math.min(most, left[sku] ?? 0);
        left[sku] = (left[sku] ?? 0) - amount;
        const isDelivery = sku === 'DELIVERY';
        const lines = isDelivery ? [] : [{ sku, amount }];
        const taxes = creditedTaxes(order, credited, { amount: eur(amount), lines, shipping: isDelivery ? amount : 0 });
        expect(taxes.reduce((sum, { gross }) => sum + gross.amount, 0)).toBe(amount);
        credited.push(...taxes);
      }
      const sums = (rate: number) => {
        const ofRate = credited.filter((one) => one.rate === rate);
        return [ofRate.map(({ gross }) => gross), ofRate.map(({ tax }) => tax)].map((amounts) =>
          amounts.reduce((sum, { amount }) => sum + amount, 0),
        );
      };
      expect([sums(1900), sums(700)]).toEqual([
        [1190 + gross, 190 + tax],
        [1070 + bookGross, 70 + bookTax],
      ]);
    });
    fc.assert(property, { seed, numRuns: 500 });
  },
);

test('a credit note shows its lines with their rates, and the delivery', () => {
  const { billingAddress, id, number, customerId } = order;
  const { rows, total } = creditNoteContent({
    ...{ _id: 'CN-2026-000001', rev: 0, year: 2026, seq: 1, issuedAt: new Date('2026-03-01'), seller: 'Shop' },
    ...{ refundId: 'rfd', orderId: id, nth: 1, isCancellation: false, items: [] },
    invoice: { number: '2026-000001', issuedAt: new Date('2026-03-01') },
    order: { id, number, customerId, billingAddress },
    lines: [{ title: 'Book', variant: 'One', sku: 'BOOK', rate: 700, amount: eur(535) }],
    ...{ shipping: eur(100), amount: eur(635), taxes: [] },
  });
  expect(rows).toEqual([
    ['Book, One (BOOK)', '', '', '7 %', '€5.35'],
    ['Delivery', '', '', '', '€1.00'],
  ]);
  expect(total).toEqual(['Total credited', '€6.35']);
});
