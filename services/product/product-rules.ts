import { moneyRule } from '../../lib/money.ts';

/** Contract rules of what a product is made of. */

const labels = { type: 'record', key: 'string', value: 'string' } as const;
export const availability = { type: 'enum', values: ['in_stock', 'low_stock', 'out_of_stock'] } as const;

const variant = {
  type: 'object',
  props: {
    sku: 'string',
    title: 'string',
    options: labels,
    price: moneyRule,
    availability,
    available: 'number',
  },
} as const;

/** A product as shoppers see it. */
export const productView = {
  type: 'object',
  props: {
    id: 'string',
    slug: 'string',
    title: 'string',
    description: 'string',
    brand: 'string',
    category: 'string',
    attributes: labels,
    price: moneyRule,
    variants: { type: 'array', items: variant },
    createdAt: 'string',
  },
} as const;
