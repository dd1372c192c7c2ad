import { describe, expect, test } from '@jest/globals';
import type { Store } from '../../../mixins/store/store.ts';
import { exportProducts } from '../../../services/product/import/export.ts';
import type { ImportRow } from '../../../services/product/import/format/row.ts';
import { productRows } from '../../../services/product/import/product-rows.ts';
import { PRODUCT_DEFAULTS, type Product } from '../../../services/product/product/product.ts';
import { LINE_BREAKS } from '../../support/line-breaks.ts';

const VARIANTS = 200;
/** Rows that may be between the database and the reader: the products of two reads, and what fits into the buffers. */
const MOST_ROWS_HELD = 5000;

const productOf = (n: number, more: Partial<Product> = {}): Product => ({
  ...PRODUCT_DEFAULTS,
  ...{ _id: `prd_${String(n).padStart(6, '0')}`, rev: 0, slug: `p-${n}`, title: `Product ${n}`, description: 'Text' },
  ...{ brand: 'B', category: 'tableware', attributes: { material: 'Wool' }, status: 'active', popularity: 0 },
  variants: Array.from({ length: VARIANTS }, (_, i) => ({
    ...{
      sku: `P-${n}-${i}`,
      title: `V ${i}`,
      options: { size: `${i}` },
      prices: { EUR: { amount: 1000 + i } },
      weight: 1,
    },
  })),
  ...{ createdAt: new Date(0), updatedAt: new Date(0), back: {} },
  ...more,
});

/** Products that are made as they are read, however many, and how many were read by now. */
function shelf(count: number, more?: Partial<Product>) {
  const read = { rows: 0 };
  const scan = async function* (_filter: object, { batch }: { batch: number }) {
    read.rows = 0;
    for (let n = 0; n < count; n += batch) {
      const products = Array.from({ length: Math.min(batch, count - n) }, (_, i) => productOf(n + i, more));
      read.rows += products.length * VARIANTS;
      yield products;
    }
  };
  return { read, store: { scan } as Pick<Store<Product>, 'scan'> };
}

/** Until nothing more happens by itself. */
const settled = async () => {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
};

describe('an export', () => {
  test.each(['csv', 'jsonl'] as const)(
    'as %s has no more rows in memory than a few products and a buffer, however slowly it is read',
    async (format) => {
      const { read, store } = shelf(120);
      let received = 0;
      let most = 0;
      for await (const chunk of exportProducts(store, format)) {
        received += String(chunk).split(format === 'csv' ? '\n' : '"sku"').length - 1;
        await settled();
        most = Math.max(most, read.rows - received);
      }
      expect(received).toBe(120 * VARIANTS + (format === 'csv' ? 1 : 0));
      expect(most).toBeLessThan(MOST_ROWS_HELD);
    },
  );

  test.each(['csv', 'jsonl'] as const)('as %s says all of it, line ends and all, and each row once', async (format) => {
    const odd = `'=a${LINE_BREAKS.join('b')}"\uFFFD`;
    const { store } = shelf(30, { description: odd, attributes: { 'care label': odd } });
    const rows: ImportRow[] = [];
    for await (const row of productRows(async () => exportProducts(store, format), format, { mustBeWhole: true }))
      rows.push(row);
    expect(rows).toHaveLength(30);
    for (const [n, row] of rows.entries()) {
      const { variants, slug, title } = productOf(n);
      const said = variants.map((variant) => expect.objectContaining({ sku: variant.sku, title: variant.title }));
      expect(row).toMatchObject({
        input: { slug, title, description: odd, attributes: { 'care label': odd }, variants: said },
      });
    }
  });

  test('of a product that is larger than a line may be has more lines of it, and an import puts them together', async () => {
    const wide = (size: number) =>
      Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`Option ${i}`, '\u2028'.repeat(size)]));
    const large = (n: number, size: number): Product => {
      const product = productOf(n, { description: '\u2028'.repeat(20_000), attributes: wide(200) });
      return { ...product, variants: product.variants.map((variant) => ({ ...variant, options: wide(size) })) };
    };
    const products = [productOf(0), large(1, 20), large(2, 200), productOf(3)];
    const scan = async function* () {
      yield products;
    };
    const open = async () => exportProducts({ scan } as Pick<Store<Product>, 'scan'>, 'jsonl');
    const rows: ImportRow[] = [];
    for await (const row of productRows(open, 'jsonl', { mustBeWhole: true })) rows.push(row);
    expect(rows.map((row) => 'input' in row && row.input)).toEqual(
      products.map(({ slug, description, attributes, variants }) =>
        expect.objectContaining({ slug, description, attributes, variants }),
      ),
    );
  });

  test('that is given up lets its source go', async () => {
    let isOpen = false;
    const scan = async function* () {
      isOpen = true;
      try {
        for (let n = 0; ; n++) yield [productOf(n)];
      } finally {
        isOpen = false;
      }
    };
    const stream = exportProducts({ scan } as Pick<Store<Product>, 'scan'>, 'jsonl');
    for await (const chunk of stream) {
      expect([isOpen, chunk.length > 0]).toEqual([true, true]);
      break;
    }
    await settled();
    expect(isOpen).toBe(false);
  });

  test('of which a product has come meanwhile with a column of its own breaks off, rather than lack it', async () => {
    let scans = 0;
    const scan = async function* () {
      yield [productOf(1, scans++ === 0 ? {} : { attributes: { fit: 'Slim' } })];
    };
    const read = async () => {
      for await (const _ of exportProducts({ scan } as Pick<Store<Product>, 'scan'>, 'csv'));
    };
    await expect(read()).rejects.toThrow('attr:fit');
  });
});
