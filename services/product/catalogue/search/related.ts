import type { Product } from '../../product/product.ts';
import { attributePairsOf } from './attribute-index.ts';
import { BitSet } from './bit-set.ts';
import type { PriceList } from './price-list.ts';
import type { Projection } from './projection.ts';
import { takeFirst } from './sort-order.ts';

/** The most popular ones are compared. */
const MAX_CANDIDATES_PER_CATEGORY = 200;

/**
 * Similar products: from the product's own category, then from its ancestors until `limit` is reached. Within a
 * category, ordered by the number of shared attributes, options and brand, then by popularity. Without the product
 * itself.
 */
export function related(projection: Projection, prices: PriceList, product: Product, limit: number): number[] {
  const { categories, brands, attributes, popularity, ordinalOf } = projection;
  const shared = [
    brands.postingsOf(product.brand),
    ...attributePairsOf(product).map((pair) => attributes.postingsOf(pair)),
  ];
  const similarityOf = (ordinal: number) => shared.filter((postings) => postings?.has(ordinal)).length;
  const seen = new Set([ordinalOf(product._id)]);
  const found: number[] = [];
  for (const slug of categories.pathOf(product.category)) {
    const set = new BitSet();
    categories.addTo(slug, set);
    set.and(prices.sold);
    const all = takeFirst(set, set.size, popularity, undefined, MAX_CANDIDATES_PER_CATEGORY + seen.size);
    const fresh = all
      .filter((ordinal) => !seen.has(ordinal))
      .map((ordinal) => ({ ordinal, similarity: similarityOf(ordinal) }));
    // The sort is stable: equal similarity keeps the order by popularity.
    found.push(...fresh.sort((a, b) => b.similarity - a.similarity).map(({ ordinal }) => ordinal));
    if (found.length >= limit) break;
    for (const ordinal of all) seen.add(ordinal);
  }
  return found.slice(0, limit);
}
