import { createHash } from 'node:crypto';
import type { FieldError } from '../../../../lib/contract/errors.ts';
import { errors } from '../../../shared/problems.ts';
import { tokenize } from './tokenizer.ts';

export const PRODUCT_SORTS = ['relevance', 'popularity', 'newest', 'price', '-price', 'rating'] as const;
export type ProductSort = (typeof PRODUCT_SORTS)[number];

/** The filters of a product list. Values of one field are alternatives (or); fields are combined (and). */
export interface ProductQuery {
  q?: string | undefined;
  category?: string | undefined;
  brand?: readonly string[] | undefined;
  /** Values by the name of an attribute or option. */
  attr?: Readonly<Record<string, readonly string[]>> | undefined;
  /** In minor units of the currency, like `maxPrice`. */
  minPrice?: number | undefined;
  maxPrice?: number | undefined;
  inStock?: boolean | undefined;
  /** Minimum average, in stars. */
  rating?: number | undefined;
  sort?: ProductSort | undefined;
  /** Facet names, separated by commas. */
  facets?: string | undefined;
}

const FACETS = ['category', 'brand', 'price', 'rating', 'inStock', 'attributes'] as const;
/** The facet name of an attribute. */
export const attributeFacet = (name: string): string => `attr[${name}]`;
/** The attribute of a facet; undefined for other facets. */
export const attributeOf = (facet: string): string | undefined => /^attr\[([^[\]]{1,64})\]$/.exec(facet)?.[1];

const MAX_QUERY_WORDS = 10;
const MAX_ATTRIBUTE_FILTERS = 10;
const MAX_FACETS = 30;

/** Validates a query and splits its texts. @throws invalid-request, also for conflicting parameters */
export function parseProductQuery({
  q = '',
  facets = '',
  attr = {},
  minPrice = 0,
  maxPrice = Number.MAX_SAFE_INTEGER,
}: ProductQuery) {
  const words = tokenize(q);
  const names = facets.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]));
  const known: readonly string[] = FACETS;
  const unknown = names.filter((name) => !known.includes(name) && attributeOf(name) === undefined);
  const checks: [boolean, FieldError][] = [
    [words.length > MAX_QUERY_WORDS, { pointer: '/q', detail: `q may have at most ${MAX_QUERY_WORDS} words.` }],
    [minPrice > maxPrice, { pointer: '/minPrice', detail: 'minPrice is greater than maxPrice.' }],
    [
      Object.keys(attr).length > MAX_ATTRIBUTE_FILTERS,
      { pointer: '/attr', detail: `attr may have at most ${MAX_ATTRIBUTE_FILTERS} names.` },
    ],
    [names.length > MAX_FACETS, { pointer: '/facets', detail: `facets may have at most ${MAX_FACETS} names.` }],
    [
      unknown.length > 0,
      {
        pointer: '/facets',
        detail: `Unknown: ${unknown.join(', ')}. The facets are ${FACETS.join(', ')} and attr[<name>].`,
      },
    ],
  ];
  const found = checks.flatMap(([isWrong, error]) => (isWrong ? [error] : []));
  if (found.length > 0) throw errors.invalidRequest(found);
  return { hasText: q.trim() !== '', words, facets: [...new Set(names)] };
}

/** Identifies a list in its cursors, independent of the order of its filters. */
export function fingerprint(query: ProductQuery, currency: string): string {
  const { q = '', category, brand = [], attr = {}, minPrice, maxPrice, inStock = false, rating, sort } = query;
  const value = [
    [tokenize(q), q.trim() !== '', category, minPrice, maxPrice, inStock, rating, sort, currency],
    brand.toSorted(),
    Object.entries(attr)
      .map(([name, values]) => [name, ...values.toSorted()])
      .sort(),
  ];
  return shortHash(value);
}

export const shortHash = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 12);
