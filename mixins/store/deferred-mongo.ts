import type { Service, ServiceBroker } from 'moleculer';
import type { Engine, Filter, FindOptions, Index, ScanOptions } from './engine.ts';
import type { Patch, Versioned } from './patch.ts';
import type { MongoAdapter } from './store-mongo.ts';

/**
 * A collection in MongoDB as moleculer-db's adapter. The driver is imported by the first connection: a shop without
 * MongoDB saves its 30 MB.
 * Its fields are not private (#): Moleculer clones an adapter with its schema, and private fields would be lost.
 */
export class DeferredMongoAdapter implements Engine {
  readonly url: string;
  readonly database: string;
  readonly collection: string;
  connected: MongoAdapter | undefined;

  constructor(url: string, database: string, collection: string) {
    this.url = url;
    this.database = database;
    this.collection = collection;
  }

  /** Called by moleculer-db, for adapters that use the service. */
  init(_broker: ServiceBroker, _service: Service): void {}

  async connect(): Promise<void> {
    const { MongoAdapter } = await import('./store-mongo.ts');
    const adapter = new MongoAdapter(this.url, this.database, this.collection);
    await adapter.connect();
    this.connected = adapter;
  }

  async disconnect(): Promise<void> {
    await this.connected?.disconnect();
  }

  get engine(): MongoAdapter {
    if (!this.connected) throw new Error(`not connected to ${this.database}`);
    return this.connected;
  }

  async ensureIndexes(indexes: readonly Index[]): Promise<void> {
    await this.engine.ensureIndexes(indexes);
  }

  async add(doc: Versioned): Promise<boolean> {
    return this.engine.add(doc);
  }

  async addNew(docs: Versioned[]): Promise<number> {
    return this.engine.addNew(docs);
  }

  async read(id: string): Promise<Versioned | null> {
    return this.engine.read(id);
  }

  async query(filter: Filter, options: FindOptions): Promise<Versioned[]> {
    return this.engine.query(filter, options);
  }

  batches(filter: Filter, options: ScanOptions): AsyncGenerator<Versioned[]> {
    return this.engine.batches(filter, options);
  }

  async swap(id: string, rev: number, patch: Patch): Promise<boolean> {
    return this.engine.swap(id, rev, patch);
  }

  async changeAll(ids: readonly string[], patch: Patch): Promise<void> {
    await this.engine.changeAll(ids, patch);
  }

  async removeAll(filter: Filter): Promise<number> {
    return this.engine.removeAll(filter);
  }

  async size(): Promise<number> {
    return this.engine.size();
  }

  async purge(): Promise<void> {
    await this.engine.purge();
  }

  async ping(): Promise<void> {
    await this.engine.ping();
  }
}
