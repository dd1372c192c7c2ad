import type { IdempotencyLog } from '../../../mixins/store/idempotency-log.ts';
import type { Money } from '../../shared/money.ts';
import type { Image } from '../media/image.ts';

/** A price in minor units of its price list's currency. `compareAt` is the price before a reduction. */
export interface Price {
  amount: number;
  compareAt?: number;
}

/** The unit of sale, such as a product in one size and colour. */
export interface Variant {
  sku: string;
  title: string;
  options: Record<string, string>;
  /** By currency (ISO 4217). Without a price in a currency, the variant is not sold in it. */
  prices: Record<string, Price>;
  /** GTIN, EAN or UPC. */
  barcode?: string;
  /** In grams. */
  weight: number;
  /** The id of one of the product's images. */
  image?: string;
}

export const PRODUCT_STATUSES = ['draft', 'active', 'archived'] as const;

/** `back` has the keys of reviews that were recently counted into `rating`, or out of it. */
export interface Product extends IdempotencyLog {
  _id: string;
  rev: number;
  /** Number of changes by staff, from 1; the value of If-Match. */
  version: number;
  slug: string;
  title: string;
  /** Markdown. */
  description: string;
  brand: string;
  /** Slug of the category; the category tree has its ancestors. */
  category: string;
  attributes: Record<string, string>;
  images: Image[];
  /** Tax class, by default `standard`. See docs/pricing.md. */
  taxClass: string;
  /** False: digital goods or a service. Absent on products from before there were any: `isShippedProduct`. */
  requiresShipping?: boolean;
  /** Only active products are sold: drafts not yet, archived products no longer. */
  status: (typeof PRODUCT_STATUSES)[number];
  variants: Variant[];
  /** Scheduled prices, earliest first. */
  scheduled: PriceChange[];
  /** Time of the first scheduled price; null without one. */
  nextPriceAt: Date | null;
  /** Number and sum of stars of the published reviews. */
  rating: { count: number; sum: number };
  /** Set by staff, 0 to 1000. */
  popularity: number;
  createdAt: Date;
  updatedAt: Date;
}

/** A scheduled price of a variant. */
export interface PriceChange {
  id: string;
  at: Date;
  sku: string;
  currency: string;
  price: Price;
}

/** Values of the fields that a request may leave out. */
export const PRODUCT_DEFAULTS = {
  version: 1,
  images: [],
  taxClass: 'standard',
  requiresShipping: true,
  scheduled: [],
  nextPriceAt: null,
  rating: { count: 0, sum: 0 },
} satisfies Partial<Product>;

/** Whether the goods are sent to an address. */
export const isShippedProduct = ({
  requiresShipping = PRODUCT_DEFAULTS.requiresShipping,
}: Pick<Product, 'requiresShipping'>): boolean => requiresShipping;

/** The variants that are sold in a currency. */
export const soldIn = ({ variants }: Pick<Product, 'variants'>, currency: string): Variant[] =>
  variants.filter(({ prices }) => Object.hasOwn(prices, currency));

/** Price of the cheapest variant in minor units; undefined if the product is not sold in the currency. */
export function lowestPrice(product: Pick<Product, 'variants'>, currency: string): number | undefined {
  const amounts = soldIn(product, currency).map(({ prices }) => prices[currency]?.amount ?? Number.POSITIVE_INFINITY);
  return amounts.length > 0 ? Math.min(...amounts) : undefined;
}

export const moneyOf = (amount: number, currency: string): Money => ({ amount, currency });
