import type { Rpc } from '../../../lib/contract/contract.ts';
import type { Product } from '../product/product.ts';

const MAX_SKUS_PER_CALL = 1000;

/**
 * SKUs without a stock document. The process that creates a product opens their stock right afterwards; if it dies in
 * between, another node opens the stock after two runs in a row found none.
 */
export class MissingStock {
  readonly #waiting = new Map<string, { productId: string; isSeen: boolean }>();
  readonly #isOpen: (sku: string) => boolean;

  constructor(isOpen: (sku: string) => boolean) {
    this.#isOpen = isOpen;
  }

  note({ _id: productId, variants }: Product): void {
    for (const { sku } of variants) if (!this.#isOpen(sku)) this.#waiting.set(sku, { productId, isSeen: false });
  }

  /** Opens the stock of SKUs that had none in the previous run either. */
  async openMissing(rpc: Rpc): Promise<void> {
    const items: { sku: string; productId: string }[] = [];
    for (const [sku, entry] of this.#waiting) {
      if (this.#isOpen(sku)) this.#waiting.delete(sku);
      else if (entry.isSeen) items.push({ sku, productId: entry.productId });
      else entry.isSeen = true;
    }
    for (let at = 0; at < items.length; at += MAX_SKUS_PER_CALL) {
      await rpc.call('inventory.open', { items: items.slice(at, at + MAX_SKUS_PER_CALL) });
    }
  }
}
