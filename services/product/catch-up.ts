import type { Rpc } from '../../lib/contract.ts';
import type { Store } from '../../mixins/store.ts';
import type { Catalogue } from './catalogue.ts';
import type { Product } from './product.ts';

const PAGE = 1000;
/** Covers clocks that differ and writes that were slow to show, in ms. */
const OVERLAP = 5000;

/** Reads every product into the projection, a page at a time. */
export async function loadAll(catalogue: Catalogue, store: Store<Product>): Promise<void> {
  for (let last = ''; ; ) {
    const products = await store.find({ _id: { $gt: last } }, { sort: { _id: 1 }, limit: PAGE });
    for (const product of products) catalogue.put(product);
    const end = products.at(-1);
    if (!end || products.length < PAGE) return;
    last = end._id;
  }
}

/**
 * Takes in what changed in the database since then, whoever changed it and whatever events were lost.
 * @returns where the next catch-up begins
 */
export async function catchUp(catalogue: Catalogue, store: Store<Product>, rpc: Rpc, since: Date): Promise<Date> {
  const next = new Date(Date.now() - OVERLAP);
  const [products, levels] = await Promise.all([
    store.find({ updatedAt: { $gte: since } }),
    rpc.call('inventory.levels', { since: since.toISOString() }),
  ]);
  for (const product of products) catalogue.put(product);
  for (const { sku, available } of levels) catalogue.setLevel(sku, available);
  return next;
}
