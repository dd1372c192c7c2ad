import type { Rpc } from '../../lib/contract.ts';
import type { Store } from '../../mixins/store.ts';
import type { Catalogue } from './catalogue.ts';
import type { Product } from './product.ts';

const PAGE = 1000;
/** Covers clocks that differ and writes that were slow to show, in ms. */
const OVERLAP = 5000;

/**
 * Reads every product, a page at a time, and every level into the projection.
 * @returns where the first catch-up begins
 */
export async function loadAll(catalogue: Catalogue, store: Store<Product>, rpc: Rpc): Promise<Date> {
  const next = overlapping();
  for (let last = ''; ; ) {
    const products = await store.find({ _id: { $gt: last } }, { sort: { _id: 1 }, limit: PAGE });
    for (const product of products) catalogue.put(product);
    const end = products.at(-1);
    if (!end || products.length < PAGE) break;
    last = end._id;
  }
  await catchUpLevels(catalogue, rpc, new Date(0));
  return next;
}

/**
 * Takes in what changed in the database since then, whoever changed it and whatever events were lost.
 * @returns where the next catch-up begins
 */
export async function catchUp(catalogue: Catalogue, store: Store<Product>, rpc: Rpc, since: Date): Promise<Date> {
  const next = overlapping();
  for (const product of await store.find({ updatedAt: { $gte: since } })) catalogue.put(product);
  await catchUpLevels(catalogue, rpc, since);
  return next;
}

async function catchUpLevels(catalogue: Catalogue, rpc: Rpc, since: Date): Promise<void> {
  const levels = await rpc.call('inventory.levels', { since: since.toISOString() });
  for (const { sku, available, lowAt } of levels) catalogue.setLevel(sku, available, lowAt);
}

const overlapping = () => new Date(Date.now() - OVERLAP);
