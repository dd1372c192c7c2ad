import type { Infer } from '../../../lib/contract/infer.ts';
import { optional } from '../../../lib/contract/optional.ts';
import { priceRule, productFields, skuRule, slugRule } from '../product/product-input.ts';

/**
 * Contract rules of a row: a merge patch of one product (RFC 7396). Absent fields stay, null removes, and variants are
 * identified by SKU. Only a new product needs all required fields of `productInput`.
 */

const nullable = <const R extends object>(rule: R) => ({ ...rule, nullable: true, optional: true }) as const;
const labels = { type: 'record', key: 'string', value: { type: 'string', nullable: true } } as const;
const { amount, compareAt } = priceRule.props;
const { title, weight, barcode, image } = productFields.variants.items.props;

const variant = {
  type: 'object',
  props: {
    sku: skuRule,
    title: optional(title),
    options: optional(labels),
    /** By currency; null: no longer sold in it. */
    prices: optional({
      type: 'record',
      key: 'string',
      value: {
        type: 'object',
        nullable: true,
        props: { amount: optional(amount), compareAt: nullable(compareAt) },
      },
    }),
    barcode: nullable(barcode),
    weight: optional(weight),
    image: nullable(image),
  },
} as const;

export const importInput = {
  /** Without it, the product is identified by the SKU of the row's only variant. */
  slug: optional(slugRule),
  title: optional(productFields.title),
  description: optional(productFields.description),
  brand: optional(productFields.brand),
  category: optional(productFields.category),
  attributes: optional(labels),
  taxClass: optional(productFields.taxClass),
  requiresShipping: 'boolean|optional',
  status: optional(productFields.status),
  variants: optional({ type: 'array', items: variant, min: 1, max: productFields.variants.max }),
  popularity: optional(productFields.popularity),
} as const;

export type RowInput = Infer<typeof importInput>;
export type VariantInput = Infer<typeof variant.props>;

export const MAX_PRODUCT_VARIANTS = productFields.variants.max;
