import { contract } from '../../../lib/contract/contract.ts';
import { named } from '../../../lib/contract/named.ts';
import { postalAddressInput, warnings } from '../../customer/account/customer.rules.ts';
import { anyId } from '../../shared/ids.ts';
import { moneyRule } from '../../shared/money.ts';
import { billing, couponCodes, shippingMethod } from '../order/order.contract.ts';
import { pricedFields } from '../order/order.rules.ts';

export const checkout = contract(
  'checkout',
  {
    quote: {
      summary: 'Calculate the exact totals of the cart for an address and a shipping method',
      visibility: 'published',
      // Guests see the total before they open an account.
      auth: 'public',
      personal: true,
      cartToken: true,
      idempotent: true,
      rest: 'POST /v1/checkout/quote',
      params: {
        addressId: { ...anyId, optional: true },
        address: { ...postalAddressInput, optional: true },
        ...billing,
        shippingMethod,
        couponCodes,
      },
      returns: named('Quote', {
        type: 'object',
        props: {
          ...pricedFields,
          /** The lowest and the highest total that can be charged. A total of zero is free. */
          payable: named('PayableRange', { type: 'object', props: { least: moneyRule, largest: moneyRule } }),
          /** The shipping methods to this address, with the quoted one. */
          shippingMethods: {
            type: 'array',
            items: named('ShippingMethod', {
              type: 'object',
              props: { method: 'string', title: 'string', price: moneyRule },
            }),
          },
          /** Possible mistakes in the addresses, such as an unusual postcode. */
          warnings,
        },
      }),
      problems: ['empty-cart', 'cart-not-orderable', 'coupon-refused', 'no-shipping', 'total-not-payable', 'not-found'],
    },
  },
  {},
);
