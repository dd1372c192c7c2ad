// A separate process that exports 600 products with 200 variants each, and reports time and memory to its parent.
import type { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { ServiceBroker } from 'moleculer';
import { loadConfig } from '../../lib/process/config.ts';
import { tuneV8 } from '../../lib/process/v8.ts';
import { type Store, store } from '../../mixins/store/store.ts';
import { exportProducts } from '../../services/product/import/export.ts';
import { PRODUCT_DEFAULTS, type Product } from '../../services/product/product/product.ts';

/** Times in ms, sizes in MB. */
export interface ExportReport {
  rows: number;
  bytes: number;
  took: number;
  /** Longest turn of the event loop, in elapsed time and in processor time; the latter does not depend on other processes. */
  held: number;
  busy: number;
  /** Resident memory before the export, and the maximum during it. */
  before: number;
  most: number;
}

const PRODUCT_COUNT = 600;
const VARIANTS_PER_PRODUCT = 200;
const BATCH_PRODUCTS = 50;

const productOf = (n: number): Omit<Product, 'rev'> => ({
  ...PRODUCT_DEFAULTS,
  ...{ _id: `prd_${String(n).padStart(26, '0')}`, slug: `bench-${n}`, title: `Product ${n}`, brand: 'Fernhollow' },
  ...{ description: 'What it is **good** for.\n'.repeat(20), category: 'lighting', status: 'active', popularity: 0 },
  attributes: { material: n % 2 ? 'Steel' : 'Brass', care: 'Wipe with a dry cloth' },
  variants: Array.from({ length: VARIANTS_PER_PRODUCT }, (_, i) => ({
    ...{ sku: `BENCH-${n}-${i}`, title: `Variant ${i}`, options: { colour: `C ${i % 20}`, size: `${i % 10}` } },
    ...{ prices: { EUR: { amount: 1000 + i, compareAt: 3000 } }, barcode: '4006381333931', weight: 100 },
  })),
  ...{ createdAt: new Date(), updatedAt: new Date(), back: {} },
});

async function measureExport(stream: Readable): Promise<ExportReport> {
  const megabytes = () => process.memoryUsage.rss() / 1e6;
  const [before, began] = [megabytes(), performance.now()];
  let [most, bytes] = [before, 0];
  const turns = new LoopMeter();
  for await (const chunk of stream) {
    bytes += chunk.length;
    most = Math.max(most, megabytes());
  }
  const { held, busy } = turns.end();
  return {
    rows: PRODUCT_COUNT * VARIANTS_PER_PRODUCT,
    bytes,
    took: performance.now() - began,
    held,
    busy,
    before,
    most,
  };
}

/** Measures the turns of the event loop. */
class LoopMeter {
  held = 0;
  busy = 0;
  #last = { at: performance.now(), cpu: process.threadCpuUsage() };
  #next = setImmediate(() => this.#turn());

  end(): LoopMeter {
    clearImmediate(this.#next);
    this.#measure();
    return this;
  }

  #turn(): void {
    this.#measure();
    this.#next = setImmediate(() => this.#turn());
  }

  #measure(): void {
    const { user, system } = process.threadCpuUsage(this.#last.cpu);
    this.held = Math.max(this.held, performance.now() - this.#last.at);
    this.busy = Math.max(this.busy, (user + system) / 1000);
    this.#last = { at: performance.now(), cpu: process.threadCpuUsage() };
  }
}

/** The baseline: writes rows that are already in memory. */
function bareExport(): Readable {
  const rows = Array.from({ length: PRODUCT_COUNT * VARIANTS_PER_PRODUCT }, (_, n) => {
    const product = productOf(Math.floor(n / VARIANTS_PER_PRODUCT));
    return [product.slug, product.title, product.description, product.brand, product.category, `SKU-${n}`, '1000'];
  });
  const stream = stringify();
  let at = 0;
  const feed = () => {
    while (at < rows.length) if (!stream.write(rows[at++])) return;
    stream.end();
  };
  stream.on('drain', feed);
  feed();
  return stream;
}

const [format = 'bare'] = process.argv.slice(2);
let report: ExportReport;
if (format === 'bare') report = await measureExport(bareExport());
else {
  // Only the store of products: a product node would also build its projection and create stock.
  const config = loadConfig(process.env);
  tuneV8(); // as in the manifests
  const broker = new ServiceBroker({ logger: false, nodeID: 'export' });
  broker.createService({
    name: 'shelf',
    mixins: [store<Product>(config, { node: 'product', collection: 'products' })],
  });
  await broker.start();
  const { store: products } = broker.getLocalService('shelf') as unknown as { store: Store<Product> };
  for (let n = 0; n < PRODUCT_COUNT; n += BATCH_PRODUCTS) {
    await products.insertNew(Array.from({ length: BATCH_PRODUCTS }, (_, i) => productOf(n + i)));
  }
  report = await measureExport(exportProducts(products, format === 'csv' ? 'csv' : 'jsonl'));
  await broker.stop();
}
process.send?.(report);
process.disconnect?.();
