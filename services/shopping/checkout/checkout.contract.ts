import { contract } from '../../../lib/contract/contract.ts';
import { named } from '../../../lib/contract/named.ts';
import { postalAddressInput, warnings } from '../../customer/account/customer.rules.ts';
import { anyId } from '../../shared/ids.ts';
import { moneyRule } from '../../shared/money.ts';
import { lineStockFields } from '../cart/cart.contract.ts';
import { billing, couponCodes, destination, shippingMethod } from '../order/order.contract.ts';
import { orderLine, pricedFields } from '../order/order.rules.ts';
import { REFINEMENTS } from './destination.ts';

export const checkout = contract(
  'checkout',
  {
    quote: {
      summary: 'Calculate the exact totals of the cart for an address, or for a country before an address is known',
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
        ...destination,
        ...billing,
        shippingMethod,
        couponCodes,
      },
      returns: named('Quote', {
        type: 'object',
        props: {
          ...pricedFields,
          items: {
            type: 'array',
            items: named('QuoteLine', { type: 'object', props: { ...orderLine.props, ...lineStockFields } }),
          },
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
          /** The parts of the destination that are not known yet, and can still change the taxes or the shipping. */
          refinedBy: {
            type: 'array',
            items: named('DestinationPart', { type: 'enum', values: REFINEMENTS }),
            optional: true,
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
