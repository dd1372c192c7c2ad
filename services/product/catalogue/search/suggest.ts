import { BitSet } from './bit-set.ts';
import { type FacetCount, mostCommon } from './facet-values.ts';
import type { PriceList } from './price-list.ts';
import type { Projection } from './projection.ts';
import { Relevance, relevanceOrder } from './relevance.ts';
import { takeFirst } from './sort-order.ts';
import { tokenize } from './tokenizer.ts';

export interface Suggestions {
  /** Counts by slug. */
  categories: FacetCount[];
  brands: FacetCount[];
  /** Products whose title has the words, most relevant first. */
  ordinals: number[];
}

/** Further words are ignored. */
const MAX_SUGGESTION_WORDS = 10;

/** Suggestions for a query whose last word is unfinished; at most `limit` of each kind. */
export function suggest(projection: Projection, { sold }: PriceList, q: string, limit: number): Suggestions {
  const { categories, brands, brandNames, text } = projection;
  const words = tokenize(q).slice(0, MAX_SUGGESTION_WORDS);
  const categoryCounts = categories.names.findAll(words).map((slug) => {
    const set = new BitSet();
    categories.addTo(slug, set);
    return { value: slug, count: set.countCommon(sold) };
  });
  const relevance = new Relevance(words, text);
  const set = relevance.matches.and(sold);
  return {
    categories: mostCommon(categoryCounts, limit),
    brands: mostCommon(
      brandNames.findAll(words).flatMap((brand) => brands.countIn(brand, sold) ?? []),
      limit,
    ),
    ordinals: takeFirst(set, set.size, relevanceOrder(projection, relevance), undefined, limit),
  };
}
