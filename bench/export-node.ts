// 600 products with 200 variants each, in a process of their own: tells its parent what an export of them took.
import type { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { ServiceBroker } from 'moleculer';
import { loadConfig } from '../lib/process/config.ts';
import { tuneV8 } from '../lib/process/v8.ts';
import { type Store, store } from '../mixins/store/store.ts';
import { exportProducts } from '../services/product/import/export.ts';
import { PRODUCT_DEFAULTS, type Product } from '../services/product/product/product.ts';

/** Times in ms, sizes in MB. */
export interface ExportReport {
  rows: number;
  bytes: number;
  took: number;
  /** The longest that the event loop was held, and the most processor time of one turn: what else runs is not in it. */
  held: number;
  busy: number;
  /** Resident: before, and at most. */
  before: number;
  most: number;
}

const PRODUCTS = 600;
const VARIANTS = 200;
const BATCH = 50;

const productOf = (n: number): Omit<Product, 'rev'> => ({
  ...PRODUCT_DEFAULTS,
  ...{ _id: `prd_${String(n).padStart(26, '0')}`, slug: `bench-${n}`, title: `Product ${n}`, brand: 'Fernhollow' },
  ...{ description: 'What it is **good** for.\n'.repeat(20), category: 'lighting', status: 'active', popularity: 0 },
  attributes: { material: n % 2 ? 'Steel' : 'Brass', care: 'Wipe with a dry cloth' },
  variants: Array.from({ length: VARIANTS }, (_, i) => ({
    ...{ sku: `BENCH-${n}-${i}`, title: `Variant ${i}`, options: { colour: `C ${i % 20}`, size: `${i % 10}` } },
    ...{ prices: { EUR: { amount: 1000 + i, compareAt: 3000 } }, barcode: '4006381333931', weight: 100 },
  })),
  ...{ createdAt: new Date(), updatedAt: new Date(), back: {} },
});

async function measured(stream: Readable): Promise<ExportReport> {
  const megabytes = () => process.memoryUsage.rss() / 1e6;
  const [before, began] = [megabytes(), performance.now()];
  let [most, bytes] = [before, 0];
  const turns = new Turns();
  for await (const chunk of stream) {
    bytes += chunk.length;
    most = Math.max(most, megabytes());
  }
  const { held, busy } = turns.end();
  return { rows: PRODUCTS * VARIANTS, bytes, took: performance.now() - began, held, busy, before, most };
}

/** The turns of the event loop. */
class Turns {
  held = 0;
  busy = 0;
  #last = { at: performance.now(), cpu: process.threadCpuUsage() };
  #next = setImmediate(() => this.#turn());

  end(): Turns {
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

/** The least that could do it: rows that are there as they go into the file. */
function bare(): Readable {
  const rows = Array.from({ length: PRODUCTS * VARIANTS }, (_, n) => {
    const product = productOf(Math.floor(n / VARIANTS));
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
if (format === 'bare') report = await measured(bare());
else {
  // The products alone: a product node would build its projection and open their stock meanwhile.
  const config = loadConfig(process.env);
  tuneV8(); // as the manifests have it
  const broker = new ServiceBroker({ logger: false, nodeID: 'export' });
  broker.createService({
    name: 'shelf',
    mixins: [store<Product>(config, { node: 'product', collection: 'products' })],
  });
  await broker.start();
  const { store: products } = broker.getLocalService('shelf') as unknown as { store: Store<Product> };
  for (let n = 0; n < PRODUCTS; n += BATCH) {
    await products.insertNew(Array.from({ length: BATCH }, (_, i) => productOf(n + i)));
  }
  report = await measured(exportProducts(products, format === 'csv' ? 'csv' : 'jsonl'));
  await broker.stop();
}
process.send?.(report);
process.disconnect?.();
