import type { Rpc } from '../../../lib/contract/contract.ts';
import type { Product } from '../product/product.ts';

/** Stocks that are opened in one call. */
const AT_A_TIME = 1000;

/**
 * SKUs that have no stock yet. Whoever makes a product opens their stock next; should that process die in between, any
 * node that looks twice and still finds none opens it.
 */
export class Unopened {
  readonly #waiting = new Map<string, { productId: string; seen: boolean }>();
  readonly #isOpen: (sku: string) => boolean;

  constructor(isOpen: (sku: string) => boolean) {
    this.#isOpen = isOpen;
  }

  note({ _id: productId, variants }: Product): void {
    for (const { sku } of variants) if (!this.#isOpen(sku)) this.#waiting.set(sku, { productId, seen: false });
  }

  /** Opens what was without a stock the last time too. */
  async look(rpc: Rpc): Promise<void> {
    const items: { sku: string; productId: string }[] = [];
    for (const [sku, entry] of this.#waiting) {
      if (this.#isOpen(sku)) this.#waiting.delete(sku);
      else if (entry.seen) items.push({ sku, productId: entry.productId });
      else entry.seen = true;
    }
    for (let at = 0; at < items.length; at += AT_A_TIME) {
      await rpc.call('inventory.open', { items: items.slice(at, at + AT_A_TIME) });
    }
  }
}
