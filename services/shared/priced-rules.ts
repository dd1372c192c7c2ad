import { moneyRule } from './money.ts';

/** Contract rules of `Priced` (price.ts), for all who show or keep it. */

/** `rate` in basis points: 1900 is 19 %. */
export const taxRule = { type: 'object', props: { rate: 'number', amount: moneyRule } } as const;

export const shippingRule = {
  type: 'object',
  props: {
    method: 'string',
    title: 'string',
    price: moneyRule,
    discount: moneyRule,
    tax: taxRule,
    total: moneyRule,
  },
} as const;

export const taxesRule = {
  type: 'array',
  items: { type: 'object', props: { rate: 'number', base: moneyRule, amount: moneyRule } },
} as const;

export const totalsRule = {
  type: 'object',
  props: {
    quantity: 'number',
    subtotal: moneyRule,
    discount: moneyRule,
    shipping: moneyRule,
    tax: moneyRule,
    total: moneyRule,
    taxIncluded: 'boolean',
  },
} as const;
