import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { applyRows, type RowChange } from '../../../services/product/import/apply-rows.ts';
import { productRows } from '../../../services/product/import/product-rows.ts';
import { PRODUCT_DEFAULTS, type Product } from '../../../services/product/product/product.ts';

const now = new Date('2026-03-01T12:00:00Z');
const prices = { EUR: { amount: 1000, compareAt: 1500 }, GBP: { amount: 900 } };
const variant = (sku: string) => ({
  ...{ sku, title: sku, options: { size: 'M', 'odd/name': 'x' }, weight: 100, image: 'img_1' },
  ...{ prices, barcode: '4006381333931' },
});
const product: Product = {
  ...PRODUCT_DEFAULTS,
  ...{ _id: 'prd_1', rev: 3, slug: 'mug', title: 'Mug', description: 'Text', brand: 'B', category: 'c' },
  ...{ attributes: { 'odd/name': 'x' }, status: 'active', popularity: 5, variants: ['A', 'B', 'C'].map(variant) },
  images: [{ id: 'img_1', alt: '', width: 1, height: 1, widths: [] }],
  ...{ createdAt: now, updatedAt: now, back: {} },
  nextPriceAt: now,
  scheduled: ['A', 'B'].map((sku) => ({ id: sku, at: now, sku, currency: 'EUR', price: { amount: 1 } })),
};
const apply = (...inputs: Partial<RowChange>[]) =>
  applyRows(
    product,
    inputs.map((input, i) => ({ line: i + 1, input: {}, removed: new Set<string>(), ...input })),
    ['EUR', 'USD'],
    now,
  );
const input = (change: RowChange['input']) => ({ input: change });

/** The rows of a CSV file as changes of one product. */
async function changesIn(file: string): Promise<RowChange[]> {
  const changes: RowChange[] = [];
  for await (const row of productRows(async () => Readable.from([Buffer.from(file)]), 'csv', { mustBeWhole: false })) {
    if ('detail' in row) throw new Error(row.detail);
    changes.push({ ...row, removed: new Set() });
  }
  return changes;
}

test.each([
  ['price:EUR alone', 'sku,price:EUR\nB,900\n', { prices: { ...prices, EUR: { amount: 900, compareAt: 1500 } } }],
  [
    'compare_at:EUR alone',
    'sku,compare_at:EUR\nB,3000\n',
    { prices: { ...prices, EUR: { amount: 1000, compareAt: 3000 } } },
  ],
  ['a blank compare_at', 'sku,compare_at:EUR\nB,\n', { prices: { ...prices, EUR: { amount: 1000 } } }],
  ['a blank price', 'sku,price:GBP\nB,\n', { prices: { EUR: prices.EUR } }],
  ['a price in another currency', 'sku,price:USD\nB,1\n', { prices: { ...prices, USD: { amount: 1 } } }],
  ['barcode alone', 'sku,barcode\nB,40063812\n', { barcode: '40063812' }],
  ['a blank barcode', 'sku,barcode\nB,\n', { barcode: undefined }],
  ['a title with a blank weight', 'sku,weight,variant_title\nB,,Medium\n', { title: 'Medium' }],
  ['a weight with a blank title', 'sku,weight,variant_title\nB,7,\n', { weight: 7 }],
  ['one option of two', 'sku,option:size\nB,L\n', { options: { size: 'L', 'odd/name': 'x' } }],
  ['a blank option', 'sku,option:size\nB,\n', { options: { 'odd/name': 'x' } }],
])('%s changes that of the variant, and no other field of any', async (_name, file, change) => {
  const [first, second, third] = product.variants;
  const variants = [first, JSON.parse(JSON.stringify({ ...second, ...change })), third];
  for (const content of [file, file.replace('sku', 'slug,sku').replace('\nB', '\nmug,B')]) {
    const { answer } = applyRows(product, await changesIn(content), ['EUR', 'USD'], now);
    expect(answer.outcomes).toEqual([{ kind: 'updated' }]);
    expect(answer.product).toEqual({ ...product, variants, version: product.version + 1, updatedAt: now });
  }
});

test.each([
  ['a title', 'slug,title\nmug,New\n', { title: 'New' }],
  ['a blank title beside a brand', 'slug,title,brand\nmug,,Other\n', { brand: 'Other' }],
  ['a status', 'slug,status,tax_class\nmug,draft,\n', { status: 'draft' }],
  ['that it is not shipped', 'slug,requires_shipping\nmug,false\n', { requiresShipping: false }],
  [
    'that it is not shipped, as spreadsheets write it',
    'slug,requires_shipping\nmug,FALSE\n',
    { requiresShipping: false },
  ],
  ['a blank description', 'slug,description\nmug,\n', { description: '' }],
  ['one attribute', 'slug,attr:care\nmug,Wash\n', { attributes: { 'odd/name': 'x', care: 'Wash' } }],
])('%s changes that of the product, and nothing else', async (_name, file, change) => {
  const labelled = { ...product, attributes: { 'odd/name': 'x' } };
  const { answer } = applyRows(labelled, await changesIn(file), ['EUR', 'USD'], now);
  expect(answer.product).toEqual({ ...labelled, ...change, version: product.version + 1, updatedAt: now });
});

