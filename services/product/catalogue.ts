import MiniSearch from 'minisearch';
import { decodeCursor, foreignCursor, page } from '../../lib/page.ts';
import { type Level, LOW_AT } from './availability.ts';
import { lowestPrice, type Product, type Variant } from './product.ts';
import { SortedList } from './sorted-list.ts';

export type Sort = 'relevance' | 'popularity' | 'newest' | 'price' | '-price';

export interface Query {
  category?: string | undefined;
  q?: string | undefined;
  sort?: Sort | undefined;
  limit: number;
  cursor?: string | undefined;
}

/** What an order is made of, ascending; the id tells apart what is equal in it. */
const keysIn = (currency: string): Record<Exclude<Sort, 'relevance'>, (product: Product) => number> => ({
  popularity: (product) => -product.popularity,
  newest: (product) => -product.createdAt,
  price: (product) => lowestPrice(product, currency) ?? 0,
  '-price': (product) => -(lowestPrice(product, currency) ?? 0),
});

/** A place in a list: the key it is ordered by, and the product's id. */
type Place = { key: number; id: string };
const inOrder = (a: Place, b: Place) => a.key - b.key || (a.id < b.id ? -1 : Number(a.id > b.id));

interface Entry extends Place {
  product: Product;
}

/**
 * The catalogue in memory: every active product, ready to be found, listed and sorted. A projection of the database,
 * which the service keeps up (design: Storage); lists page by key, so that they stay stable while products change.
 */
export class Catalogue {
  readonly #products = new Map<string, Product>();
  /** Of those no longer sold too: an old version of one that is read late must not bring it back. */
  readonly #revs = new Map<string, number>();
  readonly #bySlug = new Map<string, Product>();
  readonly #bySku = new Map<string, { product: Product; variant: Variant }>();
  readonly #levels = new Map<string, Level>();
  readonly #lists: Map<string, { key: (product: Product) => number; list: SortedList<Entry> }>;
  readonly #words = new MiniSearch<Product>({
    idField: '_id',
    fields: ['title', 'brand', 'category', 'attributes', 'description'],
    extractField: (product, field) => {
      if (field === 'attributes') return Object.values(product.attributes).join(' ');
      return product[field as '_id' | 'title' | 'brand' | 'category' | 'description'];
    },
    processTerm: (term) => term.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase(),
  });

  constructor(currency: string) {
    const keys = Object.entries(keysIn(currency));
    this.#lists = new Map(keys.map(([sort, key]) => [sort, { key, list: new SortedList<Entry>(inOrder) }]));
  }

  /** Takes in a product as it is now; one that is no longer sold goes. An older version than the known one is ignored. */
  put(product: Product): void {
    if ((this.#revs.get(product._id) ?? -1) >= product.rev) return;
    this.#revs.set(product._id, product.rev);
    const known = this.#products.get(product._id);
    if (known) this.#remove(known);
    if (product.status !== 'active') return;
    this.#products.set(product._id, product);
    this.#bySlug.set(product.slug, product);
    for (const variant of product.variants) this.#bySku.set(variant.sku, { product, variant });
    for (const { key, list } of this.#lists.values()) list.add({ key: key(product), id: product._id, product });
    this.#words.add(product);
  }

  setLevel(sku: string, available: number, lowAt = LOW_AT): void {
    this.#levels.set(sku, { available, lowAt });
  }

  /** What is left of a SKU. */
  readonly levels = (sku: string): Level => this.#levels.get(sku) ?? { available: 0, lowAt: LOW_AT };

  /** How many products are in each category by itself. */
  counts(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { category } of this.#products.values()) counts.set(category, (counts.get(category) ?? 0) + 1);
    return counts;
  }

  get(idOrSlug: string): Product | undefined {
    return this.#products.get(idOrSlug) ?? this.#bySlug.get(idOrSlug);
  }

  sold(sku: string): { product: Product; variant: Variant } | undefined {
    return this.#bySku.get(sku);
  }

  /** One page of the products that a query asks for. @throws invalid-request on a cursor of another list */
  find({ category, q, sort, limit, cursor }: Query): { items: Product[]; nextCursor: string | null } {
    const order = sort ?? (q ? 'relevance' : 'popularity');
    const after = cursor === undefined ? undefined : placeIn(order, cursor);
    const found: Entry[] = [];
    for (const entry of this.#candidates(q, order, after)) {
      if (category !== undefined && entry.product.category !== category) continue;
      found.push(entry);
      if (found.length > limit) break;
    }
    const { items, nextCursor } = page(found, limit, ({ key, id }) => [order, key, id]);
    return { items: items.map(({ product }) => product), nextCursor };
  }

  #candidates(q: string | undefined, sort: Sort, after: Place | undefined): Iterable<Entry> {
    const ordered = this.#lists.get(sort);
    if (ordered && !q) return ordered.list.after(after as Entry | undefined);
    const hits = (q ? this.#search(q) : [...this.#products.keys()].map((id) => ({ id, score: 0 }))).flatMap(
      ({ id, score }) => {
        const product = this.#products.get(id);
        return product ? [{ key: ordered?.key(product) ?? -score, id, product }] : [];
      },
    );
    // Scores shift a little with every change of the catalogue, all of them together: where the last product shown
    // stands now is the place, not the score that it had.
    const place = (!ordered && hits.find(({ id }) => id === after?.id)) || after;
    return hits.filter((hit) => !place || inOrder(hit, place) > 0).sort(inOrder);
  }

  /** All words must be there, in any order; the last may be unfinished, and long ones may have a typo. */
  #search(q: string): { id: string; score: number }[] {
    return this.#words.search(q, {
      combineWith: 'AND',
      boost: { title: 4, brand: 2, category: 2 },
      prefix: (_term, i, terms) => i === terms.length - 1,
      fuzzy: (term) => (term.length >= 5 ? 1 : false),
    });
  }

  #remove(product: Product): void {
    this.#products.delete(product._id);
    // Another product may have taken over what this one gave up.
    if (this.#bySlug.get(product.slug) === product) this.#bySlug.delete(product.slug);
    for (const { sku } of product.variants) {
      if (this.#bySku.get(sku)?.product === product) this.#bySku.delete(sku);
    }
    for (const { key, list } of this.#lists.values()) list.remove({ key: key(product), id: product._id, product });
    this.#words.discard(product._id);
  }
}

/** @throws invalid-request for a cursor of another order, whose keys mean something else */
function placeIn(order: Sort, cursor: string): Place {
  const [of, key, id] = decodeCursor(cursor, ['string', 'number', 'string']);
  if (of !== order) throw foreignCursor();
  return { key: Number(key), id: String(id) };
}
