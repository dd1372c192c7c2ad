/**
 * How the shop prices: what tax applies where, and what shipping costs. Amounts are minor units of the shop's currency,
 * rates are basis points (1900 is 19 %), weights are grams.
 */
export interface PricingRules {
  /** Whether prices, of goods and of shipping, contain the tax. */
  taxIncluded: boolean;
  /** The most specific rule wins: country and category, then country, then category, then `*` and `*`. */
  tax: TaxRule[];
  /** The first one that goes to a country is what is used when nobody chooses. */
  shipping: ShippingRule[];
}

export interface TaxRule {
  /** ISO 3166-1 alpha-2, or `*`. */
  country: string;
  /** A category's slug, or `*`. */
  category: string;
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

/** What a coupon takes off. `percent` in basis points. */
export type CouponTerms = { code: string; minimum?: number | undefined } & (
  | { kind: 'percentage'; percent: number }
  | { kind: 'fixed'; amount: number }
  | { kind: 'free-shipping' }
);
