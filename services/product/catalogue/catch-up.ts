import { Readable } from 'node:stream';
import type { Events, Rpc } from '../../../lib/contract/contract.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { StockLevel } from '../inventory/availability.ts';
import type { Product } from '../product/product.ts';
import { Backlog } from './backlog.ts';
import type { Catalogue } from './catalogue.ts';
import { MissingStock } from './missing-stock.ts';
import { TimeSlicer } from './time-slicer.ts';

type Levels = Events['inventory.changed']['levels'];

/** Products that are read at a time: a few milliseconds' work for the driver. */
const PAGE = 200;
/** Of what is read to see whether it is new: a tenth of that. */
const GLANCE = 1000;
/** Covers clocks that differ and writes that were slow to show, in ms. */
const OVERLAP = 5000;
/** A bulk may take longer than that to show; for it, some looks go back further, of which each reads much again. */
const FAR_OVERLAP = 120_000;
const FAR_EVERY = 15;

/** Keeps the projection up with the database: by events, which may get lost, and by looking for changes again and again. */
export class CatchUp {
  readonly #catalogue: Catalogue;
  readonly #store: Store<Product>;
  readonly #rpc: Rpc;
  readonly #products: Backlog<true>;
  readonly #levels: Backlog<StockLevel>;
  readonly #missingStock: MissingStock;
  /** Undefined: not all was read yet. */
  #since: Date | undefined;
  #treeRev: number | undefined;
  #looks = 0;
  readonly #slicer = new TimeSlicer();

  constructor(catalogue: Catalogue, store: Store<Product>, rpc: Rpc) {
    this.#catalogue = catalogue;
    this.#store = store;
    this.#rpc = rpc;
    this.#products = new Backlog(PAGE, (batch) => this.#read([...batch.keys()]));
    this.#levels = new Backlog(PAGE, (batch) => this.#set(batch));
    this.#missingStock = new MissingStock(catalogue.isStocked);
  }

  /** Reads all there is. */
  async load(): Promise<void> {
    const next = overlapping();
    await this.tree();
    // First the stock, so that each product is put where it belongs at once.
    await this.#readLevels();
    for await (const products of this.#store.scan({}, { batch: PAGE })) {
      await this.take(products);
    }
    this.#since = next;
  }

  /** Takes in what has changed since the last time, whoever changed it and whatever events were lost. */
  async run(): Promise<void> {
    if (!this.#since) return;
    this.#looks += 1;
    const far = this.#looks % FAR_EVERY === 0 ? Date.now() - FAR_OVERLAP : Number(this.#since);
    const since = new Date(Math.min(Number(this.#since), far));
    const next = overlapping();
    await this.tree();
    const recent = this.#store.scan({ updatedAt: { $gte: since } }, { batch: GLANCE, fields: ['_id', 'rev'] });
    for await (const seen of recent) {
      const fresh = seen.filter(({ _id, rev }) => rev > this.#catalogue.revOf(_id)).map(({ _id }) => _id);
      for (let n = 0; n < fresh.length; n += PAGE) await this.#read(fresh.slice(n, n + PAGE));
    }
    await this.#readLevels(since);
    await this.#missingStock.openMissing(this.#rpc);
    this.#since = next;
  }

  /** Reads the tree of categories, if it is another one. */
  async tree(): Promise<void> {
    const { categories, rev } = (await this.#rpc.call('category.tree', { rev: this.#treeRev })) ?? {};
    if (!categories) return;
    this.#catalogue.setTree(categories);
    this.#treeRev = rev;
  }

  /** A product is said to have changed. */
  heard(id: string): Promise<void> {
    return this.#products.add(id, true);
  }

  /** Products are said to be new. */
  async heardOfNew(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.filter((id) => this.#catalogue.revOf(id) < 0).map((id) => this.heard(id)));
  }

  /** Takes in products as this process has just stored them. */
  take(products: readonly Product[]): Promise<void> {
    return this.#slicer.each(products, (product) => this.#put(product));
  }

  /** A SKU is said to have so much left. */
  async heardLevels(levels: Levels): Promise<void> {
    await Promise.all(levels.map(({ sku, ...level }) => this.#levels.add(sku, level)));
  }

  async #read(ids: readonly string[]): Promise<void> {
    await this.take(await this.#store.find({ _id: { $in: ids } }));
  }

  #put(product: Product): void {
    this.#catalogue.put(product);
    this.#missingStock.note(product);
  }

  /** Of all SKUs, or of those whose stock changed since then. */
  async #readLevels(since?: Date): Promise<void> {
    const stream = await this.#rpc.call('inventory.levels', since ? { since: since.toISOString() } : {});
    if (!(stream instanceof Readable)) throw new TypeError('inventory.levels answered no stream');
    for await (const levels of stream) await this.#setAll(levels);
  }

  #setAll(levels: Levels): Promise<void> {
    return this.#slicer.each(levels, ({ sku, ...level }) => this.#catalogue.setLevel(sku, level));
  }

  #set(levels: ReadonlyMap<string, StockLevel>): Promise<void> {
    return this.#slicer.each(levels, ([sku, level]) => this.#catalogue.setLevel(sku, level));
  }
}

const overlapping = () => new Date(Date.now() - OVERLAP);
