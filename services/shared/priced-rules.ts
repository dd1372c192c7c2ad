import { named } from '../../lib/contract/named.ts';
import { moneyRule } from './money.ts';

/** Contract rules of the parts of `Priced` (price.ts). */

/** The place that taxes and shipping depend on, where no address is known. */
export const destinationRule = named('Destination', {
  type: 'object',
  props: { country: 'string', region: 'string|optional', postcode: 'string|optional' },
});

/** `rate` in basis points: 1900 is 19 %. */
export const taxRule = named('Tax', { type: 'object', props: { rate: 'number', amount: moneyRule } });

export const taxesRule = {
  type: 'array',
  items: named('TaxTotal', { type: 'object', props: { rate: 'number', base: moneyRule, amount: moneyRule } }),
} as const;

/** The method `none`: nothing is shipped. */
export const shippingRule = named('Shipping', {
  type: 'object',
  props: {
    method: 'string',
    title: 'string',
    price: moneyRule,
    discount: moneyRule,
    tax: taxRule,
    /** Its parts by rate, if it has several: then `tax` has their highest rate and their sum. */
    taxes: { ...taxesRule, optional: true },
    total: moneyRule,
  },
});

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
