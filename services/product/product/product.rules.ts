import { currencyRule } from '../../../lib/contract/currency.ts';
import { moneyRule } from '../../shared/money.ts';
import { AVAILABILITIES } from '../inventory/availability.ts';

/** Contract rules of a product as shoppers see it. */

export const labels = { type: 'record', key: 'string', value: 'string' } as const;
export const availability = { type: 'enum', values: AVAILABILITIES } as const;

export const imageRule = {
  type: 'object',
  props: {
    id: 'string',
    alt: 'string',
    width: 'number',
    height: 'number',
    sources: { type: 'array', items: { type: 'object', props: { width: 'number', url: 'string' } } },
  },
} as const;

const variant = {
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
} as const;

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
  rating: { type: 'object', props: { count: 'number', average: { type: 'number', nullable: true } } },
  availability,
  createdAt: 'string',
  updatedAt: 'string',
} as const;

const images = { type: 'array', items: imageRule } as const;
const variants = { type: 'array', items: variant } as const;

/** A product as lists show it. */
export const productCard = { type: 'object', props: card } as const;

/** A product in a list; with `updatedSince`, also with images and variants. */
export const listedProduct = {
  type: 'object',
  props: {
    ...card,
    /** With `updatedSince`. */
    images: { ...images, optional: true },
    /** With `updatedSince`. */
    variants: { ...variants, optional: true },
  },
} as const;

/** A product on its own page. */
export const productView = {
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
  },
} as const;

/** ISO 4217; by default the shop's first currency. */
export const currencyParam = { ...currencyRule, optional: true } as const;
