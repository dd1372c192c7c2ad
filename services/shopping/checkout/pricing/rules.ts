import type { Money } from '../../../shared/money.ts';
import { errors } from '../../../shared/problems.ts';

/**
 * The rules by which the shop prices in one currency: taxes and shipping fees. Amounts are minor units of that
 * currency, rates are basis points (1900 is 19 %), weights are grams.
 */
export interface PricingRules {
  /** Whether prices, of goods and of shipping, contain the tax. */
  taxIncluded: boolean;
  /** The most specific rule wins: country and tax class, then country, then tax class, then `*` and `*`. */
  tax: TaxRule[];
  /** The default is the first one that ships to the country. */
  shipping: ShippingRule[];
}

export interface TaxRule {
  /** ISO 3166-1 alpha-2, or `*`. */
  country: string;
  /** A tax class of products, such as `standard`, or `*`. */
  taxClass: string;
  rate: number;
}

export interface ShippingRule {
  id: string;
  title: string;
  /** The countries that it ships to. Default: all. */
  countries?: string[] | undefined;
  /** The measure of the bands: the goods' total after discounts, or their weight. */
  by: 'total' | 'weight';
  /**
   * Ascending. The first band whose `upTo` is not exceeded has the price. A parcel above all bands is not shipped this
   * way.
   */
  bands: { upTo: number | null; price: number }[];
  /** From this total of the goods after discounts on, it is free. */
  freeFrom?: number | undefined;
}

/** The rules of every currency that the shop sells in, by its ISO 4217 code. */
export type PriceBook = ReadonlyMap<string, PricingRules>;

/** The rules in a currency. @throws unknown-currency */
export function rulesFor(book: PriceBook, currency: string): PricingRules {
  const rules = book.get(currency);
  if (!rules) throw errors.unknownCurrency(currency, [...book.keys()]);
  return rules;
}

/**
 * The terms of a coupon. `percent` in basis points. A coupon with an amount or a minimum is for orders in its currency.
 */
export type CouponTerms = { code: string; minimum?: Money | undefined } & (
  | { kind: 'percentage'; percent: number }
  | { kind: 'fixed'; amount: Money }
  | { kind: 'free-shipping' }
);
