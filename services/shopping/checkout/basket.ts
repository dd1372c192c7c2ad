import type { Params, Result, Rpc } from '../../../lib/contract/contract.ts';
import type { FieldError } from '../../../lib/contract/errors.ts';
import type { Money } from '../../shared/money.ts';
import { addressWarnings, checkAddress, type PostalAddress } from '../../shared/postal-address.ts';
import { errors } from '../../shared/problems.ts';
import { orderableLines } from '../order/order.ts';
import type { AmountLimits } from '../payment/payment-provider.ts';
import { type Priced, priceLines } from './pricing/price.ts';
import { type PriceBook, type PricingRules, rulesFor } from './pricing/rules.ts';

type Terms = Result<'coupon.terms'>;

/** What a shopper chooses for a quote or an order: the address, the shipping method and the coupons. */
export type CheckoutRequest = Pick<Params<'order.place'>, 'addressId' | 'address' | 'shippingMethod' | 'couponCodes'>;

/** The part of a shop's configuration that decides about a checkout. */
export interface CheckoutTerms {
  book: PriceBook;
  /** The amounts that the payment provider charges in a currency. */
  limits: (currency: string) => AmountLimits;
  /** Refuses a total, or a country, that the chosen payment method cannot be used for. @throws payment-method-unavailable */
  refuseMethod?: (total: Money, country: string) => void;
}

export interface PayableRange {
  least: Money;
  largest: Money;
}

/** A cart with its prices, the address that it goes to, and the rules that it was priced by. */
export interface PricedBasket {
  priced: Priced;
  address: PostalAddress;
  rules: PricingRules;
  /** Possible mistakes in the address. */
  warnings: FieldError[];
}

/**
 * Prices a cart at current prices, in its currency.
 * @throws invalid-request, not-found for the address, empty-cart, cart-not-orderable, coupon-refused, no-shipping,
 * total-not-payable
 */
export async function priceBasket(
  { items, currency }: Result<'cart.own'>,
  { addressId, address, shippingMethod, couponCodes = [] }: CheckoutRequest,
  customerId: string | undefined,
  { book, limits, refuseMethod }: CheckoutTerms,
  rpc: Rpc,
): Promise<PricedBasket> {
  if ((addressId === undefined) === (address === undefined)) {
    throw errors.invalidRequest([{ pointer: '/addressId', detail: 'Send either addressId or address.' }]);
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
  const lines = orderableLines(items, offers);
  const { country } = to;
  const priced = priceLines({
    lines,
    country,
    ...(shippingMethod ? { shippingMethod } : {}),
    coupons,
    rules,
    currency,
  });
  const warnings = addressWarnings(to, address ? '/address/postcode' : '/addressId');
  refuseUnpayable(priced.totals.total, payableRange(limits, currency));
  refuseMethod?.(priced.totals.total, country);
  return { priced, address: to, rules, warnings };
}

/** The lowest and the highest total that can be charged in a currency. */
export function payableRange(limits: CheckoutTerms['limits'], currency: string): PayableRange {
  const { least, largest } = limits(currency);
  return { least: { amount: least, currency }, largest: { amount: largest, currency } };
}

/** A total of zero is not charged. @throws total-not-payable */
function refuseUnpayable(total: Money, range: PayableRange): void {
  if (total.amount === 0 || (total.amount >= range.least.amount && total.amount <= range.largest.amount)) return;
  throw errors.totalNotPayable(total, range);
}

async function addressOf(id: string, rpc: Rpc): Promise<PostalAddress> {
  const { id: _, isDefault: _d, warnings: _w, ...address } = await rpc.call('customer.address', { id });
  return address;
}
