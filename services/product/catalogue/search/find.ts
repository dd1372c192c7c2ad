import { BitSet } from './bit-set.ts';
import { FacetCounter, type FacetResults } from './facets.ts';
import { type PageRequest, takePage } from './page.ts';
import type { PriceList } from './price-list.ts';
import type { Projection } from './projection.ts';
import { attributeFacet, fingerprint, type ProductQuery, type ProductSort, parseProductQuery } from './query.ts';
import { Relevance, relevanceOrder } from './relevance.ts';
import type { SortOrder } from './sort-order.ts';
import { foldText } from './tokenizer.ts';

export interface SearchResult {
  ordinals: number[];
  nextCursor: string | null;
  /** Number of matches on all pages. */
  total: number;
  facets?: FacetResults;
}

/** The products that pass one filter, with the facet that the filter belongs to. */
interface FilterSet {
  facet: string;
  set: BitSet;
}

/** One page of the products that match a query. @throws invalid-request, also for a cursor of another query */
export function findProducts(
  projection: Projection,
  prices: PriceList,
  { limit, cursor, ...query }: ProductQuery & PageRequest,
): SearchResult {
  const { hasText, words, facets } = parseProductQuery(query);
  const relevance = hasText ? new Relevance(words, projection.text, projection.categories) : undefined;
  const filters = filterSetsOf(query, projection, prices);
  const matchesExcept = (facet?: string) =>
    filters.reduce(
      (all, filter) => (filter.facet === facet ? all : all.and(filter.set)),
      relevance ? prices.sold.copy().and(relevance.matches) : prices.sold.copy(),
    );
  const matches = matchesExcept();
  const total = matches.size;
  const order = orderOf(query.sort ?? 'relevance', projection, prices, relevance);
  const listId = fingerprint(query, prices.currency);
  return {
    ...takePage({ set: matches, size: total, order, listId }, { limit, cursor }),
    total,
    ...(facets.length > 0 ? { facets: new FacetCounter(projection, prices, matchesExcept).count(facets) } : {}),
  };
}

function filterSetsOf(
  query: ProductQuery,
  { categories, brands, attributes, ratings }: Projection,
  prices: PriceList,
): FilterSet[] {
  const { category, brand, attr = {}, minPrice, maxPrice, inStock, rating } = query;
  const filters = Object.entries(attr).map(([name, values]) => ({
    facet: attributeFacet(foldText(name)),
    set: attributes.anyOf(name, values),
  }));
  if (category !== undefined) {
    const set = new BitSet();
    categories.addTo(category, set);
    filters.push({ facet: 'category', set });
  }
  if (brand !== undefined) filters.push({ facet: 'brand', set: brands.anyOf(brand) });
  if (minPrice !== undefined || maxPrice !== undefined) {
    filters.push({ facet: 'price', set: prices.between(minPrice ?? 0, maxPrice ?? Number.MAX_SAFE_INTEGER) });
  }
  if (inStock) filters.push({ facet: 'inStock', set: prices.inStock });
  if (rating !== undefined) filters.push({ facet: 'rating', set: ratings.atLeast(rating) });
  return filters;
}

function orderOf(
  sort: ProductSort,
  projection: Projection,
  prices: PriceList,
  relevance: Relevance | undefined,
): SortOrder {
  const { popularity, newestFirst, ratings } = projection;
  switch (sort) {
    case 'relevance':
      // Without words, all products are equally relevant.
      return relevance ? relevanceOrder(projection, relevance) : popularity;
    case 'popularity':
      return popularity;
    case 'newest':
      return newestFirst;
    case 'price':
      return prices.cheapestFirst;
    case '-price':
      return prices.mostExpensiveFirst;
    case 'rating':
      return ratings.bestFirst;
    default:
      throw new Error(`unknown sort ${sort satisfies never}`);
  }
}
