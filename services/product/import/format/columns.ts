import { isShippedProduct, type Product, type Variant } from '../../product/product.ts';
import { escapeFormula, unescapeFormula } from './formula.ts';

/** Product columns have the same value in each row of a product; variant columns differ. */
const PRODUCT_COLUMNS = [
  'slug',
  'title',
  'description',
  'brand',
  'category',
  'tax_class',
  'requires_shipping',
  'status',
];
const VARIANT_COLUMNS = ['sku', 'variant_title', 'barcode', 'weight'];
/** A column with a name after the colon: an attribute, an option or a currency. */
const PREFIXED_COLUMN = /^(attr|option|price|compare_at):(.+)$/s;
const LABEL_COLUMN = /^\s*(attr|option):/;
const ATTRIBUTE_COLUMN = /^attr:/;

export const isColumn = (name: string): boolean =>
  PRODUCT_COLUMNS.includes(name) || VARIANT_COLUMNS.includes(name) || PREFIXED_COLUMN.test(name);
export const isProductColumn = (name: string): boolean => PRODUCT_COLUMNS.includes(name) || ATTRIBUTE_COLUMN.test(name);
export const isVariantColumn = (name: string): boolean => isColumn(name) && !isProductColumn(name);

/**
 * The column of a header cell. Old labels may end in a space, which is a part of their name: their export can be
 * imported. Spaces around other column names are ignored.
 */
export const columnOf = (cell: string): string => (LABEL_COLUMN.test(cell) ? cell.trimStart() : cell.trim());

export type Cells = ReadonlyMap<string, string>;

/** A cell as a number; other text stays, so that the validator refuses it. */
const numberOf = (cell: string): unknown => (/^\d{1,15}$/.test(cell) ? Number(cell) : cell);

/** A cell as true or false, also as spreadsheets write them; other text stays, so that the validator refuses it. */
const booleanOf = (cell: string): unknown => ({ true: true, false: false })[cell.toLowerCase()] ?? cell;

/** The cells of columns with this prefix, by name. */
const cellsWithPrefix = (cells: Cells, prefix: string): [string, string][] =>
  [...cells].flatMap(([column, cell]): [string, string][] => {
    const [, kind, name = ''] = PREFIXED_COLUMN.exec(column) ?? [];
    return kind === prefix ? [[name, cell]] : [];
  });

/** The field of a column; no field when the column is missing or blank. */
const optionalField = (cells: Cells, column: string, field = column, read: (cell: string) => unknown = String) => {
  const cell = cells.get(column) ?? '';
  return cell === '' ? {} : { [field]: read(cell) };
};

/** The labels of all columns with a prefix. A blank cell removes a label; one without a column stays. */
function labelsField(cells: Cells, prefix: string, field: string) {
  const labels = cellsWithPrefix(cells, prefix).map(([name, cell]) => [name, cell === '' ? null : cell]);
  return labels.length === 0 ? {} : { [field]: Object.fromEntries(labels) };
}

/** A CSV record in the form of a JSON line. */
export function recordInput(cells: Cells): Record<string, unknown> {
  const hasValue = (isIncluded: (column: string) => boolean) =>
    [...cells].some(([column, cell]) => cell !== '' && isIncluded(column));
  const isVariant = hasValue(isVariantColumn);
  // Blank product columns beside a variant remove nothing: it may be a later row of its product, alone in the file.
  const isProduct = !isVariant || hasValue((column) => isProductColumn(column) && column !== 'slug');
  const description = cells.get('description');
  return {
    ...optionalField(cells, 'slug'),
    ...optionalField(cells, 'title'),
    ...(isProduct && description !== undefined ? { description } : optionalField(cells, 'description')),
    ...optionalField(cells, 'brand'),
    ...optionalField(cells, 'category'),
    ...(isProduct ? labelsField(cells, 'attr', 'attributes') : {}),
    ...optionalField(cells, 'tax_class', 'taxClass'),
    ...optionalField(cells, 'requires_shipping', 'requiresShipping', booleanOf),
    ...optionalField(cells, 'status'),
    ...(isVariant ? { variants: [variantFields(cells)] } : {}),
  };
}

function variantFields(cells: Cells): Record<string, unknown> {
  const barcode = cells.get('barcode');
  const amounts = new Map(cellsWithPrefix(cells, 'price'));
  const before = new Map(cellsWithPrefix(cells, 'compare_at'));
  const prices = [...new Set([...amounts.keys(), ...before.keys()])].map((currency) => [
    currency,
    priceField(amounts.get(currency), before.get(currency)),
  ]);
  return {
    ...optionalField(cells, 'sku'),
    ...optionalField(cells, 'variant_title', 'title'),
    ...labelsField(cells, 'option', 'options'),
    ...(prices.length === 0 ? {} : { prices: Object.fromEntries(prices) }),
    ...(barcode === undefined ? {} : { barcode: barcode === '' ? null : barcode }),
    ...optionalField(cells, 'weight', 'weight', numberOf),
  };
}

/** Undefined means that the column is missing. Both cells blank: no longer sold in the currency (null). */
function priceField(amount: string | undefined, compareAt: string | undefined): unknown {
  if (amount === '' && !compareAt) return null;
  return {
    ...(amount === undefined ? {} : { amount: amount === '' ? null : numberOf(amount) }),
    ...(compareAt === undefined ? {} : { compareAt: compareAt === '' ? null : numberOf(compareAt) }),
  };
}

/** The names after the colon in the columns of products. */
export interface ColumnNames {
  attributes: Set<string>;
  options: Set<string>;
  currencies: Set<string>;
}

/** All columns of a file with these names. */
export const columnsOf = ({ attributes, options, currencies }: ColumnNames): string[] => [
  ...PRODUCT_COLUMNS,
  ...[...attributes].sort().map((name) => `attr:${name}`),
  ...VARIANT_COLUMNS,
  ...[...options].sort().map((name) => `option:${name}`),
  ...[...currencies].sort().flatMap((currency) => [`price:${currency}`, `compare_at:${currency}`]),
];

/** A variant of a product as cells by column, safe for spreadsheets. */
export function variantRecord(product: Product, { prices, options, ...variant }: Variant): Record<string, string> {
  const { slug, title, description, brand, category, taxClass, status, attributes } = product;
  const labels = (prefix: string, given: Readonly<Record<string, string>>) =>
    Object.entries(given).map(([name, value]) => [`${prefix}:${name}`, value]);
  const record: Record<string, string> = {
    ...{
      slug,
      title,
      description,
      brand,
      category,
      tax_class: taxClass,
      requires_shipping: `${isShippedProduct(product)}`,
      status,
    },
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
  return Object.fromEntries(Object.entries(record).map(([column, cell]) => [column, escapeFormula(cell)]));
}

/** The cells of a record by column, without the escapes of formulas. */
export const cellsOf = (columns: readonly string[], record: readonly string[]): Cells =>
  new Map(columns.map((column, at) => [column, unescapeFormula(record[at] ?? '')]));
