import type { BitSet } from './bit-set.ts';
import type { PriceList } from './price-list.ts';
import { priceRanges, rangeText } from './price-ranges.ts';
import type { Projection } from './projection.ts';
import { attrFacet, attrOf } from './query.ts';
import { byCount, type Count } from './values.ts';
import { folded } from './words.ts';

const MOST_VALUES = 50;
/** How many attributes' values come with the facet `attributes`. */
const MOST_ATTRIBUTES = 20;

export type Facets = Record<string, Count[]>;

/** How many of the products that match a query each value of its facets has, leaving out values that none has. */
export class FacetCounts {
  readonly #projection: Projection;
  readonly #prices: PriceList;
  readonly #without: (facet: string) => BitSet;

  /** @param without the products that match all filters but that of one facet, so that one sees what else to choose */
  constructor(projection: Projection, prices: PriceList, without: (facet: string) => BitSet) {
    this.#projection = projection;
    this.#prices = prices;
    this.#without = without;
  }

  of(facets: readonly string[]): Facets {
    const found: Facets = {};
    for (const facet of facets) {
      found[facet] = this.#counts(facet).filter(({ count }) => count > 0);
      if (facet !== 'attributes') continue;
      for (const { value } of found.attributes?.slice(0, MOST_ATTRIBUTES) ?? []) {
        const name = attrFacet(value);
        found[name] ??= this.#counts(name);
      }
    }
    return found;
  }

  #counts(facet: string): Count[] {
    const { categories, brands, labels, ratings } = this.#projection;
    const attribute = attrOf(facet);
    const set = this.#without(attribute === undefined ? facet : attrFacet(folded(attribute)));
    switch (facet) {
      case 'category':
        return mostCommon([...categories.countsIn(set)].map(([value, count]) => ({ value, count })));
      case 'brand':
        return mostCommon(brands.countsIn(set));
      case 'attributes':
        return mostCommon(labels.names.countsIn(set));
      case 'rating':
        return ratings.countsIn(set);
      case 'price':
        return priceCounts(set, this.#prices);
      case 'inStock':
        return stockCounts(set, this.#prices);
      default:
        return mostCommon(labels.of(attribute ?? '')?.countsIn(set) ?? []);
    }
  }
}

const mostCommon = (counts: Count[]): Count[] => counts.sort(byCount).slice(0, MOST_VALUES);

function stockCounts(set: BitSet, { inStock }: PriceList): Count[] {
  const there = set.common(inStock);
  return [
    { value: 'true', count: there },
    { value: 'false', count: set.size - there },
  ];
}

function priceCounts(set: BitSet, prices: PriceList): Count[] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  set.forEach((ordinal) => {
    const price = prices.priceOf(ordinal);
    if (price < least) least = price;
    if (price > most) most = price;
  });
  if (least > most) return [];
  const ranges = priceRanges(least, most);
  const counts = new Array<number>(ranges.length).fill(0);
  set.forEach((ordinal) => {
    const price = prices.priceOf(ordinal);
    const at = ranges.findIndex(({ to }) => price <= to);
    counts[at] = (counts[at] ?? 0) + 1;
  });
  return ranges.map((range, n) => ({ value: rangeText(range), count: counts[n] ?? 0 }));
}
