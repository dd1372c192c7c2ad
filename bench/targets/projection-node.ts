// A product node in a separate process, which reports to its parent how it started and how it followed many changes.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { loadConfig } from '../../lib/process/config.ts';
import { tuneV8 } from '../../lib/process/v8.ts';
import { startNode } from '../../scripts/node.ts';
import { Catalogue } from '../../services/product/catalogue/catalogue.ts';
import type { Product } from '../../services/product/product/product.ts';

/** Times in ms, sizes in MB. */
export interface ProjectionReport {
  ready: number;
  rss: number;
  /** Longest block of the event loop while the projection was built, and while it was updated. */
  blockedBuilding: number;
  blockedUpdating: number;
  /** Time from the last change until the projection had all changes. */
  behind: number;
}

/** The size of an import's batches. */
const BATCH_PRODUCTS = 1000;

const config = loadConfig(process.env);
tuneV8(); // as in the manifests
const blocked = monitorEventLoopDelay({ resolution: 1 });
const longest = () => {
  const max = blocked.max / 1e6;
  blocked.reset();
  return Number.isFinite(max) ? max : 0;
};

blocked.enable();
// Measured from the first product on, as a process that still loads modules serves no requests.
const { put } = Catalogue.prototype;
Catalogue.prototype.put = function (product) {
  longest();
  Catalogue.prototype.put = put;
  put.call(this, product);
};
const began = performance.now();
const { broker, stop } = await startNode(config, () => undefined);
const ready = performance.now() - began;
const blockedBuilding = longest();
const rss = process.memoryUsage.rss() / 1e6;

const { catalogue } = broker.getLocalService('product') as unknown as { catalogue: Catalogue };
const client = new MongoClient(String(config.mongoUrl));
const products = client.db(`${config.databasePrefix}product`).collection<Product>('products');
// In batches, as a hundred thousand ids in memory would prolong the garbage collections that are measured.
const all = () => products.find({}, { projection: { rev: 1 }, batchSize: BATCH_PRODUCTS });
const change = async (ids: string[]) =>
  products.updateMany({ _id: { $in: ids } }, { $inc: { rev: 1, popularity: 1 }, $set: { updatedAt: new Date() } });
longest();
let batch: string[] = [];
for await (const { _id } of all()) {
  if (batch.push(_id) < BATCH_PRODUCTS) continue;
  await change(batch);
  batch = [];
}
await change(batch);
const written = performance.now();
for await (const { _id, rev } of all()) while (catalogue.revOf(_id) < rev) await delay(10);
const report: ProjectionReport = {
  ready,
  rss,
  blockedBuilding,
  blockedUpdating: longest(),
  behind: performance.now() - written,
};
await client.close();
await stop();
process.send?.(report);
process.disconnect?.();
