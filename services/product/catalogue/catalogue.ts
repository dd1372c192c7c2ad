import type { Level, StockLevel } from '../inventory/availability.ts';
import type { Product, Variant } from '../product/product.ts';
import type { Tree } from './search/categories.ts';
import { type Changed, changedSince } from './search/changed.ts';
import { type Found, find } from './search/find.ts';
import type { Page } from './search/page.ts';
import type { PriceList } from './search/price-list.ts';
import { Projection } from './search/projection.ts';
import type { Query } from './search/query.ts';
import { related } from './search/related.ts';
import { type Suggestions, suggest } from './search/suggest.ts';

/** As a part of the projection answers, with the products themselves. */
type WithProducts<T extends { ordinals: number[] }> = Omit<T, 'ordinals'> & { items: Product[] };

/**
 * The catalogue in memory: every active product, ready to be found, listed and sorted. A projection of the database,
 * which the service keeps up (design: Storage); lists page by key, so that they stay stable while products change.
 */
export class Catalogue {
  readonly #projection: Projection;
  /** Of those no longer sold too: an old version of one that is read late must not bring it back. */
  readonly #revs: number[] = [];
  readonly #bySlug = new Map<string, number>();

  /** @param currencies that it may be asked in (ISO 4217) */
  constructor(currencies: readonly string[]) {
    this.#projection = new Projection(currencies);
  }

  /** Takes in a product as it is now; one that is no longer sold goes. An older version than the known one is ignored. */
  put(product: Product): void {
    if (this.revOf(product._id) >= product.rev) return;
    const ordinal = this.#projection.admit(product._id);
    this.#revs[ordinal] = product.rev;
    const before = this.#projection.records.peek(ordinal);
    const after = product.status === 'active' ? product : undefined;
    // Of a draft as it was made nobody has to hear: it was never shown. A later version of it may have been sold before.
    if (product.status !== 'draft' || product.version > 1)
      this.#projection.changes.set(ordinal, Number(product.updatedAt));
    // Another product may have taken over the slug that this one gave up.
    if (before && this.#bySlug.get(before.slug) === ordinal) this.#bySlug.delete(before.slug);
    if (after) this.#bySlug.set(after.slug, ordinal);
    if (before || after) this.#projection.replace(ordinal, before, after);
  }

  /** Which version of a product it knows, sold or not; -1: none. */
  revOf(id: string): number {
    return this.#revs[this.#projection.ordinalOf(id) ?? -1] ?? -1;
  }

  setLevel(sku: string, level: StockLevel): void {
    this.#projection.setLevel(sku, level);
  }

  setTree(tree: Tree): void {
    this.#projection.categories.setTree(tree);
  }

  /** What a category is called; its slug for one that the tree does not have. */
  titleOf(slug: string): string {
    return this.#projection.categories.titleOf(slug);
  }

  /** How many active products each category has itself, by its slug. */
  counts(): ReadonlyMap<string, number> {
    return this.#projection.categories.counts();
  }

  /** Whether a SKU has a stock, be it empty. */
  readonly isStocked = (sku: string): boolean => this.#projection.stock.has(sku);

  /** What is left of a SKU. */
  readonly levels = (sku: string): Level => this.#projection.stock.levelOf(sku);

  get(idOrSlug: string): Product | undefined {
    const { records, ordinalOf } = this.#projection;
    // An id is of those that are no longer sold, too.
    const byId = records.get(ordinalOf(idOrSlug) ?? -1);
    return byId ?? records.get(this.#bySlug.get(idOrSlug) ?? -1);
  }

  sold(sku: string): { product: Product; variant: Variant } | undefined {
    const { records, stock } = this.#projection;
    const product = records.get(stock.ownerOf(sku) ?? -1);
    const variant = product?.variants.find((one) => one.sku === sku);
    return product && variant && { product, variant };
  }

  /**
   * One page of the products that a query asks for; see docs/search.md.
   * @throws invalid-request for what does not go together, and for a cursor of another query
   */
  find(currency: string, query: Query & Page): WithProducts<Found> {
    return this.#shown(find(this.#projection, this.#pricesIn(currency), query));
  }

  /** One page of what has changed since then. @throws invalid-request for a cursor of another list */
  changedSince(currency: string, since: Date, page: Page): WithProducts<Changed> {
    return this.#shown(changedSince(this.#projection, this.#pricesIn(currency), since, page));
  }

  /** What may be meant by words that are still being typed. */
  suggest(currency: string, q: string, limit: number): WithProducts<Suggestions> {
    return this.#shown(suggest(this.#projection, this.#pricesIn(currency), q, limit));
  }

  /** What goes with a product. */
  related(currency: string, product: Product, limit: number): Product[] {
    const ordinals = related(this.#projection, this.#pricesIn(currency), product, limit);
    return this.#shown({ ordinals }).items;
  }

  #pricesIn(currency: string): PriceList {
    const prices = this.#projection.prices.get(currency);
    if (!prices) throw new Error(`the catalogue has no prices in ${currency}`);
    return prices;
  }

  #shown<T extends { ordinals: number[] }>({ ordinals, ...rest }: T): WithProducts<T> {
    const { records } = this.#projection;
    return { ...rest, items: ordinals.flatMap((ordinal) => records.get(ordinal) ?? []) };
  }
}
