import type { Remembering } from '../../../mixins/store/once.ts';
import type { Money } from '../../shared/money.ts';
import type { Image } from '../media/image.ts';

/** What a variant costs in one price list, in minor units of the list's currency. `compareAt`: what it cost before. */
export interface Price {
  amount: number;
  compareAt?: number;
}

/** One thing that can be bought: a product in one size and colour. */
export interface Variant {
  sku: string;
  title: string;
  options: Record<string, string>;
  /** By currency (ISO 4217): the price list of that currency. Where it has none, it is not sold. */
  prices: Record<string, Price>;
  /** GTIN, EAN or UPC. */
  barcode?: string;
  /** In grams. */
  weight: number;
  /** The id of one of the product's images. */
  image?: string;
}

export const STATUSES = ['draft', 'active', 'archived'] as const;

/** `back`: of the reviews that have lately begun or ceased to count in `rating`. */
export interface Product extends Remembering {
  _id: string;
  rev: number;
  /** Counts the changes that staff made, from 1 on: what an If-Match names. */
  version: number;
  slug: string;
  title: string;
  /** Markdown. */
  description: string;
  brand: string;
  /** The category's slug; its ancestors are the tree's to know. */
  category: string;
  attributes: Record<string, string>;
  images: Image[];
  /** How it is taxed; `standard` unless it is said. See docs/pricing.md. */
  taxClass: string;
  /** Drafts have not been sold yet, what is archived is sold no longer. */
  status: (typeof STATUSES)[number];
  variants: Variant[];
  /** Prices to come, the next first. */
  scheduled: PriceChange[];
  /** When the first of them is due; null: there is none. */
  nextPriceAt: Date | null;
  /** Of the reviews that are shown: how many, and the sum of their stars. */
  rating: { count: number; sum: number };
  /** 0 to 1000. */
  popularity: number;
  createdAt: Date;
  updatedAt: Date;
}

/** A price that a variant will have from some moment on. */
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
  scheduled: [],
  nextPriceAt: null,
  rating: { count: 0, sum: 0 },
} satisfies Partial<Product>;

/** The variants that are sold in a currency. */
export const soldIn = ({ variants }: Pick<Product, 'variants'>, currency: string): Variant[] =>
  variants.filter(({ prices }) => Object.hasOwn(prices, currency));

/** What the cheapest variant costs in a currency, in minor units; undefined where the product is not sold in it. */
export function lowestPrice(product: Pick<Product, 'variants'>, currency: string): number | undefined {
  const amounts = soldIn(product, currency).map(({ prices }) => prices[currency]?.amount ?? Number.POSITIVE_INFINITY);
  return amounts.length > 0 ? Math.min(...amounts) : undefined;
}

/** A price list's price as `Money`. */
export const moneyOf = (amount: number, currency: string): Money => ({ amount, currency });
