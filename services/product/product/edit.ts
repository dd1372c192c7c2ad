import { isDeepStrictEqual } from 'node:util';
import type { Infer } from '../../../lib/contract/infer.ts';
import { escapePointerPart } from '../../../lib/contract/pointer.ts';
import type { Decision } from '../../../mixins/store/changes.ts';
import type { Patch } from '../../../mixins/store/patch.ts';
import { errors } from '../../shared/problems.ts';
import { checkLabels } from './labels.ts';
import { priceOf } from './price.ts';
import { isShippedProduct, PRODUCT_DEFAULTS, type Price, type Product, type Variant } from './product.ts';
import type { productInput, productPatch } from './product-input.ts';

export type ProductInput = Infer<typeof productInput>;
export type ProductEdit = Infer<typeof productPatch>;
export type ProductChange = (product: Readonly<Product>, now: Date) => Decision<Product>;
type New<T> = Omit<T, 'rev'>;
/** Stored fields; undefined means not given. */
type ProductFields = { [K in keyof Product]?: Product[K] | undefined };

/** A new product, by default a draft. @throws invalid-request */
export function createProduct(id: string, input: ProductInput, currencies: readonly string[], now: Date): New<Product> {
  checkLabels('/attributes', input.attributes ?? {});
  const {
    description = '',
    attributes = {},
    taxClass = PRODUCT_DEFAULTS.taxClass,
    requiresShipping = PRODUCT_DEFAULTS.requiresShipping,
    status = 'draft',
    popularity = 0,
  } = input;
  const { slug, title, brand, category } = input;
  return {
    ...PRODUCT_DEFAULTS,
    ...{
      _id: id,
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
    },
    variants: variantsOf(input.variants, [], currencies),
    createdAt: now,
    updatedAt: now,
  };
}

/**
 * Edits the product if it still has the version that staff has read. An edit without a difference writes nothing.
 * @throws stale-version, product-archived, invalid-request
 */
export function editProduct(
  product: Readonly<Product>,
  { variants, ...fields }: ProductEdit,
  version: number | undefined,
  currencies: readonly string[],
  now: Date,
): Decision<Product> {
  refuseStale(product, version);
  refuseArchived(product);
  checkLabels('/attributes', fields.attributes ?? {});
  const given = { ...fields, ...(variants ? { variants: variantsOf(variants, product.images, currencies) } : {}) };
  return changeFields(product, differences(product, given), now);
}

/** The given fields that differ from the product, with the fields that follow from them. */
export function differences(product: Readonly<Product>, given: ProductFields): Partial<Product> {
  const all = { ...given, ...(given.variants ? withVariants(product, given.variants) : {}) };
  // A product without the field has its default, which is no difference.
  const known: Readonly<Product> = { ...product, requiresShipping: isShippedProduct(product) };
  const different = Object.entries(all).filter(
    ([field, value]) => value !== undefined && !isDeepStrictEqual(value, known[field as keyof Product]),
  );
  return Object.fromEntries(different);
}

/** @throws product-archived */
export function refuseArchived({ status }: Pick<Product, 'status'>): void {
  if (status === 'archived') throw errors.archived();
}

/** Archives a product; its orders, reviews and stock stay. Idempotent. @throws stale-version */
export function archiveProduct(product: Readonly<Product>, version: number | undefined, now: Date): Decision<Product> {
  refuseStale(product, version);
  return changeFields(product, product.status === 'archived' ? {} : { status: 'archived' }, now);
}

/** Makes an archived product active; idempotent. @throws stale-version */
export function restoreProduct(product: Readonly<Product>, version: number | undefined, now: Date): Decision<Product> {
  refuseStale(product, version);
  return changeFields(product, product.status === 'archived' ? { status: 'active' } : {}, now);
}

/** A decision that also answers the product before it. */
export const withBefore =
  (decide: ProductChange) =>
  (product: Readonly<Product>, now: Date): Decision<{ before: Readonly<Product>; after: Product }> => {
    const { answer, patch } = decide(product, now);
    return { answer: { before: product, after: answer }, ...(patch ? { patch } : {}) };
  };

/** Applies a change by staff and increments the version; no fields, no change. */
export function changeFields(product: Readonly<Product>, fields: Patch, now: Date): Decision<Product> {
  if (Object.keys(fields).length === 0) return { answer: product };
  const patch = { ...fields, version: product.version + 1, updatedAt: now };
  return { answer: { ...product, ...patch }, patch };
}

/** @param version the version that staff has read; undefined: any. @throws stale-version */
export function refuseStale(doc: { readonly version: number }, version: number | undefined): void {
  if (version !== undefined && version !== doc.version) throw errors.staleVersion(doc.version);
}

/** @throws invalid-request if the product has no image with this id */
export function requireImage(images: Product['images'], id: string, pointer: string): void {
  if (!images.some((image) => image.id === id)) throw errors.invalidField(pointer, 'The product has no such image.');
}

/** New variants, without the scheduled prices of removed ones. */
function withVariants(product: Readonly<Product>, variants: Variant[]): Partial<Product> {
  const skus = new Set(variants.map(({ sku }) => sku));
  const scheduled = product.scheduled.filter(({ sku }) => skus.has(sku));
  return { variants, scheduled, nextPriceAt: scheduled[0]?.at ?? null };
}

/** The stored form of given variants. @throws invalid-request with the pointer of the wrong field */
function variantsOf(
  given: ProductInput['variants'],
  images: Product['images'],
  currencies: readonly string[],
): Variant[] {
  const seen = new Set<string>();
  return given.map(({ options = {}, prices, barcode, image, ...variant }, i) => {
    const at = `/variants/${i}`;
    if (seen.has(variant.sku)) throw errors.invalidField(`${at}/sku`, `${variant.sku} occurs twice.`);
    seen.add(variant.sku);
    checkLabels(`${at}/options`, options);
    if (image !== undefined) requireImage(images, image, `${at}/image`);
    return {
      ...variant,
      options,
      prices: pricesOf(prices, `${at}/prices`, currencies),
      ...(barcode === undefined ? {} : { barcode }),
      ...(image === undefined ? {} : { image }),
    };
  });
}

function pricesOf(
  given: ProductInput['variants'][number]['prices'],
  at: string,
  currencies: readonly string[],
): Variant['prices'] {
  const prices = Object.entries(given).map(([currency, price]) => [currency, priceIn(currency, price, at, currencies)]);
  return Object.fromEntries(prices);
}

/** The stored form of a price in one of the shop's currencies. @param at JSON pointer of the prices. @throws invalid-request */
export function priceIn(
  currency: string,
  price: Parameters<typeof priceOf>[0],
  at: string,
  currencies: readonly string[],
): Price {
  const pointer = `${at}/${escapePointerPart(currency)}`;
  if (!currencies.includes(currency))
    throw errors.invalidField(pointer, `The currency must be one of ${currencies.join(', ')}.`);
  return priceOf(price, pointer);
}
