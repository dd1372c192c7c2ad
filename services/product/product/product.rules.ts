import { currencyRule } from '../../../lib/contract/currency.ts';
import { named } from '../../../lib/contract/named.ts';
import { moneyRule } from '../../shared/money.ts';
import { AVAILABILITIES } from '../inventory/availability.ts';

/** Contract rules of what shoppers see of a product. */

export const labels = { type: 'record', key: 'string', value: 'string' } as const;
export const availability = named('Availability', { type: 'enum', values: AVAILABILITIES });

export const imageRule = named('Image', {
  type: 'object',
  props: {
    id: 'string',
    alt: 'string',
    width: 'number',
    height: 'number',
    sources: {
      type: 'array',
      items: named('ImageSource', { type: 'object', props: { width: 'number', url: 'string' } }),
    },
  },
});

const variant = named('Variant', {
  type: 'object',
  props: {
    sku: 'string',
    title: 'string',
    options: labels,
    price: moneyRule,
    /** What it cost before. */
    compareAtPrice: { ...moneyRule, optional: true },
    image: 'string|optional',
    availability,
  },
});

/** `average` is null without a review. */
export const ratingRule = named('Rating', {
  type: 'object',
  props: { count: 'number', average: { type: 'number', nullable: true } },
});

const card = {
  id: 'string',
  slug: 'string',
  title: 'string',
  brand: 'string',
  category: 'string',
  attributes: labels,
  /** Of the cheapest variant. */
  price: moneyRule,
  /** Of the dearest variant. */
  priceTo: moneyRule,
  /** What the cheapest variant cost before. */
  compareAtPrice: { ...moneyRule, optional: true },
  /** The first picture. */
  image: { ...imageRule, nullable: true },
  /** The values of each option, in the order of the variants. */
  options: { type: 'record', key: 'string', value: { type: 'array', items: 'string' } },
  /** Of the first variant that can be ordered, else of the first one. */
  defaultSku: { type: 'string', nullable: true },
  variantCount: 'number',
  rating: ratingRule,
  availability,
  createdAt: 'string',
  updatedAt: 'string',
} as const;

const images = { type: 'array', items: imageRule } as const;
const variants = { type: 'array', items: variant } as const;

/** A product as lists show it. */
export const productCard = named('ProductCard', { type: 'object', props: card });

/** Some products, in no pages. */
export const productCardList = named('ProductCardList', {
  type: 'object',
  props: { items: { type: 'array', items: productCard } },
});

/** A product in a list of products, which has all of it where it is for a copy of the catalogue. */
export const listedProduct = named('ListedProduct', {
  type: 'object',
  props: {
    ...card,
    /** With `updatedSince`. */
    images: { ...images, optional: true },
    /** With `updatedSince`. */
    variants: { ...variants, optional: true },
  },
});

/** A product on its own page. */
export const productView = named('Product', {
  type: 'object',
  props: {
    ...card,
    images,
    variants,
    /** Markdown. */
    description: 'string',
    /** The same as HTML that is safe to put into a page. */
    descriptionHtml: 'string',
    taxClass: 'string',
  },
});

/** ISO 4217; the shop's own when left out. */
export const currencyParam = { ...currencyRule, optional: true } as const;
