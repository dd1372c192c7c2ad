import type { Params, Result, Rpc } from '../../lib/contract.ts';
import { errors, type FieldError } from '../../lib/errors.ts';
import { addressWarnings, checkAddress, type PostalAddress } from '../customer/postal-address.ts';
import { orderable } from './order.ts';
import { type Priced, price } from './pricing/price.ts';
import { type PriceBook, type PricingRules, rulesFor } from './pricing/rules.ts';

type Terms = Result<'coupon.terms'>;

/** What a quote and an order are asked for with. */
export type Wishes = Pick<Params<'order.place'>, 'addressId' | 'address' | 'shippingMethod' | 'couponCodes'>;

/** A priced cart, where it goes, and the rules that it was priced by. */
export interface Basket {
  priced: Priced;
  address: PostalAddress;
  rules: PricingRules;
  /** What may be a mistake in what it was asked for with. */
  warnings: FieldError[];
}

/**
 * Prices what is in a cart as it would be sold now, in the cart's currency.
 * @throws invalid-request, not-found for the address, empty-cart, cart-not-orderable, coupon-refused, no-shipping
 */
export async function priceBasket(
  { items, currency }: Result<'cart.own'>,
  { addressId, address, shippingMethod, couponCodes = [] }: Wishes,
  customerId: string | undefined,
  book: PriceBook,
  rpc: Rpc,
): Promise<Basket> {
  if ((addressId === undefined) === (address === undefined)) {
    throw errors.invalidRequest([{ pointer: '/addressId', detail: 'Give either addressId or address.' }]);
  }
  if (items.length === 0) throw errors.emptyCart();
  const rules = rulesFor(book, currency);
  const [offers, to, coupons] = await Promise.all([
    rpc.call('product.offers', { skus: items.map(({ sku }) => sku), currency }),
    address ? checkAddress(address, '/address') : addressOf(addressId as string, rpc),
    couponCodes.length > 0
      ? rpc.call('coupon.terms', { codes: couponCodes, ...(customerId ? { customerId } : {}) })
      : ([] as Terms),
  ]);
  const lines = orderable(items, offers);
  const { country } = to;
  const priced = price({ lines, country, ...(shippingMethod ? { shippingMethod } : {}), coupons, rules, currency });
  const warnings = addressWarnings(to, address ? '/address/postcode' : '/addressId');
  return { priced, address: to, rules, warnings };
}

async function addressOf(id: string, rpc: Rpc): Promise<PostalAddress> {
  const { id: _, isDefault: _d, warnings: _w, ...address } = await rpc.call('customer.address', { id });
  return address;
}
