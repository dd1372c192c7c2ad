import { named } from '../../lib/contract/named.ts';
import { moneyRule } from './money.ts';

/** Contract rules of the parts of `Priced` (price.ts). */

/** `rate` in basis points: 1900 is 19 %. */
export const taxRule = named('Tax', { type: 'object', props: { rate: 'number', amount: moneyRule } });

export const shippingRule = named('Shipping', {
  type: 'object',
  props: {
    method: 'string',
    title: 'string',
    price: moneyRule,
    discount: moneyRule,
    tax: taxRule,
    total: moneyRule,
  },
});

export const taxesRule = {
  type: 'array',
  items: named('TaxTotal', { type: 'object', props: { rate: 'number', base: moneyRule, amount: moneyRule } }),
} as const;

export const totalsRule = named('Totals', {
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
});
