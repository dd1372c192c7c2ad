import { createHash } from 'node:crypto';
import type { FieldError } from '../../../../lib/contract/errors.ts';
import { errors } from '../../../shared/problems.ts';
import { wordsOf } from './words.ts';

export const SORTS = ['relevance', 'popularity', 'newest', 'price', '-price', 'rating'] as const;
export type Sort = (typeof SORTS)[number];

/** What a list is asked for. Within one field any of several values will do; between fields, all have to hold. */
export interface Query {
  q?: string | undefined;
  category?: string | undefined;
  brand?: readonly string[] | undefined;
  /** By the name of an attribute or of a variant's option. */
  attr?: Readonly<Record<string, readonly string[]>> | undefined;
  /** In minor units of the currency, as `maxPrice`. */
  minPrice?: number | undefined;
  maxPrice?: number | undefined;
  inStock?: boolean | undefined;
  /** The least average of stars. */
  rating?: number | undefined;
  sort?: Sort | undefined;
  /** Names of facets, with commas between them. */
  facets?: string | undefined;
}

const FACETS = ['category', 'brand', 'price', 'rating', 'inStock', 'attributes'] as const;
/** What the values of one attribute are asked for by. */
export const attrFacet = (name: string): string => `attr[${name}]`;
/** The attribute that a facet is of, if it is. */
export const attrOf = (facet: string): string | undefined => /^attr\[([^[\]]{1,64})\]$/.exec(facet)?.[1];

const MOST_WORDS = 10;
const MOST_ATTRS = 10;
const MOST_FACETS = 30;

/** What is asked for, read: whether by words, which words, and which facets. @throws invalid-request for what does not go together */
export function read({ q = '', facets = '', attr = {}, minPrice = 0, maxPrice = Number.MAX_SAFE_INTEGER }: Query) {
  const words = wordsOf(q);
  const names = facets.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]));
  const known: readonly string[] = FACETS;
  const strange = names.filter((name) => !known.includes(name) && attrOf(name) === undefined);
  const wrong: [boolean, FieldError][] = [
    [words.length > MOST_WORDS, { pointer: '/q', detail: `q may have ${MOST_WORDS} words.` }],
    [minPrice > maxPrice, { pointer: '/minPrice', detail: 'minPrice is more than maxPrice.' }],
    [Object.keys(attr).length > MOST_ATTRS, { pointer: '/attr', detail: `attr may have ${MOST_ATTRS} names.` }],
    [names.length > MOST_FACETS, { pointer: '/facets', detail: `facets may have ${MOST_FACETS} names.` }],
    [
      strange.length > 0,
      {
        pointer: '/facets',
        detail: `facets has ${strange.join(', ')}, but there are ${FACETS.join(', ')} and attr[…].`,
      },
    ],
  ];
  const found = wrong.flatMap(([is, error]) => (is ? [error] : []));
  if (found.length > 0) throw errors.invalidRequest(found);
  return { asked: q.trim() !== '', words, facets: [...new Set(names)] };
}

/** Short for what a list is of, whatever the order in which that was said, so that a cursor of another is known for it. */
export function fingerprint(query: Query, currency: string): string {
  const { q = '', category, brand = [], attr = {}, minPrice, maxPrice, inStock = false, rating, sort } = query;
  const said = [
    [wordsOf(q), q.trim() !== '', category, minPrice, maxPrice, inStock, rating, sort, currency],
    brand.toSorted(),
    Object.entries(attr)
      .map(([name, values]) => [name, ...values.toSorted()])
      .sort(),
  ];
  return hash(said);
}

export const hash = (said: unknown): string =>
  createHash('sha256').update(JSON.stringify(said)).digest('base64url').slice(0, 12);
