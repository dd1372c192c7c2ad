import type { Params, Result, Rpc } from '../../../lib/contract/contract.ts';
import type { FieldError } from '../../../lib/contract/errors.ts';
import type { Money } from '../../shared/money.ts';
import { addressWarnings, checkAddress, type PostalAddress } from '../../shared/postal-address.ts';
import { errors } from '../../shared/problems.ts';
import { orderableLines } from '../order/order.ts';
import type { AmountLimits } from '../payment/payment-provider.ts';
import { type Priced, type PricingInput, priceLines } from './pricing/price.ts';
import { type PriceBook, type PricingRules, rulesFor } from './pricing/rules.ts';
import { withoutTax } from './pricing/without-tax.ts';
import { isReverseCharged } from './reverse-charge.ts';

type Terms = Result<'coupon.terms'>;

/** What a shopper chooses for a quote or an order: the addresses, the shipping method and the coupons. */
export type CheckoutRequest = Pick<
  Params<'order.place'>,
  'addressId' | 'address' | 'billingAddressId' | 'billingAddress' | 'shippingMethod' | 'couponCodes'
>;

/** The part of a shop's configuration that decides about a checkout. */
export interface CheckoutTerms {
  book: PriceBook;
  /** The amounts that the payment provider charges in a currency. */
  limits: (currency: string) => AmountLimits;
  /** The shop's own, without which there is no reverse charge. */
  sellerVatId?: string | undefined;
}

export interface PayableRange {
  least: Money;
  largest: Money;
}

/** A cart with its prices, the address that it goes to, and the rules that it was priced by. */
export interface PricedBasket {
  priced: Priced;
  address: PostalAddress;
  /** Of the invoice, if it is another one. */
  billingAddress?: PostalAddress | undefined;
  /** The buyer owes the tax: the prices are without it. */
  isReverseCharge: boolean;
  rules: PricingRules;
  /** Possible mistakes in the addresses. */
  warnings: FieldError[];
}

/**
 * Prices a cart at current prices, in its currency.
 * @throws invalid-request, not-found for the address, empty-cart, cart-not-orderable, coupon-refused, no-shipping,
 * total-not-payable
 */
export async function priceBasket(
  { items, currency }: Result<'cart.own'>,
  request: CheckoutRequest,
  customerId: string | undefined,
  { book, limits, sellerVatId }: CheckoutTerms,
  rpc: Rpc,
): Promise<PricedBasket> {
  const { addressId, address, shippingMethod, couponCodes = [] } = request;
  if ((addressId === undefined) === (address === undefined)) {
    throw errors.invalidRequest([{ pointer: '/addressId', detail: 'Send either addressId or address.' }]);
  }
  if (items.length === 0) throw errors.emptyCart();
  const rules = rulesFor(book, currency);
  const [offers, to, billingAddress, coupons] = await Promise.all([
    rpc.call('product.offers', { skus: items.map(({ sku }) => sku), currency }),
    address ? checkAddress(address, '/address') : addressOf(addressId as string, rpc),
    billingAddressOf(request, rpc),
    couponCodes.length > 0
      ? rpc.call('coupon.terms', { codes: couponCodes, ...(customerId ? { customerId } : {}) })
      : ([] as Terms),
  ]);
  const lines = orderableLines(items, offers);
  const { country } = to;
  const isReverseCharge = isReverseCharged({ sellerVatId, country, buyerVatId: (billingAddress ?? to).vatId });
  const input: PricingInput = {
    lines,
    country,
    ...(shippingMethod ? { shippingMethod } : {}),
    coupons,
    rules,
    currency,
  };
  const chargedInput = isReverseCharge ? withoutTax(input) : input;
  const priced = priceLines(chargedInput);
  const warnings = [
    ...addressWarnings(to, (field) => (address ? `/address/${field}` : '/addressId')),
    ...(request.billingAddress ? addressWarnings(request.billingAddress, (field) => `/billingAddress/${field}`) : []),
  ];
  refuseUnpayable(priced.totals.total, payableRange(limits, currency));
  return { priced, address: to, billingAddress, isReverseCharge, rules: chargedInput.rules, warnings };
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

/** @throws invalid-request, not-found */
async function billingAddressOf(
  { billingAddressId: id, billingAddress }: CheckoutRequest,
  rpc: Rpc,
): Promise<PostalAddress | undefined> {
  if (id !== undefined && billingAddress !== undefined) {
    const detail = 'Send either billingAddressId or billingAddress.';
    throw errors.invalidRequest([{ pointer: '/billingAddressId', detail }]);
  }
  if (billingAddress) return checkAddress(billingAddress, '/billingAddress');
  return id === undefined ? undefined : addressOf(id, rpc);
}

async function addressOf(id: string, rpc: Rpc): Promise<PostalAddress> {
  const {
    id: _,
    isDefault: _d,
    isDefaultBilling: _b,
    warnings: _w,
    ...address
  } = await rpc.call('customer.address', { id });
  return address;
}
