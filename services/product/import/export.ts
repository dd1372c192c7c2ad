import { pipeline, Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { escapeLineBreaks, LINE_BREAK } from '../../../lib/files/unicode.ts';
import type { Store } from '../../../mixins/store/store.ts';
import { TimeSlicer } from '../catalogue/time-slicer.ts';
import { isShippedProduct, type Product } from '../product/product.ts';
import { type ColumnNames, columnsOf, variantRecord } from './format/columns.ts';
import { MAX_LINE_BYTES } from './format/row.ts';
import type { FileFormat } from './job.ts';

/** With 200 variants each, they are copied within a few milliseconds. */
const PRODUCTS_PER_READ = 10;
/** Of the text around the variants of a line. */
const VARIANTS_OVERHEAD_BYTES = ',"variants":[]'.length;
/** Of the file, in front of a slow reader. */
const MAX_BUFFERED_BYTES = 64 * 1024;

/**
 * All products except archived ones, as a file. Rows are generated as the reader takes them, in time slices, so a few are
 * in memory at a time.
 */
export function exportProducts(store: Pick<Store<Product>, 'scan'>, format: FileFormat): Readable {
  if (format === 'jsonl')
    return Readable.from(jsonLines(store), { objectMode: false, highWaterMark: MAX_BUFFERED_BYTES });
  // Cells with line breaks are quoted.
  const options = { bom: true, quoted_match: LINE_BREAK, readableHighWaterMark: MAX_BUFFERED_BYTES };
  return pipeline(Readable.from(csvRecords(store)), stringify(options), () => {}); // the reader gets the error
}

async function* jsonLines(store: Pick<Store<Product>, 'scan'>): AsyncGenerator<string> {
  for await (const product of exportedProducts(store)) yield* linesOf(product);
}

/** One line, or several for a product that exceeds the limit of a line: an import joins them. */
function* linesOf(product: Product): Generator<string> {
  const input = rowInputOf(product);
  const line = lineOf(input);
  if (Buffer.byteLength(line) <= MAX_LINE_BYTES) return yield line;
  const { variants, ...fields } = input;
  let [part, partBytes]: [typeof variants, number] = [[], Buffer.byteLength(lineOf(fields)) + VARIANTS_OVERHEAD_BYTES];
  let isFirst = true;
  const endPart = () => lineOf({ ...(isFirst ? fields : { slug: fields.slug }), variants: part });
  for (const variant of variants) {
    const size = Buffer.byteLength(lineOf(variant));
    if (part.length > 0 && partBytes + size > MAX_LINE_BYTES) {
      yield endPart();
      [part, partBytes, isFirst] = [
        [],
        Buffer.byteLength(lineOf({ slug: fields.slug })) + VARIANTS_OVERHEAD_BYTES,
        false,
      ];
    }
    part.push(variant);
    partBytes += size;
  }
  yield endPart();
}

const lineOf = (value: object): string => `${escapeLineBreaks(JSON.stringify(value))}\n`;

/** The fields of an import row. Pictures are not exported; an import leaves them unchanged. */
function rowInputOf({
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
  const requiresShipping = isShippedProduct(product);
  const variants = product.variants.map(({ image: _, ...variant }) => variant);
  return {
    slug,
    title,
    description,
    brand,
    category,
    attributes,
    taxClass,
    requiresShipping,
    status,
    popularity,
    variants,
  };
}

async function* csvRecords(store: Pick<Store<Product>, 'scan'>): AsyncGenerator<string[]> {
  const names: ColumnNames = { attributes: new Set(), options: new Set(), currencies: new Set() };
  for await (const product of exportedProducts(store, ['attributes', 'variants', 'status'])) addNames(names, product);
  const columns = columnsOf(names);
  const known = new Set(columns);
  yield columns;
  const slicer = new TimeSlicer();
  for await (const product of exportedProducts(store)) {
    for (const variant of product.variants) {
      if (slicer.isOver) await slicer.rest();
      const record = variantRecord(product, variant);
      const unknownColumn = Object.keys(record).find((name) => !known.has(name));
      // The file must be complete: it fails when staff has added a name after the columns were collected.
      if (unknownColumn !== undefined) throw new Error(`the column ${unknownColumn} was added during the export`);
      yield columns.map((name) => record[name] ?? '');
    }
  }
}

function addNames({ attributes, options, currencies }: ColumnNames, product: Pick<Product, 'attributes' | 'variants'>) {
  for (const name of Object.keys(product.attributes)) attributes.add(name);
  for (const variant of product.variants) {
    for (const name of Object.keys(variant.options)) options.add(name);
    for (const name of Object.keys(variant.prices)) currencies.add(name);
  }
}

/** All products except archived ones. */
async function* exportedProducts<K extends keyof Product & string>(
  store: Pick<Store<Product>, 'scan'>,
  fields?: readonly K[],
): AsyncGenerator<Pick<Product, K>> {
  const slicer = new TimeSlicer();
  for await (const batch of store.scan<K>({}, { batch: PRODUCTS_PER_READ, ...(fields ? { fields } : {}) })) {
    for (const product of batch) {
      if (slicer.isOver) await slicer.rest();
      if ((product as Partial<Product>).status !== 'archived') yield product;
    }
  }
}
