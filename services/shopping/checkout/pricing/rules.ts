import type { Money } from '../../../shared/money.ts';
import { errors } from '../../../shared/problems.ts';

/**
 * How the shop prices in one currency: what tax applies where, and what shipping costs. Amounts are minor units of that
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
  /** Of products, such as `standard`, or `*`. */
  taxClass: string;
  rate: number;
}

export interface ShippingRule {
  id: string;
  title: string;
  /** Where it goes; everywhere when left out. */
  countries?: string[] | undefined;
  /** What the bands are measured by: the goods' total after discounts, or their weight. */
  by: 'total' | 'weight';
  /** Ascending; the first whose `upTo` is not exceeded has the price. What exceeds all of them is not shipped so. */
  bands: { upTo: number | null; price: number }[];
  /** From this total of goods on, after discounts, it costs nothing. */
  freeFrom?: number | undefined;
}

/** The rules of every currency that the shop sells in, by its ISO 4217 code. */
export type PriceBook = ReadonlyMap<string, PricingRules>;

/** @throws unknown-currency */
export function rulesFor(book: PriceBook, currency: string): PricingRules {
  const rules = book.get(currency);
  if (!rules) throw errors.unknownCurrency(currency, [...book.keys()]);
  return rules;
}

/** What a coupon takes off. `percent` in basis points. An amount or a minimum makes it one of its currency alone. */
export type CouponTerms = { code: string; minimum?: Money | undefined } & (
  | { kind: 'percentage'; percent: number }
  | { kind: 'fixed'; amount: Money }
  | { kind: 'free-shipping' }
);
