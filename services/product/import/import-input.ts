import type { Infer } from '../../../lib/contract/infer.ts';
import { optional } from '../../../lib/contract/optional.ts';
import { priceRule, productFields, skuRule, slugRule } from '../product/product-input.ts';

/**
 * What a row of a file says of one product: a merge patch (RFC 7396). What is absent is left alone, null takes away, and
 * variants are known by their SKU. Only a new product has to say all that `productInput` needs.
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
    /** By currency; null: not sold in it any more. */
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
  /** Left out: the product is known by the SKU of its one variant. */
  slug: optional(slugRule),
  title: optional(productFields.title),
  description: optional(productFields.description),
  brand: optional(productFields.brand),
  category: optional(productFields.category),
  attributes: optional(labels),
  taxClass: optional(productFields.taxClass),
  status: optional(productFields.status),
  variants: optional({ type: 'array', items: variant, min: 1, max: productFields.variants.max }),
  popularity: optional(productFields.popularity),
} as const;

/** What a row says of a product. */
export type Input = Infer<typeof importInput>;
export type VariantInput = Infer<typeof variant.props>;

export const MAX_VARIANTS = productFields.variants.max;
