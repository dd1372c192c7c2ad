import type { Level } from '../../inventory/availability.ts';
import { lowestPrice, type Product, soldIn } from '../../product/product.ts';
import { BitSet } from './bit-set.ts';
import { SortIndex } from './sort-order.ts';

/** Prices and availability of the products sold in one currency. */
export class PriceList {
  readonly currency: string;
  readonly sold = new BitSet();
  readonly inStock = new BitSet();
  readonly cheapestFirst: SortIndex;
  readonly mostExpensiveFirst: SortIndex;
  readonly #levelOf: (sku: string) => Level;

  constructor(currency: string, idOf: (ordinal: number) => string, levelOf: (sku: string) => Level) {
    this.currency = currency;
    this.cheapestFirst = new SortIndex(idOf);
    this.mostExpensiveFirst = new SortIndex(idOf);
    this.#levelOf = levelOf;
  }

  /** @param product undefined when it is not sold */
  set(ordinal: number, product: Product | undefined): void {
    const price = product && lowestPrice(product, this.currency);
    this.cheapestFirst.set(ordinal, price);
    this.mostExpensiveFirst.set(ordinal, price === undefined ? undefined : -price);
    setMember(this.sold, ordinal, price !== undefined);
    this.updateStock(ordinal, product);
  }

  /** Updates `inStock` of a product from the levels of its variants. */
  updateStock(ordinal: number, product: Product | undefined): void {
    const variants = product ? soldIn(product, this.currency) : [];
    setMember(
      this.inStock,
      ordinal,
      variants.some(({ sku }) => this.#levelOf(sku).available > 0),
    );
  }

  priceOf(ordinal: number): number {
    return this.cheapestFirst.keyOf(ordinal);
  }

  /** Products by the price of their cheapest variant, both limits included, in minor units. */
  between(minPrice: number, maxPrice: number): BitSet {
    const set = new BitSet();
    this.cheapestFirst.addRange(minPrice, maxPrice, set);
    return set;
  }
}

function setMember(set: BitSet, ordinal: number, isMember: boolean): void {
  if (isMember) set.add(ordinal);
  else set.delete(ordinal);
}
