import { pipeline, Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { escapeLineBreaks, LINE_BREAK } from '../../../lib/files/unicode.ts';
import type { Store } from '../../../mixins/store/store.ts';
import { TimeSlicer } from '../catalogue/time-slicer.ts';
import type { Product } from '../product/product.ts';
import { columnsOf, type Names, recordOf } from './format/columns.ts';
import { LONGEST_LINE } from './format/row.ts';
import type { Format } from './job.ts';

/** Products that are read at a time: with 200 variants each they are copied within a few milliseconds. */
const PRODUCTS_AT_ONCE = 10;
/** Of a line with variants, besides its fields and these. */
const VARIANTS_BYTES = ',"variants":[]'.length;
/** Of the file, so much waits for its reader. */
const BUFFER_BYTES = 64 * 1024;

/**
 * All products but archived ones as a file. Rows are made one by one as the reader takes them, and the process answers
 * requests in between: however many there are, few are in memory.
 */
export function exported(store: Pick<Store<Product>, 'scan'>, format: Format): Readable {
  if (format === 'jsonl') return Readable.from(jsonLines(store), { objectMode: false, highWaterMark: BUFFER_BYTES });
  // Line ends inside of a cell are kept by the quotes around it.
  const options = { bom: true, quoted_match: LINE_BREAK, readableHighWaterMark: BUFFER_BYTES };
  return pipeline(Readable.from(csvRecords(store)), stringify(options), () => {}); // its reader is told of an error
}

async function* jsonLines(store: Pick<Store<Product>, 'scan'>): AsyncGenerator<string> {
  for await (const product of products(store)) yield* linesOf(product);
}

/** One line, or more of a product that is larger than a line may be: an import puts them together. */
function* linesOf(product: Product): Generator<string> {
  const input = inputOf(product);
  const line = lineOf(input);
  if (Buffer.byteLength(line) <= LONGEST_LINE) return yield line;
  const { variants, ...fields } = input;
  let [part, bytes]: [typeof variants, number] = [[], Buffer.byteLength(lineOf(fields)) + VARIANTS_BYTES];
  let isFirst = true;
  const end = () => lineOf({ ...(isFirst ? fields : { slug: fields.slug }), variants: part });
  for (const variant of variants) {
    const size = Buffer.byteLength(lineOf(variant));
    if (part.length > 0 && bytes + size > LONGEST_LINE) {
      yield end();
      [part, bytes, isFirst] = [[], Buffer.byteLength(lineOf({ slug: fields.slug })) + VARIANTS_BYTES, false];
    }
    part.push(variant);
    bytes += size;
  }
  yield end();
}

const lineOf = (value: object): string => `${escapeLineBreaks(JSON.stringify(value))}\n`;

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

async function* csvRecords(store: Pick<Store<Product>, 'scan'>): AsyncGenerator<string[]> {
  const names: Names = { attributes: new Set(), options: new Set(), currencies: new Set() };
  for await (const product of products(store, ['attributes', 'variants', 'status'])) addNames(names, product);
  const columns = columnsOf(names);
  const known = new Set(columns);
  yield columns;
  const slicer = new TimeSlicer();
  for await (const product of products(store)) {
    for (const variant of product.variants) {
      if (slicer.isOver) await slicer.rest();
      const record = recordOf(product, variant);
      const strange = Object.keys(record).find((name) => !known.has(name));
      // Better no file than one that lacks what staff has just added.
      if (strange !== undefined) throw new Error(`the column ${strange} has come meanwhile`);
      yield columns.map((name) => record[name] ?? '');
    }
  }
}

function addNames({ attributes, options, currencies }: Names, product: Pick<Product, 'attributes' | 'variants'>) {
  for (const name of Object.keys(product.attributes)) attributes.add(name);
  for (const variant of product.variants) {
    for (const name of Object.keys(variant.options)) options.add(name);
    for (const name of Object.keys(variant.prices)) currencies.add(name);
  }
}

/** All but archived ones. */
async function* products<K extends keyof Product & string>(
  store: Pick<Store<Product>, 'scan'>,
  fields?: readonly K[],
): AsyncGenerator<Pick<Product, K>> {
  const slicer = new TimeSlicer();
  for await (const batch of store.scan<K>({}, { batch: PRODUCTS_AT_ONCE, ...(fields ? { fields } : {}) })) {
    for (const product of batch) {
      if (slicer.isOver) await slicer.rest();
      if ((product as Partial<Product>).status !== 'archived') yield product;
    }
  }
}
