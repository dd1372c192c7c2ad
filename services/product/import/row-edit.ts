import { isDeepStrictEqual } from 'node:util';
import { type ProductInput, priceIn, requireImage } from '../product/edit.ts';
import { checkLabels } from '../product/labels.ts';
import type { Price, Product, Variant } from '../product/product.ts';
import { RefusedRow } from './format/row.ts';
import type { RowInput, VariantInput } from './import-input.ts';

/** The data that a row is checked against. */
interface RowContext {
  currencies: readonly string[];
  /** SKUs of the variants to remove. */
  removed: ReadonlySet<string>;
}

/**
 * The input of a new product.
 * @throws {RefusedRow} for missing fields; invalid-request with the pointer of each invalid field
 */
export function newProductInput(
  { slug = '', variants, attributes, ...fields }: RowInput,
  currencies: readonly string[],
): ProductInput {
  const { title, brand, category } = fields;
  if (title === undefined || brand === undefined || category === undefined || !variants) {
    const missing = missingNames({ title, brand, category, sku: variants });
    throw new RefusedRow(`${slug} is a new product, and needs: ${missing}.`);
  }
  return {
    ...{ ...fields, slug, title, brand, category },
    ...(attributes ? { attributes: mergeLabels('/attributes', {}, attributes) } : {}),
    variants: mergeVariants({ variants: [], images: [] }, variants, { currencies, removed: new Set() }),
  };
}

/**
 * The edited fields of an existing product. Fields and variants that the row leaves out stay, except the variants to
 * remove. Variants keep their order; new ones come last.
 * @throws {RefusedRow}; invalid-request with the pointer of each invalid field
 */
export function rowEdit(
  product: Readonly<Product>,
  { slug: _, attributes, variants, ...fields }: RowInput,
  known: RowContext,
): Partial<Product> {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return {
    ...Object.fromEntries(given),
    ...(attributes ? { attributes: mergeLabels('/attributes', product.attributes, attributes) } : {}),
    ...(variants ? { variants: mergeVariants(product, variants, known) } : {}),
  };
}

function mergeVariants(
  { variants, images }: Pick<Product, 'variants' | 'images'>,
  given: readonly VariantInput[],
  { currencies, removed }: RowContext,
): Variant[] {
  const bySku = new Map(variants.filter(({ sku }) => !removed.has(sku)).map((variant) => [variant.sku, variant]));
  for (const [i, variant] of given.entries()) {
    const before = bySku.get(variant.sku);
    const after = mergeVariant(before, variant, `/variants/${i}`, currencies);
    const { image } = after;
    if (image !== undefined && image !== before?.image) requireImage(images, image, `/variants/${i}/image`);
    bySku.set(variant.sku, after);
  }
  return [...bySku.values()];
}

function mergeVariant(
  before: Readonly<Variant> | undefined,
  given: VariantInput,
  at: string,
  currencies: readonly string[],
): Variant {
  const { sku, title = before?.title, weight = before?.weight, options, prices } = given;
  if (title === undefined || weight === undefined) {
    const missing = missingNames({ 'a title (variant_title)': title, weight });
    throw new RefusedRow(`${sku} is a new variant, and needs: ${missing}.`);
  }
  const barcode = given.barcode === undefined ? before?.barcode : given.barcode;
  const image = given.image === undefined ? before?.image : given.image;
  return {
    ...{ sku, title, weight },
    options: mergeLabels(`${at}/options`, before?.options ?? {}, options ?? {}),
    prices: mergePrices(sku, before?.prices ?? {}, prices ?? {}, `${at}/prices`, currencies),
    ...(typeof barcode === 'string' ? { barcode } : {}),
    ...(typeof image === 'string' ? { image } : {}),
  };
}

/** Merges labels; null removes one. Stored labels are not checked again. */
function mergeLabels(
  pointer: string,
  before: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const labels = Object.entries({ ...before, ...given }).filter(
    (label): label is [string, string] => label[1] !== null,
  );
  const after = Object.fromEntries(labels);
  checkLabels(pointer, after, before);
  return after;
}

/** Merges prices; null removes one. Stored prices are not checked again, as the shop may have dropped their currency. */
function mergePrices(
  sku: string,
  before: Readonly<Variant['prices']>,
  given: NonNullable<VariantInput['prices']>,
  pointer: string,
  currencies: readonly string[],
): Variant['prices'] {
  const prices = new Map(Object.entries(before));
  for (const [currency, change] of Object.entries(given)) {
    const price = change && mergePrice(sku, currency, prices.get(currency), change);
    if (price === null) prices.delete(currency);
    else if (price && !isDeepStrictEqual(price, prices.get(currency))) {
      prices.set(currency, priceIn(currency, price, pointer, currencies));
    }
  }
  return Object.fromEntries(prices);
}

/** The merged price in one currency; undefined when neither the product nor the row has one. */
function mergePrice(
  sku: string,
  currency: string,
  before: Readonly<Price> | undefined,
  given: { amount?: number | undefined; compareAt?: number | null | undefined },
): Price | undefined {
  const { amount = before?.amount, compareAt = before?.compareAt } = given;
  if (amount === undefined && typeof compareAt !== 'number') return undefined;
  if (amount === undefined) throw new RefusedRow(`${sku} has a compare_at:${currency}, but no price in ${currency}.`);
  if (typeof compareAt !== 'number') return { amount };
  if (given.compareAt === undefined && compareAt <= amount) {
    throw new RefusedRow(
      `The new price of ${sku} is ${amount} ${currency}, but its compare_at:${currency} is ${compareAt}: change both.`,
    );
  }
  return { amount, compareAt };
}

const missingNames = (fields: Readonly<Record<string, unknown>>): string =>
  Object.entries(fields)
    .filter(([, value]) => value === undefined)
    .map(([name]) => name)
    .join(', ');
