import { Readable } from 'node:stream';
import type { Events, Rpc } from '../../../lib/contract/contract.ts';
import { chunksOf } from '../../../lib/process/concurrency.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { StockLevel } from '../inventory/availability.ts';
import type { Product } from '../product/product.ts';
import { Backlog } from './backlog.ts';
import type { Catalogue } from './catalogue.ts';
import { MissingStock } from './missing-stock.ts';
import { TimeSlicer } from './time-slicer.ts';

type Levels = Events['inventory.changed']['levels'];

/** A few milliseconds of work for the driver. */
const PRODUCTS_PER_READ = 200;
/** Ids with revisions only: a tenth of that work. */
const REVISIONS_PER_READ = 1000;
/** Covers differing clocks and writes that become visible late. */
const OVERLAP_MS = 5000;
/** A bulk write may become visible later than that. Reading back this far repeats much, so only some runs do it. */
const BULK_OVERLAP_MS = 120_000;
/** At least this long between two runs that read back by `BULK_OVERLAP_MS`. */
const BULK_INTERVAL_MS = 15_000;
/** After a connection came or went, events may be missing for this long: a node needs as long to be back. */
const UNCERTAIN_MS = 10_000;

/** Keeps the projection up to date with the database: by events, which may get lost, and by polling for changes. */
export class CatchUp {
  readonly #catalogue: Catalogue;
  readonly #store: Store<Product>;
  readonly #rpc: Rpc;
  readonly #onProduct: (product: Product) => void;
  readonly #products: Backlog<true>;
  readonly #levels: Backlog<StockLevel>;
  readonly #missingStock: MissingStock;
  /** Start of the next poll; undefined until the first load has finished. */
  #since: Date | undefined;
  #treeRev: number | undefined;
  /** When a run has last read back by `BULK_OVERLAP_MS`, in ms. */
  #bulkReadAt = Date.now();
  /** Until then, events may be missing, in ms. */
  #uncertainUntil = 0;
  /** SKUs whose levels an event has told while older ones may still be read. */
  #toldMeanwhile: Set<string> | undefined;
  readonly #slicer = new TimeSlicer();

  /** @param onProduct called with each product that is new or changed */
  constructor(catalogue: Catalogue, store: Store<Product>, rpc: Rpc, onProduct: (product: Product) => void) {
    this.#onProduct = onProduct;
    this.#catalogue = catalogue;
    this.#store = store;
    this.#rpc = rpc;
    this.#products = new Backlog(PRODUCTS_PER_READ, (batch) => this.#read([...batch.keys()]));
    this.#levels = new Backlog(PRODUCTS_PER_READ, (batch) => this.#applyLevels(batch));
    this.#missingStock = new MissingStock(catalogue.isStocked);
  }

  /** Reads all products, stock levels and categories. */
  async load(): Promise<void> {
    const next = startWithOverlap();
    await this.refreshTree();
    // Stock first: a product is then indexed once, with its right popularity and availability.
    await this.#readLevels();
    for await (const products of this.#store.scan({}, { batch: PRODUCTS_PER_READ })) {
      await this.apply(products);
    }
    this.#since = next;
  }

  /** Reads all changes since the last run, also those whose events were lost. */
  async run(): Promise<void> {
    if (!this.#since) return;
    const since = this.#takeBulkTurn() ? new Date(Math.min(+this.#since, Date.now() - BULK_OVERLAP_MS)) : this.#since;
    const next = startWithOverlap();
    await this.refreshTree();
    const batches = this.#store.scan(
      { updatedAt: { $gte: since } },
      { batch: REVISIONS_PER_READ, fields: ['_id', 'rev'] },
    );
    for await (const revisions of batches) {
      const fresh = revisions.filter(({ _id, rev }) => rev > this.#catalogue.revOf(_id)).map(({ _id }) => _id);
      for (const ids of chunksOf(fresh, PRODUCTS_PER_READ)) await this.#read(ids);
    }
    await this.#readLevels(since);
    await this.#missingStock.openMissing(this.#rpc);
    this.#since = next;
  }

  #takeBulkTurn(): boolean {
    if (Date.now() - this.#bulkReadAt < BULK_INTERVAL_MS) return false;
    this.#bulkReadAt = Date.now();
    return true;
  }

  /** To be called when events may have been lost. */
  noteMissedEvents(): void {
    this.#uncertainUntil = Date.now() + UNCERTAIN_MS;
  }

  /** Whether events may be missing, so that the next run should follow soon. */
  get isUncertain(): boolean {
    return Date.now() < this.#uncertainUntil;
  }

  /** Reads the category tree if its revision has changed. */
  async refreshTree(): Promise<void> {
    const { categories, rev } = (await this.#rpc.call('category.tree', { rev: this.#treeRev })) ?? {};
    if (!categories) return;
    this.#catalogue.setTree(categories);
    this.#treeRev = rev;
  }

  /** Reads a product that an event names as changed. */
  refresh(id: string): Promise<void> {
    return this.#products.add(id, true);
  }

  /** Reads those of the products that the projection does not know. */
  async refreshNew(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.filter((id) => this.#catalogue.revOf(id) < 0).map((id) => this.refresh(id)));
  }

  /** Applies products as this process has read or stored them. */
  apply(products: readonly Product[]): Promise<void> {
    return this.#slicer.each(products, (product) => this.#put(product));
  }

  /** Applies stock levels from an event. */
  async queueLevels(levels: Levels): Promise<void> {
    for (const { sku } of levels) this.#toldMeanwhile?.add(sku);
    await Promise.all(levels.map(({ sku, ...level }) => this.#levels.add(sku, level)));
  }

  async #read(ids: readonly string[]): Promise<void> {
    await this.apply(await this.#store.find({ _id: { $in: ids } }));
  }

  #put(product: Product): void {
    this.#catalogue.put(product);
    this.#missingStock.note(product);
    this.#onProduct(product);
  }

  /** @param since only levels changed since then; undefined: all */
  async #readLevels(since?: Date): Promise<void> {
    const told = new Set<string>();
    this.#toldMeanwhile = told;
    const stream = await this.#rpc.call('inventory.levels', since ? { since: since.toISOString() } : {});
    if (!(stream instanceof Readable)) throw new TypeError('inventory.levels answered no stream');
    for await (const levels of stream) {
      await this.#slicer.each(levels as Levels, ({ sku, ...level }) => {
        if (!told.has(sku)) this.#catalogue.setLevel(sku, level);
      });
    }
    this.#toldMeanwhile = undefined;
  }

  #applyLevels(levels: ReadonlyMap<string, StockLevel>): Promise<void> {
    return this.#slicer.each(levels, ([sku, level]) => this.#catalogue.setLevel(sku, level));
  }
}

const startWithOverlap = () => new Date(Date.now() - OVERLAP_MS);
