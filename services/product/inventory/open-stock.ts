import type { Rpc } from '../../../lib/contract/contract.ts';
import { chunksOf } from '../../../lib/process/concurrency.ts';

/** The `max` of `inventory.open`. */
const MAX_SKUS_PER_CALL = 1000;

/** A SKU whose stock is to exist, with its initial pieces. */
interface StockToOpen {
  sku: string;
  productId: string;
  pieces?: number;
}

/** Creates the stock of any number of SKUs, empty by default; existing stock stays. */
export async function openStock(rpc: Pick<Rpc, 'call'>, items: readonly StockToOpen[]): Promise<void> {
  for (const some of chunksOf(items, MAX_SKUS_PER_CALL)) await rpc.call('inventory.open', { items: some });
}

/** The SKUs of a product, to open their stock. */
export const stockToOpen = ({
  _id: productId,
  variants,
}: {
  _id: string;
  variants: readonly { sku: string }[];
}): StockToOpen[] => variants.map(({ sku }) => ({ sku, productId }));
