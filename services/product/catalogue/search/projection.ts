import type { StockLevel } from '../../inventory/availability.ts';
import type { Product } from '../../product/product.ts';
import { AttributeIndex, type AttributePair, attributePairsOf } from './attribute-index.ts';
import { CategoryIndex } from './category-index.ts';
import { FacetValues } from './facet-values.ts';
import { NameIndex } from './name-index.ts';
import { PriceList } from './price-list.ts';
import { ProductRecords } from './product-records.ts';
import { RatingIndex } from './rating-index.ts';
import { SortIndex } from './sort-order.ts';
import { StockLevels } from './stock-levels.ts';
import { type FieldTexts, TextIndex } from './text-index.ts';
import { tokenize } from './tokenizer.ts';

/** Exclusive upper limit of a product's popularity. */
export const POPULARITY_LIMIT = 1e6;

/**
 * All indexes over the products that are sold. Each product has an ordinal, counted from 0, which it keeps for the life
 * of the process; the indexes refer to products by ordinal.
 */
export class Projection {
  readonly records = new ProductRecords();
  readonly stock = new StockLevels();
  readonly text = new TextIndex();
  readonly categories = new CategoryIndex();
  readonly brands = new FacetValues();
  readonly brandNames = new NameIndex();
  readonly attributes = new AttributeIndex();
  readonly ratings: RatingIndex;
  /** Most popular first: the popularity set by staff plus the pieces sold. */
  readonly popularity: SortIndex;
  readonly newestFirst: SortIndex;
  /** By time of the last change, including products no longer sold. */
  readonly changes: SortIndex;
  readonly prices: ReadonlyMap<string, PriceList>;
  readonly idOf = (ordinal: number): string => this.#ids[ordinal] ?? '';
  readonly #ids: string[] = [];
  readonly #ordinals = new Map<string, number>();

  constructor(currencies: readonly string[]) {
    const { idOf } = this;
    this.ratings = new RatingIndex(idOf);
    this.popularity = new SortIndex(idOf);
    this.newestFirst = new SortIndex(idOf);
    this.changes = new SortIndex(idOf);
    this.prices = new Map(currencies.map((one) => [one, new PriceList(one, idOf, this.stock.levelOf)]));
  }

  readonly ordinalOf = (id: string): number | undefined => this.#ordinals.get(id);

  /** The ordinal of a product; a new product gets the next one. */
  assignOrdinal(id: string): number {
    const known = this.#ordinals.get(id);
    if (known !== undefined) return known;
    const ordinal = this.#ids.push(id) - 1;
    this.#ordinals.set(id, ordinal);
    return ordinal;
  }

  /** Replaces a product in all indexes; undefined means not sold. */
  replace(ordinal: number, before: Product | undefined, after: Product | undefined): void {
    this.records.set(ordinal, after);
    this.stock.replace(ordinal, before?.variants ?? [], after?.variants ?? []);
    const [pairsBefore, pairs] = [before ? attributePairsOf(before) : [], after ? attributePairsOf(after) : []];
    this.text.replace(ordinal, before && textsOf(before, pairsBefore), after && textsOf(after, pairs));
    this.categories.replace(ordinal, before?.category, after?.category);
    if (before) this.brands.delete(ordinal, before.brand);
    if (after) this.#addBrand(ordinal, after.brand);
    this.attributes.replace(ordinal, pairsBefore, pairs);
    this.ratings.set(ordinal, after?.rating);
    this.popularity.set(ordinal, this.#popularityOf(after));
    this.newestFirst.set(ordinal, after && -after.createdAt);
    for (const prices of this.prices.values()) prices.set(ordinal, after);
  }

  #popularityOf(product: Product | undefined): number | undefined {
    if (!product) return undefined;
    const sold = product.variants.reduce((sum, { sku }) => sum + this.stock.soldOf(sku), 0);
    return -Math.min(product.popularity + sold, POPULARITY_LIMIT - 1);
  }

  #addBrand(ordinal: number, brand: string): void {
    if (!this.brands.postingsOf(brand)) this.brandNames.add(brand, tokenize(brand));
    this.brands.add(ordinal, brand);
  }

  /** Updates the stock level of a SKU, and the indexes that depend on it. */
  setLevel(sku: string, level: StockLevel): void {
    const owner = this.stock.set(sku, level);
    if (owner === undefined) return;
    const product = this.records.peek(owner);
    this.popularity.set(owner, this.#popularityOf(product));
    for (const prices of this.prices.values()) prices.updateStock(owner, product);
  }
}

const textsOf = ({ title, brand, description }: Product, pairs: readonly AttributePair[]): FieldTexts => ({
  title,
  brand,
  attributes: pairs.map(([, value]) => value).join(' '),
  description,
});