test('a product from before there were digital goods is shipped, so a row that says so changes nothing', async () => {
  const { requiresShipping: _, ...before } = product;
  const changes = await changesIn('slug,requires_shipping\nmug,true\n');
  const { answer, patch } = applyRows(before, changes, ['EUR', 'USD'], now);
  expect([answer.outcomes, patch]).toEqual([[{ kind: 'unchanged' }], undefined]);
});

test('what was there already is not judged again: a currency that was given up, names that would be refused today', () => {
  const said = { sku: 'A', prices: { EUR: { amount: 1100 }, GBP: { amount: 900 } }, options: { 'odd/name': 'x' } };
  const { answer } = apply(input({ variants: [said], attributes: { 'odd/name': 'x' } }));
  expect(answer.outcomes).toEqual([{ kind: 'updated' }]);
  const [first, ...rest] = product.variants;
  const changed = { ...prices, EUR: { amount: 1100, compareAt: 1500 } };
  expect(answer.product.variants).toEqual([{ ...first, prices: changed }, ...rest]);
  expect(apply(input({ variants: [{ sku: 'A', prices: { GBP: { amount: 1 } } }] })).answer.outcomes).toEqual([
    { kind: 'refused', detail: '/variants/0/prices/GBP: The currency must be one of EUR, USD.' },
  ]);
});

test('a label whose name ends in a space stays where there is one, and no new one is made', () => {
  const labelled = { ...product, attributes: { 'Care ': 'Wipe' } };
  const outcomesOf = (attributes: Record<string, string>) =>
    applyRows(labelled, [{ line: 1, input: { slug: 'mug', attributes }, removed: new Set() }], ['EUR'], now).answer
      .outcomes;
  expect(outcomesOf({ 'Care ': 'Wipe' })).toEqual([{ kind: 'unchanged' }]);
  expect(outcomesOf({ 'Fit ': 'Slim' })).toEqual([
    { kind: 'refused', detail: expect.stringContaining('no space at its end') },
  ]);
});

test('a row equal to its product changes nothing, in any order of its fields', () => {
  const variants = product.variants.toReversed().map(({ image: _, ...one }) => one);
  const { title, description, brand, category, attributes, popularity } = product;
  const { answer, patch } = apply(input({ title, description, brand, category, attributes, popularity, variants }));
  expect([answer.outcomes, patch]).toEqual([[{ kind: 'unchanged' }], undefined]);
});

test('of several rows of one product, one that is refused leaves the others be, and the version counts once', () => {
  const { answer, patch } = apply(
    input({ variants: [{ sku: 'A', weight: 1 }] }),
    input({ variants: [{ sku: 'B', prices: { EUR: { amount: 1600 } } }] }),
    input({ variants: [{ sku: 'C', weight: 1 }] }),
  );
  expect(answer.outcomes).toEqual([
    { kind: 'updated' },
    { kind: 'refused', detail: 'The new price of B is 1600 EUR, but its compare_at:EUR is 1500: change both.' },
    { kind: 'updated' },
  ]);
  expect(answer.product.variants.map(({ weight }) => weight)).toEqual([1, 100, 1]);
  expect(patch).toMatchObject({ version: product.version + 1 });
});

test('a removed variant takes its scheduled prices along, and no other', () => {
  const { answer } = apply({ input: { variants: [{ sku: 'A' }] }, removed: new Set(['B', 'gone long ago']) });
  expect(answer.outcomes).toEqual([{ kind: 'updated', removed: 1 }]);
  expect(answer.product.variants.map(({ sku }) => sku)).toEqual(['A', 'C']);
  expect(answer.product.scheduled.map(({ sku }) => sku)).toEqual(['A']);
});

test('pictures of variants can be said and taken away, and only those of the product', () => {
  const picturesOf = (image: string | null) => apply(input({ variants: [{ sku: 'A', image }] })).answer;
  expect(picturesOf(null).product.variants.map(({ image }) => image)).toEqual([undefined, 'img_1', 'img_1']);
  expect(picturesOf('img_2').outcomes).toEqual([
    { kind: 'refused', detail: '/variants/0/image: The product has no such image.' },
  ]);
});
