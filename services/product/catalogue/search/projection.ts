import type { StockLevel } from '../../inventory/availability.ts';
import type { Product } from '../../product/product.ts';
import { Categories } from './categories.ts';
import { type Label, Labels, labelsOf } from './labels.ts';
import { Names } from './names.ts';
import { KeptOrder } from './order.ts';
import { PriceList } from './price-list.ts';
import { Ratings } from './ratings.ts';
import { Records } from './records.ts';
import { StockLevels } from './stock-levels.ts';
import { TextIndex, type Texts } from './text-index.ts';
import { Values } from './values.ts';
import { wordsOf } from './words.ts';

/** Above any popularity. */
export const MOST_POPULAR = 1e6;

/**
 * Everything that is known of the products that are sold, arranged by what is asked of them. Each product has a number
 * of its own, its ordinal, from 0 on, and keeps it for as long as the process lives: the parts know it by that.
 */
export class Projection {
  readonly records = new Records();
  readonly stock = new StockLevels();
  readonly text = new TextIndex();
  readonly categories = new Categories();
  readonly brands = new Values();
  readonly brandNames = new Names();
  readonly labels = new Labels();
  readonly ratings: Ratings;
  /** By what staff says, and as much more as pieces were sold. */
  readonly popularity: KeptOrder;
  readonly newest: KeptOrder;
  /** By the time of the last change; those that are no longer sold, too. */
  readonly changes: KeptOrder;
  readonly prices: ReadonlyMap<string, PriceList>;
  readonly idOf = (ordinal: number): string => this.#ids[ordinal] ?? '';
  readonly #ids: string[] = [];
  readonly #ordinals = new Map<string, number>();

  constructor(currencies: readonly string[]) {
    const { idOf } = this;
    this.ratings = new Ratings(idOf);
    this.popularity = new KeptOrder(idOf);
    this.newest = new KeptOrder(idOf);
    this.changes = new KeptOrder(idOf);
    this.prices = new Map(currencies.map((one) => [one, new PriceList(one, idOf, this.stock.levelOf)]));
  }

  readonly ordinalOf = (id: string): number | undefined => this.#ordinals.get(id);

  /** The ordinal of a product that may be new. */
  admit(id: string): number {
    const known = this.#ordinals.get(id);
    if (known !== undefined) return known;
    const ordinal = this.#ids.push(id) - 1;
    this.#ordinals.set(id, ordinal);
    return ordinal;
  }

  /** Takes in a product as it is sold now instead of as it was sold before; undefined: it is, or was, not. */
  replace(ordinal: number, before: Product | undefined, after: Product | undefined): void {
    this.records.set(ordinal, after);
    this.stock.replace(ordinal, before?.variants ?? [], after?.variants ?? []);
    const [labelsBefore, labels] = [before ? labelsOf(before) : [], after ? labelsOf(after) : []];
    this.text.replace(ordinal, before && textsOf(before, labelsBefore), after && textsOf(after, labels));
    this.categories.replace(ordinal, before?.category, after?.category);
    if (before) this.brands.delete(ordinal, before.brand);
    if (after) this.#brand(ordinal, after.brand);
    this.labels.replace(ordinal, labelsBefore, labels);
    this.ratings.set(ordinal, after?.rating);
    this.popularity.set(ordinal, this.#popularityOf(after));
    this.newest.set(ordinal, after && -after.createdAt);
    for (const prices of this.prices.values()) prices.set(ordinal, after);
  }

  #popularityOf(product: Product | undefined): number | undefined {
    if (!product) return undefined;
    const sold = product.variants.reduce((sum, { sku }) => sum + this.stock.soldOf(sku), 0);
    return -Math.min(product.popularity + sold, MOST_POPULAR - 1);
  }

  #brand(ordinal: number, brand: string): void {
    if (!this.brands.of(brand)) this.brandNames.name(brand, wordsOf(brand));
    this.brands.add(ordinal, brand);
  }

  /** Takes note of how much is left of a SKU. */
  setLevel(sku: string, level: StockLevel): void {
    const owner = this.stock.set(sku, level);
    if (owner === undefined) return;
    const product = this.records.peek(owner);
    this.popularity.set(owner, this.#popularityOf(product));
    for (const prices of this.prices.values()) prices.restock(owner, product);
  }
}

const textsOf = ({ title, brand, description }: Product, labels: readonly Label[]): Texts => ({
  title,
  brand,
  attributes: labels.map(([, value]) => value).join(' '),
  description,
});
