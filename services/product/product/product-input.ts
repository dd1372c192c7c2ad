import { named } from '../../../lib/contract/named.ts';
import { optional } from '../../../lib/contract/optional.ts';
import { INHERITED_NAMES } from '../../../lib/contract/unsafe-names.ts';
import { labels } from './product.rules.ts';

/** Contract rules of the product fields that staff sets. */

export const slugRule = {
  type: 'string',
  max: 120,
  // `constructor` exists on every object, and `/v1/products/suggest` is another route.
  pattern: /^(?!constructor$|suggest$)[a-z0-9]+(-[a-z0-9]+)*$/,
  messages: { stringPattern: 'A slug is made of a-z and 0-9, with single hyphens between.' },
} as const;
/** Stock and prices are stored by SKU, so a SKU must not be an inherited property name. */
const NO_SKUS = INHERITED_NAMES.map((name) => `${name}$`).join('|');
export const skuRule = { type: 'string', pattern: new RegExp(`^(?!${NO_SKUS})[A-Za-z0-9][\\w-]{0,63}$`) } as const;
const text = (max: number) => ({ type: 'string', trim: true, min: 1, max }) as const;
const amount = { type: 'number', integer: true, min: 0, max: 1_000_000_000_000 } as const;

/** In minor units of the price list's currency. */
export const priceRule = named('Price', {
  type: 'object',
  props: { amount, compareAt: { ...amount, optional: true } },
});

const variant = named('StaffVariant', {
  type: 'object',
  props: {
    sku: skuRule,
    title: text(120),
    options: { ...labels, optional: true },
    /** By currency. */
    prices: { type: 'record', key: 'string', value: priceRule },
    /** GTIN-8, UPC, EAN or GTIN-14. */
    barcode: { type: 'string', pattern: /^\d{8}(\d{4,6})?$/, optional: true },
    /** In grams. */
    weight: { type: 'number', integer: true, min: 0, max: 10_000_000 },
    /** The id of one of the product's images. */
    image: { type: 'string', max: 64, optional: true },
  },
});

/** All product fields that staff sets. */
export const productFields = {
  slug: slugRule,
  title: text(200),
  /** Markdown. */
  description: { type: 'string', max: 20_000 },
  brand: text(80),
  /** The slug of a category. */
  category: { type: 'string', min: 1, max: 64 },
  attributes: labels,
  taxClass: { type: 'string', pattern: /^[a-z0-9-]{1,32}$/ },
  /** False for digital goods and services. */
  requiresShipping: 'boolean',
  status: named('EditableProductStatus', { type: 'enum', values: ['draft', 'active'] }),
  variants: { type: 'array', items: variant, min: 1, max: 200 },
  popularity: { type: 'number', integer: true, min: 0, max: 1000 },
} as const;

/** The fields of a new product, required and optional. */
export const productInput = {
  slug: productFields.slug,
  title: productFields.title,
  description: optional(productFields.description),
  brand: productFields.brand,
  category: productFields.category,
  attributes: optional(productFields.attributes),
  taxClass: optional(productFields.taxClass),
  requiresShipping: 'boolean|optional',
  status: optional(productFields.status),
  variants: productFields.variants,
  popularity: optional(productFields.popularity),
} as const;

/** A partial change; missing fields stay. */
export const productPatch = {
  slug: optional(productFields.slug),
  title: optional(productFields.title),
  description: optional(productFields.description),
  brand: optional(productFields.brand),
  category: optional(productFields.category),
  attributes: optional(productFields.attributes),
  taxClass: optional(productFields.taxClass),
  requiresShipping: 'boolean|optional',
  status: optional(productFields.status),
  variants: optional(productFields.variants),
  popularity: optional(productFields.popularity),
} as const;
