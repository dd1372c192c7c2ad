import { attributePairsOf } from '../../services/product/catalogue/search/attribute-index.ts';
import type { ProductQuery } from '../../services/product/catalogue/search/query.ts';
import { foldText, stemWord, tokenize } from '../../services/product/catalogue/search/tokenizer.ts';
import { lowestPrice, type Product } from '../../services/product/product/product.ts';

/** The catalogue as it would be without any index: every question is answered by a look at every product. */

type Parents = Readonly<Record<string, string | null>>;

interface Shop {
  products: readonly Product[];
  currency: string;
  available: ReadonlyMap<string, number>;
  /** Of a SKU that has a stock. */
  sold(sku: string): number;
  parents: Parents;
}

const FIELDS = 4;
const TYPO = 100;

export const isNear = (word: string, asked: string): boolean =>
  asked.length >= 5 &&
  (distance(word, asked) <= 1 || (stemWord(asked).length >= 5 && distance(stemWord(word), stemWord(asked)) <= 1));

/** Edits and swaps of neighbours (optimal string alignment). */
function distance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (_, j) => i + j));
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const options = [at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + same];
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) options.push(at(i - 2, j - 2) + 1);
      (rows[i] as number[])[j] = Math.min(...options);
    }
  }
  return at(a.length, b.length);
}

function pathOf(parents: Parents, slug: string): string[] {
  const parent = parents[slug] ?? null;
  return [slug, ...(parent === null ? [] : pathOf(parents, parent))];
}

/** What it costs to find a product by words; undefined: it has not all of them. */
function rankOf(product: Product, words: readonly string[], parents: Parents): number | undefined {
  const values = attributePairsOf(product).map(([, value]) => value);
  const fields = [
    product.title,
    [product.brand, ...pathOf(parents, product.category)].join(' '),
    values.join(' '),
    product.description,
  ].map(tokenize);
  let sum = 0;
  for (const [n, asked] of words.entries()) {
    const last = n === words.length - 1;
    const costs: number[] = [];
    for (let field = 0; field < FIELDS; field++) {
      for (const word of fields[field] ?? []) {
        const same = word === asked || stemWord(word) === stemWord(asked);
        if (same || (last && word.startsWith(asked))) costs.push(field);
        else if (isNear(word, asked)) costs.push(TYPO + field);
      }
    }
    if (costs.length === 0) return undefined;
    sum += Math.min(...costs);
  }
  return sum;
}

type Filter = (product: Product) => boolean;

function filtersOf(query: ProductQuery, shop: Shop): Record<string, Filter> {
  const { category, brand, attr = {}, minPrice, maxPrice, inStock, rating } = query;
  const filters: Record<string, Filter> = {};
  if (category !== undefined) filters.category = (p) => pathOf(shop.parents, p.category).includes(category);
  if (brand) filters.brand = (p) => brand.map(foldText).includes(foldText(p.brand));
  for (const [name, values] of Object.entries(attr)) {
    filters[`attr[${foldText(name)}]`] = (p) => values.some((value) => has(p, name, value));
  }
  if (minPrice !== undefined || maxPrice !== undefined) {
    filters.price = (p) => priceOf(p, shop) >= (minPrice ?? 0) && priceOf(p, shop) <= (maxPrice ?? Infinity);
  }
  if (inStock) filters.inStock = (p) => isThere(p, shop);
  if (rating !== undefined) filters.rating = (p) => averageOf(p) >= rating;
  return filters;
}

const has = (product: Product, name: string, value: string) =>
  attributePairsOf(product).some(([n, v]) => foldText(n) === foldText(name) && foldText(v) === foldText(value));
const priceOf = (product: Product, { currency }: Shop) => lowestPrice(product, currency) ?? Number.NaN;
const averageOf = ({ rating: { count, sum } }: Product) => (count > 0 ? sum / count : 0);
const popularityOf = ({ popularity, variants }: Product, { available, sold }: Shop) =>
  variants.reduce((sum, { sku }) => sum + (available.has(sku) ? sold(sku) : 0), popularity);
const isThere = ({ variants }: Product, { currency, available }: Shop) =>
  variants.some(({ sku, prices }) => Object.hasOwn(prices, currency) && (available.get(sku) ?? 0) > 0);

/** Ids of all that a query finds, in order, and how many of those that match all filters but its own each value has. */
export function naively(query: ProductQuery, shop: Shop) {
  const words = tokenize(query.q ?? '');
  const sold = shop.products.filter((p) => p.status === 'active' && lowestPrice(p, shop.currency) !== undefined);
  const rank = new Map(sold.map((p) => [p, (query.q ?? '').trim() === '' ? 0 : rankOf(p, words, shop.parents)]));
  const filters = filtersOf(query, shop);
  const matching = (but?: string) =>
    sold.filter(
      (p) => rank.get(p) !== undefined && Object.entries(filters).every(([name, is]) => name === but || is(p)),
    );
  const keys = (p: Product): number[] => {
    switch (query.sort ?? 'relevance') {
      case 'relevance':
        return [rank.get(p) ?? 0, -popularityOf(p, shop)];
      case 'popularity':
        return [-popularityOf(p, shop)];
      case 'newest':
        return [-p.createdAt];
      case 'price':
        return [priceOf(p, shop)];
      case '-price':
        return [-priceOf(p, shop)];
      default:
        return [-averageOf(p), -p.rating.count];
    }
  };
  const compare = (a: Product, b: Product) => {
    const [x, y] = [keys(a), keys(b)];
    const n = x.findIndex((key, i) => key !== y[i]);
    return n < 0 ? (a._id < b._id ? -1 : 1) : (x[n] as number) - (y[n] as number);
  };
  const tally = (but: string, valuesOf: (p: Product) => Iterable<string>) => {
    const counts: Record<string, number> = {};
    for (const p of matching(but)) for (const value of new Set(valuesOf(p))) counts[value] = (counts[value] ?? 0) + 1;
    return counts;
  };
  return {
    ids: matching()
      .sort(compare)
      .map(({ _id }) => _id),
    counts: {
      category: () => tally('category', (p) => pathOf(shop.parents, p.category)),
      brand: () => tally('brand', (p) => [p.brand]),
      rating: () => tally('rating', (p) => [4, 3, 2, 1].filter((stars) => averageOf(p) >= stars).map(String)),
      inStock: () => tally('inStock', (p) => [String(isThere(p, shop))]),
      attributes: () => tally('attributes', (p) => attributePairsOf(p).map(([name]) => name)),
      attr: (name: string) =>
        tally(`attr[${foldText(name)}]`, (p) =>
          attributePairsOf(p).flatMap(([n, v]) => (foldText(n) === foldText(name) ? [v] : [])),
        ),
      price: () => matching('price').map((p) => priceOf(p, shop)),
    },
  };
}
