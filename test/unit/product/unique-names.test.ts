import { describe, expect, test } from '@jest/globals';
import type { Product } from '../../../services/product/product/product.ts';
import { findConflict } from '../../../services/product/product/unique-names.ts';

/** The products that a store finds when it is asked which of them caused a conflict. */
const storeWith = (...products: Pick<Product, '_id' | 'slug' | 'variants'>[]): Parameters<typeof findConflict>[1] => ({
  findOne: async ({ slug }: { slug?: string }) =>
    (products.find((product) => product.slug === slug) as Product | undefined) ?? null,
  find: async () => products as Product[],
});
const variant = (sku: string) => ({ sku, title: sku, options: {}, prices: {}, weight: 1 });
const mug = { _id: 'prd_1', slug: 'mug', variants: [variant('MUG-1'), variant('MUG-2')] };
const draft = { _id: 'prd_2', slug: 'cup', variants: [variant('CUP-1'), variant('MUG-2')] };

describe('a refused product', () => {
  test('whose SKU another one has names that SKU alone', async () => {
    const error = await findConflict(draft, storeWith(mug));
    expect(error).toMatchObject({ type: 'sku-taken', message: 'Other products already have these SKUs: MUG-2.' });
  });

  test('whose slug another one has names the slug', async () => {
    const error = await findConflict({ ...draft, slug: 'mug' }, storeWith(mug));
    expect(error).toMatchObject({ type: 'slug-taken', message: 'The slug mug is already in use.' });
  });

  test('whose conflict has ended by now says so, and names no SKU', async () => {
    const message = 'Another product had this slug or one of these SKUs a moment ago. Send the request again.';
    expect(await findConflict(draft, storeWith())).toMatchObject({ type: 'sku-taken', message });
    // Its own SKUs are no conflict.
    expect(await findConflict(draft, storeWith(draft))).toMatchObject({ type: 'sku-taken', message });
    expect(await findConflict({ _id: 'prd_2', slug: 'cup' }, storeWith())).toMatchObject({ message });
  });
});
