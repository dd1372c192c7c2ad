import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Decision } from '../../../mixins/store/changes.ts';
import { applyDuePrices, schedulePrice, unschedulePrice } from '../../../services/product/product/price-change.ts';
import { PRODUCT_DEFAULTS, type Product } from '../../../services/product/product/product.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);

const start = new Date('2026-03-01T00:00:00Z');
const at = (minutes: number) => new Date(+start + minutes * 60_000);
const lamp: Product = {
  ...PRODUCT_DEFAULTS,
  ...{ _id: 'prd_1', rev: 0, slug: 'lamp', title: 'Lamp', description: '', brand: 'B', category: 'lighting' },
  ...{ attributes: {}, status: 'active', popularity: 0, createdAt: start, updatedAt: start },
  variants: ['A', 'B'].map((sku) => ({ sku, title: sku, options: {}, prices: { EUR: { amount: 100 } }, weight: 1 })),
};
const after = (product: Product, { patch = {} }: Decision<unknown>): Product => ({ ...product, ...patch });
const change = (id: string, minutes: number, amount: number, sku = 'A') => ({
  ...{ id, at: at(minutes), sku, currency: 'EUR', price: { amount } },
});
const priceOf = (product: Product, sku = 'A') => product.variants.find((one) => one.sku === sku)?.prices.EUR?.amount;
const planned = (...changes: ReturnType<typeof change>[]) =>
  changes.reduce((product, one) => after(product, schedulePrice(product, one, undefined, start)), lamp);

describe('scheduled prices', () => {
  test('have the time of the first one on the product, for the workers that look for due ones', () => {
    const product = planned(change('late', 20, 300), change('soon', 10, 200));
    expect(product).toMatchObject({ nextPriceAt: at(10), version: 3, scheduled: [{ id: 'soon' }, { id: 'late' }] });
    const later = after(product, applyDuePrices(product, at(15)));
    expect(later).toMatchObject({ nextPriceAt: at(20), version: 4, scheduled: [{ id: 'late' }] });
    expect([priceOf(later), priceOf(later, 'B')]).toEqual([200, 100]);
  });

  test('change nothing before their moment, nor a second time', () => {
    const product = planned(change('one', 10, 200));
    expect(applyDuePrices(product, at(9))).toEqual({ answer: undefined });
    const later = after(product, applyDuePrices(product, at(10)));
    expect(applyDuePrices(later, at(11))).toEqual({ answer: undefined });
  });

  test('end as in order, however late and in however many steps they come into force', () => {
    const changes = fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.nat(999), fc.constantFrom('A', 'B')), {
      maxLength: 15,
    });
    fc.assert(
      fc.property(changes, fc.array(fc.integer({ min: 0, max: 25 })), (all, looks) => {
        const product = planned(...all.map(([m, amount, sku], i) => change(`c${i}`, m, amount, sku)));
        let seen = product;
        for (const minutes of [...looks.sort((a, b) => a - b), 25])
          seen = after(seen, applyDuePrices(seen, at(minutes)));
        const expected = (sku: string) =>
          all
            .filter(([, , s]) => s === sku)
            .reduce<[number, number]>(([m, p], [n, a]) => (n >= m ? [n, a] : [m, p]), [0, 100])[1];
        expect([priceOf(seen, 'A'), priceOf(seen, 'B')]).toEqual([expected('A'), expected('B')]);
        expect(seen).toMatchObject({ scheduled: [], nextPriceAt: null });
      }),
      { seed },
    );
  });

  test('are refused in the past, for a SKU there is not, to another version, and above a hundred', () => {
    const refused =
      (one: ReturnType<typeof change>, version?: number, product = lamp) =>
      () =>
        schedulePrice(product, one, version, start);
    expect(refused(change('x', 0, 1))).toThrow(expect.objectContaining({ type: 'invalid-request' }));
    expect(refused(change('x', 1, 1, 'C'))).toThrow(expect.objectContaining({ type: 'not-found' }));
    expect(refused(change('x', 1, 1), 2)).toThrow(expect.objectContaining({ type: 'stale-version' }));
    const full = planned(...Array.from({ length: 100 }, (_, n) => change(`c${n}`, n + 1, 1)));
    expect(refused(change('x', 1, 1), undefined, full)).toThrow(expect.objectContaining({ type: 'limit-reached' }));
  });

  test('can be taken back, again without a change', () => {
    const product = planned(change('one', 10, 200), change('two', 20, 300));
    const left = after(product, unschedulePrice(product, 'one', 3, at(1)));
    expect(left).toMatchObject({ nextPriceAt: at(20), scheduled: [{ id: 'two' }], version: 4 });
    expect(unschedulePrice(left, 'one', undefined, at(1))).toEqual({ answer: left });
  });
});
