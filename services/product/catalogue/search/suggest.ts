import { BitSet } from './bit-set.ts';
import { firstOf } from './order.ts';
import type { PriceList } from './price-list.ts';
import type { Projection } from './projection.ts';
import { byRelevance, Relevance } from './relevance.ts';
import { byCount, type Count } from './values.ts';
import { wordsOf } from './words.ts';

export interface Suggestions {
  /** By their slugs. */
  categories: Count[];
  brands: Count[];
  /** Products whose title has the words, the most relevant first. */
  ordinals: number[];
}

/** So many words of what is typed are looked at. */
const MOST_WORDS = 10;

/** What a shopper may be typing, the last word being unfinished: at most `limit` of each kind. */
export function suggest(projection: Projection, { sold }: PriceList, q: string, limit: number): Suggestions {
  const { categories, brands, brandNames, text } = projection;
  const words = wordsOf(q).slice(0, MOST_WORDS);
  const slugs = categories.names.withAll(words).map((slug) => {
    const set = new BitSet();
    categories.addTo(slug, set);
    return { value: slug, count: set.common(sold) };
  });
  const titled = new Relevance(words, text);
  const set = titled.matches.and(sold);
  return {
    categories: mostCommon(slugs, limit),
    brands: mostCommon(
      brandNames.withAll(words).flatMap((brand) => brands.countIn(brand, sold) ?? []),
      limit,
    ),
    ordinals: firstOf(set, set.size, byRelevance(projection, titled), undefined, limit),
  };
}

const mostCommon = (counts: Count[], limit: number): Count[] =>
  counts
    .filter(({ count }) => count > 0)
    .sort(byCount)
    .slice(0, limit);
