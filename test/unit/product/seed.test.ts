import { describe, expect, test } from '@jest/globals';
import { decodeTime } from 'ulid';
import { bulkProducts } from '../../../services/product/seed/bulk.ts';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import type { SampleProduct } from '../../../services/product/seed/product.ts';

const { categories, products } = await sampleCatalogue('EUR');
const variants = products.flatMap((product) => product.variants);

async function bulk(count: number, from = 0): Promise<SampleProduct[]> {
  const made: SampleProduct[] = [];
  for await (const product of bulkProducts(count, 'EUR', from)) made.push(product);
  return made;
}

function expectUnique(values: readonly string[]): void {
  expect(values.filter((value, index) => values.indexOf(value) !== index)).toEqual([]);
}

describe('the sample catalogue', () => {
  test('is the same every time', async () => {
    const [again, atOnce] = await Promise.all([sampleCatalogue('EUR'), sampleCatalogue('EUR'), bulk(5)]);
    expect(again).toEqual({ categories, products });
    expect(atOnce).toEqual(again);
    // Literals, so that another machine or version of the generator cannot differ unnoticed.
    expect(products[0]).toMatchObject({ _id: 'prd_01JNVVWZEZHWMHB63K63A6KM7H', slug: 'alder-merino-crew-sweater' });
    expect(products.at(-1)).toMatchObject({ _id: 'prd_01K51Z9VXEQC0TFD1JH8Y3XP68', slug: 'mitre-cork-sanding-block' });
  });

  test('fills at least twelve categories with at least twelve products each', () => {
    expect(categories.length).toBeGreaterThanOrEqual(12);
    expect(categories.map(({ position }) => position)).toEqual(categories.map((_, index) => index + 1));
    for (const { slug } of categories) {
      expect(products.filter(({ category }) => category === slug).length).toBeGreaterThanOrEqual(12);
    }
    expect(new Set(products.map(({ category }) => category))).toEqual(new Set(categories.map(({ slug }) => slug)));
  });

  test('gives every category and product its own id and slug', () => {
    for (const [prefix, things] of [
      ['cat', categories],
      ['prd', products],
    ] as const) {
      expectUnique(things.map(({ _id }) => _id));
      expectUnique(things.map(({ slug }) => slug));
      for (const { _id, slug } of things) {
        expect(_id).toMatch(new RegExp(`^${prefix}_[0-9A-HJKMNP-TV-Z]{26}$`));
        expect(slug).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      }
    }
    for (const { _id, createdAt } of products) expect(decodeTime(_id.slice('prd_'.length))).toBe(createdAt.getTime());
  });

  test('gives every variant its own SKU', () => {
    expectUnique(variants.map(({ sku }) => sku));
    for (const { sku } of variants) {
      expect(sku).toMatch(/^[A-Z0-9]+(-[A-Z0-9]+)*$/);
      expect(sku.length).toBeLessThanOrEqual(32);
    }
  });

  test('prices every variant in minor units, and a product at its cheapest variant', () => {
    for (const { price, variants } of products) {
      for (const variant of variants) {
        expect(Number.isSafeInteger(variant.price.amount) && variant.price.amount > 0).toBe(true);
        expect(variant.price.currency).toBe('EUR');
      }
      expect(price).toEqual({ amount: Math.min(...variants.map((variant) => variant.price.amount)), currency: 'EUR' });
    }
  });

  test('stocks most variants well, a few low and a few not at all', () => {
    const share = (low: number, high: number) =>
      variants.filter(({ stock }) => stock >= low && stock <= high).length / variants.length;
    expect(share(0, 200)).toBe(1);
    expect(share(20, 150)).toBeGreaterThan(0.7);
    expect(share(0, 0)).toBeGreaterThan(0);
    expect(share(1, 4)).toBeGreaterThan(0);
    expect(share(0, 4)).toBeLessThan(0.1);
  });

  test('reads like a shop', () => {
    for (const { title, description, brand, attributes, variants, popularity, createdAt, updatedAt } of products) {
      expect(`${title} ${description} ${brand}`).not.toMatch(/lorem/i);
      expect(description.match(/[.?](?= |$)/g)?.length).toBeGreaterThanOrEqual(2);
      expect(Object.keys(attributes)).not.toEqual([]);
      expect(variants.length).toBeGreaterThanOrEqual(1);
      expect(variants.length).toBeLessThanOrEqual(6);
      expect(Number.isInteger(popularity) && popularity >= 0 && popularity <= 1000).toBe(true);
      expect(updatedAt.getTime()).toBeGreaterThanOrEqual(createdAt.getTime());
      for (const { title, options, weight } of variants) {
        expect(title).not.toBe('');
        expect(Object.keys(options).filter((kind) => kind in attributes)).toEqual([]);
        expect(weight).toBeGreaterThan(0);
      }
    }
  });
});

describe('bulk products', () => {
  test('are the same every time, and a longer run begins with a shorter one', async () => {
    const longer = await bulk(50);
    expect(longer).toHaveLength(50);
    expect(await bulk(20)).toEqual(longer.slice(0, 20));
    const wide = await bulk(250);
    for (const [from, count] of [
      [0, 1],
      [37, 80],
      [100, 100],
      [199, 51],
    ] as const) {
      expect(await bulk(count, from)).toEqual(wide.slice(from, from + count));
    }
  });

  test('clash neither with each other nor with the sample ones', async () => {
    const all = [...products, ...(await bulk(2000))];
    expectUnique(all.map(({ _id }) => _id));
    expectUnique(all.map(({ slug }) => slug));
    const skus = all.flatMap(({ variants }) => variants.map(({ sku }) => sku));
    expect(new Set(skus).size).toBe(skus.length);
    for (const sku of skus) expect(sku).toMatch(/^(?=.{1,32}$)[A-Z0-9]+(-[A-Z0-9]+)*$/);
    for (const { price } of all) expect(Number.isSafeInteger(price.amount) && price.amount > 0).toBe(true);
  });
});
