import type { Rpc } from '../../../lib/contract/contract.ts';
import { openStock } from '../inventory/open-stock.ts';
import type { Product } from '../product/product.ts';

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
    await openStock(rpc, items);
  }
}
