import type { Params, Result, Rpc } from '../../../lib/contract/contract.ts';
import type { FieldError } from '../../../lib/contract/errors.ts';
import type { Money } from '../../shared/money.ts';
import { addressWarnings, checkAddress, type PostalAddress } from '../../shared/postal-address.ts';
import { errors } from '../../shared/problems.ts';
import { orderableLines } from '../order/order.ts';
import type { AmountLimits } from '../payment/payment-provider.ts';
import { checkDestination } from './destination.ts';
import { type Priced, type PricingInput, priceLines } from './pricing/price.ts';
import { type PriceBook, type PricingRules, rulesFor } from './pricing/rules.ts';
import { withoutTax } from './pricing/without-tax.ts';
import type { Destination } from './pricing/zone.ts';
import { isReverseCharged } from './reverse-charge.ts';

type Terms = Result<'coupon.terms'>;

/** What a shopper chooses for a quote or an order: the addresses or a country, the shipping method and the coupons. */
export type CheckoutRequest = Pick<
  Params<'order.place'>,
  | 'addressId'
  | 'address'
  | 'country'
  | 'region'
  | 'postcode'
  | 'billingAddressId'
  | 'billingAddress'
  | 'shippingMethod'
  | 'couponCodes'
>;

/** The part of a shop's configuration that decides about a checkout. */
export interface CheckoutTerms {
  book: PriceBook;
  /** The amounts that the payment provider charges in a currency. */
  limits: (currency: string) => AmountLimits;
  /** Refuses a total, or a country, that the chosen payment method cannot be used for. @throws payment-method-unavailable */
  refuseMethod?: (total: Money, country: string) => void;
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
  /** Undefined: only its country is known, perhaps with region and postcode. */
  address: PostalAddress | undefined;
  destination: Destination;
  /** Of the invoice, if it is another one. */
  billingAddress?: PostalAddress | undefined;
  /** The buyer owes the tax: the prices are without it. */
  isReverseCharge: boolean;
  rules: PricingRules;
  /** The pieces of each SKU that nothing is reserved for. */
  available: ReadonlyMap<string, number>;
  /** Possible mistakes in the addresses. */
  warnings: FieldError[];
}

/**
 * Prices a cart at current prices, in its currency.
 * @throws invalid-request, not-found for the address, empty-cart, cart-not-orderable, coupon-refused, no-shipping,
 * total-not-payable
 */
export async function priceBasket(
  { items, currency }: Pick<Result<'cart.own'>, 'items' | 'currency'>,
  request: CheckoutRequest,
  customerId: string | undefined,
  { book, limits, refuseMethod, sellerVatId }: CheckoutTerms,
  rpc: Rpc,
): Promise<PricedBasket> {
  refuseSeveralPlaces(request);
  if (items.length === 0) throw errors.emptyCart();
  const { shippingMethod, couponCodes = [] } = request;
  const rules = rulesFor(book, currency);
  const [offers, place, billing, coupons] = await Promise.all([
    rpc.call('product.offers', { skus: items.map(({ sku }) => sku), currency }),
    placeOf(request, rpc),
    billingOf(request, rpc),
    couponCodes.length > 0
      ? rpc.call('coupon.terms', { codes: couponCodes, ...(customerId ? { customerId } : {}) })
      : ([] as Terms),
  ]);
  const lines = orderableLines(items, offers);
  const { address, destination } = place;
  const { country, region, postcode } = destination;
  const buyerVatId = (billing.billingAddress ?? address)?.vatId;
  const isReverseCharge = isReverseCharged({ sellerVatId, country, buyerVatId });
  const input: PricingInput = {
    lines,
    ...{ country, region, postcode },
    ...(shippingMethod ? { shippingMethod } : {}),
    coupons,
    rules,
    currency,
  };
  const chargedInput = isReverseCharge ? withoutTax(input) : input;
  const priced = priceLines(chargedInput);
  refuseUnpayable(priced.totals.total, payableRange(limits, currency));
  refuseMethod?.(priced.totals.total, destination.country);
  const available = new Map(offers.map((offer) => [offer.sku, offer.available]));
  const warnings = [...place.warnings, ...billing.warnings];
  const { billingAddress } = billing;
  return {
    priced,
    address,
    destination,
    billingAddress,
    isReverseCharge,
    rules: chargedInput.rules,
    available,
    warnings,
  };
}

/** @throws invalid-request without exactly one of an address, its id and a country, or with two billing addresses */
function refuseSeveralPlaces(request: CheckoutRequest): void {
  const { addressId, address, country, region, postcode, billingAddressId, billingAddress } = request;
  if ([addressId, address, country].filter((place) => place !== undefined).length !== 1) {
    throw errors.invalidField('/addressId', 'Send one of addressId, address and country.');
  }
  if (country === undefined && (region !== undefined || postcode !== undefined)) {
    throw errors.invalidField('/country', 'A region or a postcode is sent with its country.');
  }
  if (billingAddressId !== undefined && billingAddress !== undefined) {
    throw errors.invalidField('/billingAddressId', 'Send either billingAddressId or billingAddress.');
  }
}

/** The place that a request names. @throws invalid-request, not-found */
async function placeOf(
  { addressId, address: input, country, region, postcode }: CheckoutRequest,
  rpc: Rpc,
): Promise<Pick<PricedBasket, 'address' | 'destination' | 'warnings'>> {
  if (country !== undefined) {
    return { address: undefined, destination: checkDestination({ country, region, postcode }), warnings: [] };
  }
  const address = input ? checkAddress(input, '/address') : await addressOf(addressId as string, rpc);
  const warnings = addressWarnings(address, (field) => (input ? `/address/${field}` : '/addressId'));
  return { address, destination: address, warnings };
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

/** The address of the invoice, if it is another one. @throws invalid-request, not-found */
async function billingOf(
  { billingAddressId: id, billingAddress: input }: CheckoutRequest,
  rpc: Rpc,
): Promise<Pick<PricedBasket, 'billingAddress' | 'warnings'>> {
  if (!input) return { ...(id !== undefined && { billingAddress: await addressOf(id, rpc) }), warnings: [] };
  const billingAddress = checkAddress(input, '/billingAddress');
  return { billingAddress, warnings: addressWarnings(billingAddress, (field) => `/billingAddress/${field}`) };
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
