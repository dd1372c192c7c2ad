import type { Money } from '../../../shared/money.ts';
import { errors } from '../../../shared/problems.ts';
import type { Zone } from './zone.ts';

/** How shipping is taxed: as the tax class `standard`, at the highest rate of the shipped goods, or split like them. */
export const SHIPPING_TAXES = ['standard', 'highest', 'proportional'] as const;
/** Where tax is rounded: on each line, or once on the sum of each rate. */
export const TAX_ROUNDINGS = ['line', 'rate'] as const;

/**
 * The rules by which the shop prices in one currency: taxes and shipping fees. Amounts are minor units of that
 * currency, rates are basis points (1900 is 19 %), weights are grams.
 */
export interface PricingRules {
  /** Whether prices, of goods and of shipping, contain the tax. */
  taxIncluded: boolean;
  /** Default: `standard`. */
  shippingTax?: (typeof SHIPPING_TAXES)[number] | undefined;
  /** Default: `line`. */
  taxRounding?: (typeof TAX_ROUNDINGS)[number] | undefined;
  /** The most specific zone wins, and within a zone the tax class before `*`. */
  tax: TaxRule[];
  /** The default is the first one that ships to the destination. */
  shipping: ShippingRule[];
}

export interface TaxRule extends Zone {
  /** A tax class of products, such as `standard`, or `*`. */
  taxClass: string;
  rate: number;
}

/** Rules of the same id are one shipping method: the rule with the most specific zone of a destination has its price. */
export interface ShippingRule {
  id: string;
  title: string;
  /** The countries that it ships to, beside its zones. Default, without zones: all. */
  countries?: string[] | undefined;
  /** The parts of countries that it ships to. */
  zones?: Zone[] | undefined;
  /** The zones that it does not ship to. */
  except?: Zone[] | undefined;
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
