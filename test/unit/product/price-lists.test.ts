import { expect, test } from '@jest/globals';
import { bulkProducts } from '../../../services/product/seed/bulk.ts';
import { sampleProducts, toProduct } from '../../../services/product/seed/load.ts';
import { pricesIn } from '../../../services/product/seed/price-lists.ts';

test('a sample price keeps its ending in other currencies, small change aside', () => {
  const prices = (amount: number, currency = 'EUR') => pricesIn({ amount, currency }, ['USD', 'JPY', 'XTS']);
  expect(prices(8995)).toEqual({
    EUR: { amount: 8995 },
    USD: { amount: 9895 },
    JPY: { amount: 14_395 },
    XTS: { amount: 8995 },
  });
  expect(prices(150).USD).toEqual({ amount: 165 });
  expect(pricesIn({ amount: 9900, currency: 'USD' }, ['EUR'])).toEqual({
    USD: { amount: 9900 },
    EUR: { amount: 9000 },
  });
});

test('every sample variant has a price in every currency of the shop, and no other', async () => {
  const products = await sampleProducts(['GBP', 'EUR', 'JPY']);
  for (const { prices } of products.flatMap(({ variants }) => variants)) {
    expect(Object.keys(prices)).toEqual(['GBP', 'EUR', 'JPY']);
    for (const { amount } of Object.values(prices)) expect(Number.isSafeInteger(amount) && amount > 0).toBe(true);
  }
  const [alone] = await sampleProducts(['EUR']);
  expect(alone?.variants[0]?.prices).toEqual({ EUR: { amount: 8995 } });
});

test('products for tests of speed have prices in other currencies when that is asked', async () => {
  for await (const product of bulkProducts(20, 'EUR')) {
    const { variants } = toProduct(product, ['USD']);
    for (const { prices } of variants) expect(Object.keys(prices)).toEqual(['EUR', 'USD']);
  }
});
