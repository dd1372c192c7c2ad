import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { escapeLineBreaks, LINE_BREAK } from '../../../lib/unicode.ts';
import type { Store } from '../../../mixins/store.ts';
import type { Product } from '../product.ts';
import { columnsOf, type Names, recordOf } from './columns.ts';
import type { Format } from './job.ts';

const PAGE = 500;

/** All products but archived ones as a file, page by page: however many there are, few are in memory. */
export function exported(store: Store<Product>, format: Format): Readable {
  return format === 'jsonl' ? Readable.from(jsonLines(store)) : Readable.from(csvLines(store), { objectMode: false });
}

async function* jsonLines(store: Store<Product>): AsyncGenerator<Buffer> {
  for await (const products of pages(store)) {
    yield Buffer.from(products.map((product) => `${escapeLineBreaks(JSON.stringify(inputOf(product)))}\n`).join(''));
  }
}

/** As staff would say it; pictures are no part of it, and stay where they are when it is imported. */
function inputOf({
  slug,
  title,
  description,
  brand,
  category,
  attributes,
  taxClass,
  status,
  popularity,
  ...product
}: Product) {
  const variants = product.variants.map(({ image: _, ...variant }) => variant);
  return { slug, title, description, brand, category, attributes, taxClass, status, popularity, variants };
}

async function* csvLines(store: Store<Product>): AsyncGenerator<Buffer> {
  const names: Names = { attributes: new Set(), options: new Set(), currencies: new Set() };
  for await (const products of pages(store, ['_id', 'attributes', 'variants'])) addNames(names, products);
  const columns = columnsOf(names);
  yield* lines([columns], true);
  for await (const products of pages(store)) {
    const records = products.flatMap((product) => product.variants.map((variant) => recordOf(product, variant)));
    const strange = records.flatMap(Object.keys).find((name) => !columns.includes(name));
    // Better no file than one that lacks what staff has just added.
    if (strange !== undefined) throw new Error(`the column ${strange} has come meanwhile`);
    yield* lines(
      records.map((record) => columns.map((name) => record[name] ?? '')),
      false,
    );
  }
}

/** Line ends inside of a cell are kept by the quotes around it. */
async function* lines(records: readonly (readonly string[])[], bom: boolean): AsyncGenerator<Buffer> {
  const options = { bom, quoted_match: LINE_BREAK };
  const text = await new Promise<string>((resolve, reject) =>
    stringify([...records] as string[][], options, (error, found) => (error ? reject(error) : resolve(found))),
  );
  yield Buffer.from(text);
}

function addNames(
  { attributes, options, currencies }: Names,
  products: readonly Pick<Product, 'attributes' | 'variants'>[],
) {
  for (const product of products) {
    for (const name of Object.keys(product.attributes)) attributes.add(name);
    for (const variant of product.variants) {
      for (const name of Object.keys(variant.options)) options.add(name);
      for (const name of Object.keys(variant.prices)) currencies.add(name);
    }
  }
}

/** All but archived ones, in the order of their ids. */
async function* pages<K extends keyof Product & string>(
  store: Store<Product>,
  fields?: readonly K[],
): AsyncGenerator<Pick<Product, K | '_id'>[]> {
  for (let last = ''; ; ) {
    const filter = { status: { $in: ['draft', 'active'] }, _id: { $gt: last } };
    const products = await store.find(filter, { sort: { _id: 1 }, limit: PAGE, ...(fields ? { fields } : {}) });
    if (products.length > 0) yield products as Pick<Product, K | '_id'>[];
    if (products.length < PAGE) return;
    last = (products.at(-1) as Pick<Product, '_id'>)._id;
  }
}
