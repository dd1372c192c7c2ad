import type { Product } from '../../product/product.ts';
import { BitSet } from './bit-set.ts';
import { labelsOf } from './labels.ts';
import { firstOf } from './order.ts';
import type { PriceList } from './price-list.ts';
import type { Projection } from './projection.ts';

/** So many of a category, the most popular, are looked at. */
const CANDIDATES = 200;

/**
 * What goes with a product: of its category, then of those above, as far as that is needed for `limit`. Within a
 * category, by how many attributes, options and brand they share, then by popularity. Not the product itself.
 */
export function related(projection: Projection, prices: PriceList, product: Product, limit: number): number[] {
  const { categories, brands, labels, popularity, ordinalOf } = projection;
  const shared = [brands.of(product.brand), ...labelsOf(product).map((label) => labels.postings(label))];
  const likeness = (ordinal: number) => shared.filter((postings) => postings?.has(ordinal)).length;
  const seen = new Set([ordinalOf(product._id)]);
  const found: number[] = [];
  for (const slug of categories.path(product.category)) {
    const set = new BitSet();
    categories.addTo(slug, set);
    set.and(prices.sold);
    const all = firstOf(set, set.size, popularity, undefined, CANDIDATES + seen.size);
    const fresh = all.filter((ordinal) => !seen.has(ordinal)).map((ordinal) => ({ ordinal, like: likeness(ordinal) }));
    // A stable sort: what is alike stays by popularity.
    found.push(...fresh.sort((a, b) => b.like - a.like).map(({ ordinal }) => ordinal));
    if (found.length >= limit) break;
    for (const ordinal of all) seen.add(ordinal);
  }
  return found.slice(0, limit);
}
