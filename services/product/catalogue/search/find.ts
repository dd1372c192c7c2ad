import { BitSet } from './bit-set.ts';
import { FacetCounts, type Facets } from './facets.ts';
import type { Order } from './order.ts';
import { type Page, pageIn } from './page.ts';
import type { PriceList } from './price-list.ts';
import type { Projection } from './projection.ts';
import { attrFacet, fingerprint, type Query, read, type Sort } from './query.ts';
import { byRelevance, Relevance } from './relevance.ts';
import { folded } from './words.ts';

export interface Found {
  ordinals: number[];
  nextCursor: string | null;
  /** How many match, on all pages together. */
  total: number;
  facets?: Facets;
}

/** What a query demands, and the facet that lets a shopper choose it. */
interface Demand {
  facet: string;
  set: BitSet;
}

/** One page of the products that a query asks for. @throws invalid-request, also for a cursor of another query */
export function find(projection: Projection, prices: PriceList, { limit, cursor, ...query }: Query & Page): Found {
  const { asked, words, facets } = read(query);
  const relevance = asked ? new Relevance(words, projection.text, projection.categories) : undefined;
  const demands = demandsOf(query, projection, prices);
  const without = (facet?: string) =>
    demands.reduce(
      (all, demand) => (demand.facet === facet ? all : all.and(demand.set)),
      relevance ? prices.sold.copy().and(relevance.matches) : prices.sold.copy(),
    );
  const matches = without();
  const total = matches.size;
  const order = orderOf(query.sort ?? 'relevance', projection, prices, relevance);
  const list = fingerprint(query, prices.currency);
  return {
    ...pageIn({ set: matches, size: total, order, list }, { limit, cursor }),
    total,
    ...(facets.length > 0 ? { facets: new FacetCounts(projection, prices, without).of(facets) } : {}),
  };
}

function demandsOf(query: Query, { categories, brands, labels, ratings }: Projection, prices: PriceList): Demand[] {
  const { category, brand, attr = {}, minPrice, maxPrice, inStock, rating } = query;
  const demands = Object.entries(attr).map(([name, values]) => ({
    facet: attrFacet(folded(name)),
    set: labels.anyOf(name, values),
  }));
  if (category !== undefined) {
    const set = new BitSet();
    categories.addTo(category, set);
    demands.push({ facet: 'category', set });
  }
  if (brand !== undefined) demands.push({ facet: 'brand', set: brands.anyOf(brand) });
  if (minPrice !== undefined || maxPrice !== undefined) {
    demands.push({ facet: 'price', set: prices.between(minPrice ?? 0, maxPrice ?? Number.MAX_SAFE_INTEGER) });
  }
  if (inStock) demands.push({ facet: 'inStock', set: prices.inStock });
  if (rating !== undefined) demands.push({ facet: 'rating', set: ratings.atLeast(rating) });
  return demands;
}

function orderOf(sort: Sort, projection: Projection, prices: PriceList, relevance: Relevance | undefined): Order {
  const { popularity, newest, ratings } = projection;
  switch (sort) {
    case 'relevance':
      // Without words all are as relevant.
      return relevance ? byRelevance(projection, relevance) : popularity;
    case 'popularity':
      return popularity;
    case 'newest':
      return newest;
    case 'price':
      return prices.cheapest;
    case '-price':
      return prices.dearest;
    case 'rating':
      return ratings.best;
    default:
      throw new Error(`unknown sort ${sort satisfies never}`);
  }
}
