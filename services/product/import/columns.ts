import type { Product, Variant } from '../product.ts';
import { formula, plain } from './formula.ts';

/** Columns of a CSV file: of the product, the same in each of its rows, and of the variant that the row is. */
export const PRODUCT_COLUMNS = ['slug', 'title', 'description', 'brand', 'category', 'tax_class', 'status'];
export const VARIANT_COLUMNS = ['sku', 'variant_title', 'barcode', 'weight'];
export const NEEDED = ['slug', 'title', 'brand', 'category', 'sku', 'variant_title', 'weight'];
/** Columns with a name of their own behind the colon: an attribute, an option, a currency. */
const NAMED = /^(attr|option|price|compare_at):(.+)$/s;
/** Those of them that say something of the product. */
const OF_PRODUCT = /^attr:/;

export const isColumn = (name: string): boolean =>
  PRODUCT_COLUMNS.includes(name) || VARIANT_COLUMNS.includes(name) || NAMED.test(name);
export const isOfProduct = (name: string): boolean => PRODUCT_COLUMNS.includes(name) || OF_PRODUCT.test(name);

export type Cells = ReadonlyMap<string, string>;

/** A number as the check wants it; what is none stays text, which the check refuses. */
const numberOf = (cell: string): unknown => (/^\d{1,15}$/.test(cell) ? Number(cell) : cell);

/** What the cells of columns with this prefix say, by name; blank ones say nothing. */
function named(cells: Cells, prefix: string): [string, string][] {
  return [...cells].flatMap(([column, cell]): [string, string][] => {
    const [, kind, name = ''] = NAMED.exec(column) ?? [];
    return kind === prefix && cell !== '' ? [[name, cell]] : [];
  });
}

/** What a product's first row says of it. A column that is not there, or blank where blank means nothing, is unsaid. */
export function productFields(cells: Cells): Record<string, unknown> {
  const said = (field: string, column: string) => {
    const cell = cells.get(column) ?? '';
    return cell === '' ? {} : { [field]: cell };
  };
  const description = cells.get('description');
  const hasAttributes = [...cells.keys()].some((column) => OF_PRODUCT.test(column));
  return {
    ...said('slug', 'slug'),
    ...said('title', 'title'),
    ...(description === undefined ? {} : { description }),
    ...said('brand', 'brand'),
    ...said('category', 'category'),
    ...(hasAttributes ? { attributes: Object.fromEntries(named(cells, 'attr')) } : {}),
    ...said('taxClass', 'tax_class'),
    ...said('status', 'status'),
  };
}

export function variantFields(cells: Cells): Record<string, unknown> {
  const cell = (column: string) => cells.get(column) ?? '';
  const amounts = new Map(named(cells, 'price'));
  const before = new Map(named(cells, 'compare_at'));
  const prices = [...new Set([...amounts.keys(), ...before.keys()])].map((currency) => {
    const [amount, compareAt] = [amounts.get(currency), before.get(currency)];
    return [
      currency,
      {
        ...(amount === undefined ? {} : { amount: numberOf(amount) }),
        ...(compareAt === undefined ? {} : { compareAt: numberOf(compareAt) }),
      },
    ];
  });
  return {
    ...(cell('sku') === '' ? {} : { sku: cell('sku') }),
    title: cell('variant_title'),
    options: Object.fromEntries(named(cells, 'option')),
    prices: Object.fromEntries(prices),
    ...(cell('barcode') === '' ? {} : { barcode: cell('barcode') }),
    ...(cell('weight') === '' ? {} : { weight: numberOf(cell('weight')) }),
  };
}

/** Names that the columns of these products have behind the colon. */
export interface Names {
  attributes: Set<string>;
  options: Set<string>;
  currencies: Set<string>;
}

/** All columns of a file of products with these names. */
export const columnsOf = ({ attributes, options, currencies }: Names): string[] => [
  ...PRODUCT_COLUMNS,
  ...[...attributes].sort().map((name) => `attr:${name}`),
  ...VARIANT_COLUMNS,
  ...[...options].sort().map((name) => `option:${name}`),
  ...[...currencies].sort().flatMap((currency) => [`price:${currency}`, `compare_at:${currency}`]),
];

/** A variant of a product as a row, by column. */
export function recordOf(product: Product, { prices, options, ...variant }: Variant): Record<string, string> {
  const { slug, title, description, brand, category, taxClass, status, attributes } = product;
  const labels = (prefix: string, given: Readonly<Record<string, string>>) =>
    Object.entries(given).map(([name, value]) => [`${prefix}:${name}`, value]);
  const record: Record<string, string> = {
    ...{ slug, title, description, brand, category, tax_class: taxClass, status },
    ...Object.fromEntries(labels('attr', attributes)),
    ...{ sku: variant.sku, variant_title: variant.title, barcode: variant.barcode ?? '', weight: `${variant.weight}` },
    ...Object.fromEntries(labels('option', options)),
    ...Object.fromEntries(
      Object.entries(prices).flatMap(([currency, { amount, compareAt }]) => [
        [`price:${currency}`, `${amount}`],
        [`compare_at:${currency}`, compareAt === undefined ? '' : `${compareAt}`],
      ]),
    ),
  };
  return Object.fromEntries(Object.entries(record).map(([column, cell]) => [column, formula(cell)]));
}

/** A row's cells by column, as they were before a spreadsheet had to be kept from running them. */
export const cellsOf = (columns: readonly string[], record: readonly string[]): Cells =>
  new Map(columns.map((column, at) => [column, plain(record[at] ?? '')]));
