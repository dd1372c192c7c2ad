import { isDeepStrictEqual } from 'node:util';
import type { Infer } from '../../../lib/contract/infer.ts';
import { escaped } from '../../../lib/contract/pointer.ts';
import type { Decision } from '../../../mixins/store/changes.ts';
import type { Patch } from '../../../mixins/store/patch.ts';
import { errors } from '../../shared/problems.ts';
import { checkLabels } from './labels.ts';
import { priceOf } from './price.ts';
import { PRODUCT_DEFAULTS, type Price, type Product, type Variant } from './product.ts';
import type { productInput, productPatch } from './product-input.ts';

export type ProductInput = Infer<typeof productInput>;
export type ProductEdit = Infer<typeof productPatch>;
type New<T> = Omit<T, 'rev'>;
/** Fields as they are stored; undefined ones are unsaid. */
type ProductFields = { [K in keyof Product]?: Product[K] | undefined };

/** A new product, a draft unless it is said. @throws invalid-request */
export function created(id: string, input: ProductInput, currencies: readonly string[], now: Date): New<Product> {
  checkLabels('/attributes', input.attributes ?? {});
  const {
    description = '',
    attributes = {},
    taxClass = PRODUCT_DEFAULTS.taxClass,
    status = 'draft',
    popularity = 0,
  } = input;
  const { slug, title, brand, category } = input;
  return {
    ...PRODUCT_DEFAULTS,
    ...{ _id: id, slug, title, description, brand, category, attributes, taxClass, status, popularity },
    variants: variantsOf(input.variants, [], currencies),
    createdAt: now,
    updatedAt: now,
  };
}

/**
 * Changes what staff says of a product that has the version they have read; what would change nothing writes nothing.
 * @throws stale-version, wrong-state for what is archived, invalid-request
 */
export function edited(
  product: Readonly<Product>,
  { variants, ...fields }: ProductEdit,
  version: number | undefined,
  currencies: readonly string[],
  now: Date,
): Decision<Product> {
  refuseStale(product, version);
  refuseArchived(product);
  checkLabels('/attributes', fields.attributes ?? {});
  const said = { ...fields, ...(variants ? { variants: variantsOf(variants, product.images, currencies) } : {}) };
  return change(product, differences(product, said), now);
}

/** What of `said` is different from what the product has, and what follows from that. */
export function differences(product: Readonly<Product>, said: ProductFields): Partial<Product> {
  const all = { ...said, ...(said.variants ? withVariants(product, said.variants) : {}) };
  const different = Object.entries(all).filter(
    ([field, value]) => value !== undefined && !isDeepStrictEqual(value, product[field as keyof Product]),
  );
  return Object.fromEntries(different);
}

/** @throws product-archived */
export function refuseArchived({ status }: Pick<Product, 'status'>): void {
  if (status === 'archived') throw errors.archived();
}

/** Takes a product out of the shop; its orders, reviews and stock stay. Again changes nothing. @throws stale-version */
export function archived(product: Readonly<Product>, version: number | undefined, now: Date): Decision<Product> {
  refuseStale(product, version);
  return change(product, product.status === 'archived' ? {} : { status: 'archived' }, now);
}

/** Sells an archived product again. Again changes nothing. @throws stale-version */
export function restored(product: Readonly<Product>, version: number | undefined, now: Date): Decision<Product> {
  refuseStale(product, version);
  return change(product, product.status === 'archived' ? { status: 'active' } : {}, now);
}

/** A change by staff, counted; nothing when there is none. */
export function change(product: Readonly<Product>, fields: Patch, now: Date): Decision<Product> {
  if (Object.keys(fields).length === 0) return { answer: product };
  const patch = { ...fields, version: product.version + 1, updatedAt: now };
  return { answer: { ...product, ...patch }, patch };
}

/** @param version the one that staff has read; undefined: any. @throws stale-version */
export function refuseStale(product: Readonly<Product>, version: number | undefined): void {
  if (version !== undefined && version !== product.version) throw errors.staleVersion(product.version);
}

/** Without what a variant that is no longer there was to cost. */
function withVariants(product: Readonly<Product>, variants: Variant[]): Partial<Product> {
  const skus = new Set(variants.map(({ sku }) => sku));
  const scheduled = product.scheduled.filter(({ sku }) => skus.has(sku));
  return { variants, scheduled, nextPriceAt: scheduled[0]?.at ?? null };
}

/** What staff says of variants, as it is stored. @throws invalid-request, each wrong field with its pointer */
function variantsOf(
  given: ProductInput['variants'],
  images: Product['images'],
  currencies: readonly string[],
): Variant[] {
  const seen = new Set<string>();
  return given.map(({ options = {}, prices, barcode, image, ...variant }, i) => {
    const at = `/variants/${i}`;
    if (seen.has(variant.sku)) throw bad(`${at}/sku`, `${variant.sku} is there twice.`);
    seen.add(variant.sku);
    checkLabels(`${at}/options`, options);
    if (image !== undefined && !images.some(({ id }) => id === image)) {
      throw bad(`${at}/image`, 'The product has no such image.');
    }
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

/** A price in one of the shop's currencies, as it is stored. @param at of all prices. @throws invalid-request */
export function priceIn(
  currency: string,
  price: Parameters<typeof priceOf>[0],
  at: string,
  currencies: readonly string[],
): Price {
  const pointer = `${at}/${escaped(currency)}`;
  if (!currencies.includes(currency)) throw bad(pointer, `The price lists are ${currencies.join(', ')}.`);
  return priceOf(price, pointer);
}

const bad = (pointer: string, detail: string): Error => errors.invalidRequest([{ pointer, detail }]);
