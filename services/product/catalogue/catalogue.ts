import type { Level, StockLevel } from '../inventory/availability.ts';
import type { Product, Variant } from '../product/product.ts';
import type { CategoryNodes } from './search/category-index.ts';
import { type ChangePage, changedSince } from './search/changed.ts';
import { findProducts, type SearchResult } from './search/find.ts';
import type { PageRequest } from './search/page.ts';
import type { PriceList } from './search/price-list.ts';
import { Projection } from './search/projection.ts';
import type { ProductQuery } from './search/query.ts';
import { related } from './search/related.ts';
import { type Suggestions, suggest } from './search/suggest.ts';

/** A result of the projection, with products in place of ordinals. */
type WithProducts<T extends { ordinals: number[] }> = Omit<T, 'ordinals'> & { items: Product[] };

/**
 * The catalogue in memory: a projection of all active products for search, lists and sorting. The service keeps it up
 * to date (catch-up.ts). Lists use keyset paging, so that pages stay stable while products change.
 */
export class Catalogue {
  readonly #projection: Projection;
  /** Also of products no longer sold: an old revision that is read late must not bring one back. */
  readonly #revs: number[] = [];
  readonly #bySlug = new Map<string, number>();

  /** @param currencies ISO 4217 codes of the price lists */
  constructor(currencies: readonly string[]) {
    this.#projection = new Projection(currencies);
  }

  /** Updates a product, or removes one that is no longer sold. A revision that is not newer is ignored. */
  put(product: Product): void {
    if (this.revOf(product._id) >= product.rev) return;
    const ordinal = this.#projection.assignOrdinal(product._id);
    this.#revs[ordinal] = product.rev;
    const before = this.#projection.records.peek(ordinal);
    const after = product.status === 'active' ? product : undefined;
    // The first version of a draft is no change: it was never shown. A later version may have been sold before.
    if (product.status !== 'draft' || product.version > 1)
      this.#projection.changes.set(ordinal, Number(product.updatedAt));
    // Another product may already have this product's old slug.
    if (before && this.#bySlug.get(before.slug) === ordinal) this.#bySlug.delete(before.slug);
    if (after) this.#bySlug.set(after.slug, ordinal);
    if (before || after) this.#projection.replace(ordinal, before, after);
  }

  /** The known revision of a product, sold or not; -1 for an unknown product. */
  revOf(id: string): number {
    return this.#revs[this.#projection.ordinalOf(id) ?? -1] ?? -1;
  }

  setLevel(sku: string, level: StockLevel): void {
    this.#projection.setLevel(sku, level);
  }

  setTree(tree: CategoryNodes): void {
    this.#projection.categories.setTree(tree);
  }

  /** The title of a category; the slug if the tree does not contain it. */
  titleOf(slug: string): string {
    return this.#projection.categories.titleOf(slug);
  }

  /** Number of active products per category slug, without subcategories. */
  counts(): ReadonlyMap<string, number> {
    return this.#projection.categories.counts();
  }

  /** Whether a SKU has a stock document, also one with zero pieces. */
  readonly isStocked = (sku: string): boolean => this.#projection.stock.has(sku);

  readonly levels = (sku: string): Level => this.#projection.stock.levelOf(sku);

  get(idOrSlug: string): Product | undefined {
    const { records, ordinalOf } = this.#projection;
    // Products no longer sold have an ordinal but no record.
    const byId = records.get(ordinalOf(idOrSlug) ?? -1);
    return byId ?? records.get(this.#bySlug.get(idOrSlug) ?? -1);
  }

  findVariant(sku: string): { product: Product; variant: Variant } | undefined {
    const { records, stock } = this.#projection;
    const product = records.get(stock.ownerOf(sku) ?? -1);
    const variant = product?.variants.find((one) => one.sku === sku);
    return product && variant && { product, variant };
  }

  /**
   * One page of the products that match a query; see docs/search.md.
   * @throws invalid-request for conflicting parameters, and for a cursor of another query
   */
  find(currency: string, query: ProductQuery & PageRequest): WithProducts<SearchResult> {
    return this.#withProducts(findProducts(this.#projection, this.#pricesIn(currency), query));
  }

  /** One page of the products changed since a time. @throws invalid-request for a cursor of another list */
  changedSince(currency: string, since: Date, page: PageRequest): WithProducts<ChangePage> {
    return this.#withProducts(changedSince(this.#projection, this.#pricesIn(currency), since, page));
  }

  /** Suggestions for a query whose last word is unfinished. */
  suggest(currency: string, q: string, limit: number): WithProducts<Suggestions> {
    return this.#withProducts(suggest(this.#projection, this.#pricesIn(currency), q, limit));
  }

  /** Products similar to one. */
  related(currency: string, product: Product, limit: number): Product[] {
    const ordinals = related(this.#projection, this.#pricesIn(currency), product, limit);
    return this.#withProducts({ ordinals }).items;
  }

  #pricesIn(currency: string): PriceList {
    const prices = this.#projection.prices.get(currency);
    if (!prices) throw new Error(`the catalogue has no prices in ${currency}`);
    return prices;
  }

  #withProducts<T extends { ordinals: number[] }>({ ordinals, ...rest }: T): WithProducts<T> {
    const { records } = this.#projection;
    return { ...rest, items: ordinals.flatMap((ordinal) => records.get(ordinal) ?? []) };
  }
}
