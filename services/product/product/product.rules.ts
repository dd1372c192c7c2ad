import { currencyRule } from '../../../lib/contract/currency.ts';
import { named } from '../../../lib/contract/named.ts';
import { moneyRule } from '../../shared/money.ts';
import { AVAILABILITIES } from '../inventory/availability.ts';

/** Contract rules of a product as shoppers see it. */

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
    /** The price before a reduction. */
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
  /** Of the most expensive variant. */
  priceTo: moneyRule,
  /** The cheapest variant's price before a reduction. */
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

/** A product in a list; with `updatedSince`, also with images and variants. */
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
    /** The description as sanitised HTML. */
    descriptionHtml: 'string',
    taxClass: 'string',
    /** False for digital goods and services. */
    requiresShipping: 'boolean',
  },
});

/** ISO 4217; by default the shop's first currency. */
export const currencyParam = { ...currencyRule, optional: true } as const;
