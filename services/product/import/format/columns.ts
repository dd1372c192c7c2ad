import type { Product, Variant } from '../../product/product.ts';
import { formula, plain } from './formula.ts';

/** Columns of a CSV file: of the product, the same in each of its rows, and of the variant that the row is. */
const PRODUCT_COLUMNS = ['slug', 'title', 'description', 'brand', 'category', 'tax_class', 'status'];
const VARIANT_COLUMNS = ['sku', 'variant_title', 'barcode', 'weight'];
/** Columns with a name of their own behind the colon: an attribute, an option, a currency. */
const NAMED = /^(attr|option|price|compare_at):(.+)$/s;
/** Of a label: its name is kept as it is. */
const LABEL = /^\s*(attr|option):/;
/** Those of them that say something of the product. */
const OF_PRODUCT = /^attr:/;

export const isColumn = (name: string): boolean =>
  PRODUCT_COLUMNS.includes(name) || VARIANT_COLUMNS.includes(name) || NAMED.test(name);
export const isOfProduct = (name: string): boolean => PRODUCT_COLUMNS.includes(name) || OF_PRODUCT.test(name);
export const isOfVariant = (name: string): boolean => isColumn(name) && !isOfProduct(name);

/**
 * The column that a header's cell names. Labels from before there was a rule may end in a space, and are others without
 * it: an export of them can be imported.
 */
export const columnIn = (cell: string): string => (LABEL.test(cell) ? cell.trimStart() : cell.trim());

export type Cells = ReadonlyMap<string, string>;

/** A number as the check wants it; what is none stays text, which the check refuses. */
const numberOf = (cell: string): unknown => (/^\d{1,15}$/.test(cell) ? Number(cell) : cell);

/** The cells of columns with this prefix, by name. */
const named = (cells: Cells, prefix: string): [string, string][] =>
  [...cells].flatMap(([column, cell]): [string, string][] => {
    const [, kind, name = ''] = NAMED.exec(column) ?? [];
    return kind === prefix ? [[name, cell]] : [];
  });

/** A field that is unsaid when its column is not there, or blank. */
const said = (cells: Cells, column: string, field = column, read: (cell: string) => unknown = String) => {
  const cell = cells.get(column) ?? '';
  return cell === '' ? {} : { [field]: read(cell) };
};

/** Labels of which a blank one is taken away, and one without a column is left alone. */
function labelsOf(cells: Cells, prefix: string, field: string) {
  const labels = named(cells, prefix).map(([name, cell]) => [name, cell === '' ? null : cell]);
  return labels.length === 0 ? {} : { [field]: Object.fromEntries(labels) };
}

/** What a row says, as JSON would. */
export function inputOf(cells: Cells): Record<string, unknown> {
  const saysSomething = (isOf: (column: string) => boolean) =>
    [...cells].some(([column, cell]) => cell !== '' && isOf(column));
  const isVariant = saysSomething(isOfVariant);
  // The second row of a product may be the only one of it in a file: its blank columns take nothing away.
  const isProduct = !isVariant || saysSomething((column) => isOfProduct(column) && column !== 'slug');
  const description = cells.get('description');
  return {
    ...said(cells, 'slug'),
    ...said(cells, 'title'),
    ...(isProduct && description !== undefined ? { description } : said(cells, 'description')),
    ...said(cells, 'brand'),
    ...said(cells, 'category'),
    ...(isProduct ? labelsOf(cells, 'attr', 'attributes') : {}),
    ...said(cells, 'tax_class', 'taxClass'),
    ...said(cells, 'status'),
    ...(isVariant ? { variants: [variantFields(cells)] } : {}),
  };
}

function variantFields(cells: Cells): Record<string, unknown> {
  const barcode = cells.get('barcode');
  const amounts = new Map(named(cells, 'price'));
  const before = new Map(named(cells, 'compare_at'));
  const prices = [...new Set([...amounts.keys(), ...before.keys()])].map((currency) => [
    currency,
    priceOf(amounts.get(currency), before.get(currency)),
  ]);
  return {
    ...said(cells, 'sku'),
    ...said(cells, 'variant_title', 'title'),
    ...labelsOf(cells, 'option', 'options'),
    ...(prices.length === 0 ? {} : { prices: Object.fromEntries(prices) }),
    ...(barcode === undefined ? {} : { barcode: barcode === '' ? null : barcode }),
    ...said(cells, 'weight', 'weight', numberOf),
  };
}

/** Undefined is a column that is not there. What is not sold in a currency cannot have cost more before. */
function priceOf(amount: string | undefined, compareAt: string | undefined): unknown {
  if (amount === '' && !compareAt) return null;
  return {
    ...(amount === undefined ? {} : { amount: amount === '' ? null : numberOf(amount) }),
    ...(compareAt === undefined ? {} : { compareAt: compareAt === '' ? null : numberOf(compareAt) }),
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
