import { isDeepStrictEqual } from 'node:util';
import { errors } from '../../shared/problems.ts';
import { type ProductInput, priceIn } from '../product/edit.ts';
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
    ...(attributes ? { attributes: labelsOf('/attributes', {}, attributes) } : {}),
    variants: variantsOf({ variants: [], images: [] }, variants, { currencies, removed: new Set() }),
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
  const said = Object.entries(fields).filter(([, value]) => value !== undefined);
  return {
    ...Object.fromEntries(said),
    ...(attributes ? { attributes: labelsOf('/attributes', product.attributes, attributes) } : {}),
    ...(variants ? { variants: variantsOf(product, variants, known) } : {}),
  };
}

function variantsOf(
  { variants, images }: Pick<Product, 'variants' | 'images'>,
  said: readonly VariantInput[],
  { currencies, removed }: RowContext,
): Variant[] {
  const bySku = new Map(variants.filter(({ sku }) => !removed.has(sku)).map((variant) => [variant.sku, variant]));
  for (const [i, variant] of said.entries()) {
    const before = bySku.get(variant.sku);
    const after = variantOf(before, variant, `/variants/${i}`, currencies);
    const { image } = after;
    if (image !== undefined && image !== before?.image && !images.some(({ id }) => id === image)) {
      throw errors.invalidRequest([{ pointer: `/variants/${i}/image`, detail: 'The product has no such image.' }]);
    }
    bySku.set(variant.sku, after);
  }
  return [...bySku.values()];
}

function variantOf(
  before: Readonly<Variant> | undefined,
  said: VariantInput,
  at: string,
  currencies: readonly string[],
): Variant {
  const { sku, title = before?.title, weight = before?.weight, options, prices } = said;
  if (title === undefined || weight === undefined) {
    const missing = missingNames({ 'a title (variant_title)': title, weight });
    throw new RefusedRow(`${sku} is a new variant, and needs: ${missing}.`);
  }
  const barcode = said.barcode === undefined ? before?.barcode : said.barcode;
  const image = said.image === undefined ? before?.image : said.image;
  return {
    ...{ sku, title, weight },
    options: labelsOf(`${at}/options`, before?.options ?? {}, options ?? {}),
    prices: pricesOf(sku, before?.prices ?? {}, prices ?? {}, `${at}/prices`, currencies),
    ...(typeof barcode === 'string' ? { barcode } : {}),
    ...(typeof image === 'string' ? { image } : {}),
  };
}

/** Merges labels; null removes one. Stored labels are not checked again. */
function labelsOf(
  pointer: string,
  before: Readonly<Record<string, string>>,
  said: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const labels = Object.entries({ ...before, ...said }).filter((label): label is [string, string] => label[1] !== null);
  const after = Object.fromEntries(labels);
  checkLabels(pointer, after, before);
  return after;
}

/** Merges prices; null removes one. Stored prices are not checked again, as the shop may have dropped their currency. */
function pricesOf(
  sku: string,
  before: Readonly<Variant['prices']>,
  said: NonNullable<VariantInput['prices']>,
  pointer: string,
  currencies: readonly string[],
): Variant['prices'] {
  const prices = new Map(Object.entries(before));
  for (const [currency, change] of Object.entries(said)) {
    const price = change && priceOf(sku, currency, prices.get(currency), change);
    if (price === null) prices.delete(currency);
    else if (price && !isDeepStrictEqual(price, prices.get(currency))) {
      prices.set(currency, priceIn(currency, price, pointer, currencies));
    }
  }
  return Object.fromEntries(prices);
}

/** The merged price in one currency; undefined when neither the product nor the row has one. */
function priceOf(
  sku: string,
  currency: string,
  before: Readonly<Price> | undefined,
  said: { amount?: number | undefined; compareAt?: number | null | undefined },
): Price | undefined {
  const { amount = before?.amount, compareAt = before?.compareAt } = said;
  if (amount === undefined && typeof compareAt !== 'number') return undefined;
  if (amount === undefined) throw new RefusedRow(`${sku} has a compare_at:${currency}, but no price in ${currency}.`);
  if (typeof compareAt !== 'number') return { amount };
  if (said.compareAt === undefined && compareAt <= amount) {
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
