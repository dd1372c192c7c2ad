import type { BitSet } from './bit-set.ts';
import { type FacetCount, mostCommon } from './facet-values.ts';
import type { PriceList } from './price-list.ts';
import { formatRange, priceRanges } from './price-ranges.ts';
import type { Projection } from './projection.ts';
import { attributeFacet, attributeOf } from './query.ts';
import { foldText } from './tokenizer.ts';

const MAX_FACET_VALUES = 50;
/** Attributes whose values are counted with the facet `attributes`; the most common ones. */
const MAX_ATTRIBUTE_FACETS = 20;

export type FacetResults = Record<string, FacetCount[]>;

/** Counts the matching products per facet value, without zeros. */
export class FacetCounter {
  readonly #projection: Projection;
  readonly #prices: PriceList;
  readonly #without: (facet: string) => BitSet;

  /** @param without products that match all filters except the facet's own: its other values stay selectable */
  constructor(projection: Projection, prices: PriceList, without: (facet: string) => BitSet) {
    this.#projection = projection;
    this.#prices = prices;
    this.#without = without;
  }

  count(facets: readonly string[]): FacetResults {
    const found: FacetResults = {};
    for (const facet of facets) {
      found[facet] = this.#countsOf(facet).filter(({ count }) => count > 0);
      if (facet !== 'attributes') continue;
      for (const { value } of found.attributes?.slice(0, MAX_ATTRIBUTE_FACETS) ?? []) {
        const name = attributeFacet(value);
        found[name] ??= this.#countsOf(name);
      }
    }
    return found;
  }

  #countsOf(facet: string): FacetCount[] {
    const { categories, brands, attributes, ratings } = this.#projection;
    const attribute = attributeOf(facet);
    const set = this.#without(attribute === undefined ? facet : attributeFacet(foldText(attribute)));
    switch (facet) {
      case 'category':
        return mostCommon(
          [...categories.countsIn(set)].map(([value, count]) => ({ value, count })),
          MAX_FACET_VALUES,
        );
      case 'brand':
        return mostCommon(brands.countsIn(set), MAX_FACET_VALUES);
      case 'attributes':
        return mostCommon(attributes.names.countsIn(set), MAX_FACET_VALUES);
      case 'rating':
        return ratings.countsIn(set);
      case 'price':
        return priceCounts(set, this.#prices);
      case 'inStock':
        return stockCounts(set, this.#prices);
      default:
        return mostCommon(attributes.valuesOf(attribute ?? '')?.countsIn(set) ?? [], MAX_FACET_VALUES);
    }
  }
}

function stockCounts(set: BitSet, { inStock }: PriceList): FacetCount[] {
  const available = set.countCommon(inStock);
  return [
    { value: 'true', count: available },
    { value: 'false', count: set.size - available },
  ];
}

function priceCounts(set: BitSet, prices: PriceList): FacetCount[] {
  let [minPrice, maxPrice] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  set.forEach((ordinal) => {
    const price = prices.priceOf(ordinal);
    if (price < minPrice) minPrice = price;
    if (price > maxPrice) maxPrice = price;
  });
  if (minPrice > maxPrice) return [];
  const ranges = priceRanges(minPrice, maxPrice);
  const counts = new Array<number>(ranges.length).fill(0);
  set.forEach((ordinal) => {
    const price = prices.priceOf(ordinal);
    const at = ranges.findIndex(({ to }) => price <= to);
    counts[at] = (counts[at] ?? 0) + 1;
  });
  return ranges.map((range, n) => ({ value: formatRange(range), count: counts[n] ?? 0 }));
}
