import type { Level } from '../../inventory/availability.ts';
import { lowestPrice, type Product, soldIn } from '../../product/product.ts';
import { BitSet } from './bit-set.ts';
import { KeptOrder } from './order.ts';

/** What is sold in one currency: at what price, and whether it is there. */
export class PriceList {
  readonly currency: string;
  readonly sold = new BitSet();
  readonly inStock = new BitSet();
  readonly cheapest: KeptOrder;
  readonly dearest: KeptOrder;
  readonly #levelOf: (sku: string) => Level;

  constructor(currency: string, idOf: (ordinal: number) => string, levelOf: (sku: string) => Level) {
    this.currency = currency;
    this.cheapest = new KeptOrder(idOf);
    this.dearest = new KeptOrder(idOf);
    this.#levelOf = levelOf;
  }

  /** Takes in a product as it is sold now; undefined: it is not. */
  set(ordinal: number, product: Product | undefined): void {
    const price = product && lowestPrice(product, this.currency);
    this.cheapest.set(ordinal, price);
    this.dearest.set(ordinal, price === undefined ? undefined : -price);
    put(this.sold, ordinal, price !== undefined);
    this.restock(ordinal, product);
  }

  /** Sees whether any of it is there. */
  restock(ordinal: number, product: Product | undefined): void {
    const variants = product ? soldIn(product, this.currency) : [];
    put(
      this.inStock,
      ordinal,
      variants.some(({ sku }) => this.#levelOf(sku).available > 0),
    );
  }

  priceOf(ordinal: number): number {
    return this.cheapest.keyOf(ordinal);
  }

  /** Those whose cheapest variant costs so much; in minor units. */
  between(least: number, most: number): BitSet {
    const set = new BitSet();
    this.cheapest.addBetween(least, most, set);
    return set;
  }
}

function put(set: BitSet, ordinal: number, is: boolean): void {
  if (is) set.add(ordinal);
  else set.delete(ordinal);
}
