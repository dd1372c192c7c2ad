import { isDate } from 'node:util/types';
import type { Service, ServiceSchema } from 'moleculer';
import DbService from 'moleculer-db';
import type { Mixin, Self } from '../../lib/contract/mixin.ts';
import type { CursorPage } from '../../lib/contract/page.ts';
import type { Config } from '../../lib/process/config.ts';
import { owning } from '../owned-names.ts';
import { Changes, type Decide, RefusedPatch, type VersionedCollection } from './changes.ts';
import { DeferredMongoAdapter } from './deferred-mongo.ts';
import type { Engine, Filter, FindOptions, Index, ScanOptions } from './engine.ts';
import { type PageOptions, readPageOf } from './pages.ts';
import { isOverlapping, type Patch, type Versioned } from './patch.ts';
import { NedbAdapter } from './store-nedb.ts';

/** Some fields of a document, or of each document in a union. */
export type Part<T, K extends keyof T> = T extends unknown ? Pick<T, K> : never;

/** A service's documents of type `T`: the only way to read and change them. */
export interface Store<T> {
  /** Inserts with rev 0. Resolves to false when the _id or a unique key is taken. */
  insert(doc: Omit<T, 'rev'>): Promise<boolean>;
  /** Inserts the documents whose _id and unique keys are free. Resolves to their number. */
  insertNew(docs: readonly Omit<T, 'rev'>[]): Promise<number>;
  get(id: string): Promise<T | null>;
  /**
   * The document as this process wrote it last, without a read; null if it is not at hand. Another process may have changed
   * it since, so that only `change` shows whether a decision about it holds.
   */
  lastWritten(id: string): T | null;
  findOne(filter: Filter): Promise<T | null>;
  find<K extends keyof T & string = keyof T & string>(
    filter: Filter,
    options?: FindOptions & { fields?: readonly K[] },
  ): Promise<Part<T, K>[]>;
  /**
   * One page of a list that clients read by `limit` and `cursor`.
   * @throws invalid-request for a cursor of another list
   */
  page(filter: Filter, options: PageOptions<T>): Promise<CursorPage<T>>;
  page<K extends keyof T & string>(
    filter: Filter,
    options: PageOptions<T> & { fields: readonly K[] },
  ): Promise<CursorPage<Pick<T, K>>>;
  /**
   * Reads all matching documents in batches without an order, for any number of documents. A document that changes
   * meanwhile is read in either version; one that is inserted or removed meanwhile may be missing.
   */
  scan<K extends keyof T & string = keyof T & string>(
    filter: Filter,
    options: ScanOptions & { fields?: readonly K[] },
  ): AsyncGenerator<Part<T, K>[]>;
  /** See `Changes.change`. A missing document is created first, if the store has `create`. */
  change<A>(id: string, decide: Decide<T, A>): Promise<A>;
  /** See `Changes.changeSoon`. */
  changeSoon<A>(id: string, decide: Decide<T, A>): Promise<A>;
  /**
   * Writes one patch into all of these documents that exist, whatever they contain, by one write: only for what is true in any
   * case. The listeners of `onWrite` are not called.
   */
  changeAll(ids: readonly string[], patch: Patch): Promise<void>;
  /**
   * Calls the listener with each new version of a document that this process writes. The document is on loan: the listener
   * may read it at once, and must neither change nor keep it.
   */
  onWrite(listener: (doc: T) => void): void;
  /** Removes documents whose ids will never be used again. Resolves to their number. */
  remove(filter: Filter): Promise<number>;
  count(): Promise<number>;
  /** Deletes old versions and removed documents from the disk. */
  purge(): Promise<void>;
  /** Rejects when the database is not reached within about a second. */
  ping(): Promise<void>;
}

export interface StoreOptions<T> {
  /** The node kind, which has its own database. */
  node: 'customer' | 'product' | 'shopping';
  collection: string;
  /**
   * The fields of a unique index over several fields are part of a document's identity: `change` refuses to change them, unless
   * the index says `mayChange`.
   */
  indexes?: readonly Index[];
  /** Creates a missing document at its first change. */
  create?: (id: string, now: Date) => Omit<T, 'rev'>;
  /**
   * Called with each new version that this process wrote, and with the `watched` fields of the version before (none of a new
   * document). It must neither change nor keep the document.
   */
  written?: (this: Self<{ store: Store<T> }>, doc: T, before: Partial<T>) => void;
  /** Top-level fields with plain values. */
  watched?: readonly (keyof T)[];
}

/**
 * The mixin that adds `this.store`: one collection through moleculer-db, in MongoDB if the config has its address, else in a
 * NeDB file. It is connected and has its indexes before the service's own `started` runs.
 */
export function store<T extends Versioned>(config: Config, options: StoreOptions<T>): Mixin<{ store: Store<T> }> {
  const { node, collection, indexes = [], written } = options;
  const mixin = {
    mixins: [DbService as unknown as Partial<ServiceSchema>],
    adapter: adapterOf(config, options),
    collection,
    // Disabled, as moleculer-db's actions would bypass the rules of the domain.
    actions: Object.fromEntries(Object.keys(MOLECULER_DB.actions).map((name) => [name, false])),
    methods: { clearCache: () => Promise.resolve() },
    created(this: Service) {
      (this as StoreService<T>).store = new DocumentStore<T>(
        (this as StoreService<T>).adapter,
        options,
        (doc, before) => {
          try {
            written?.call(this as never, doc, before);
          } catch (error) {
            this.logger.error(`${doc._id} was changed, but its change listener failed`, error);
          }
        },
      );
    },
    // Not in moleculer-db's `started`, which would retry a failure for ever.
    async started(this: Service) {
      await (this as StoreService<T>).adapter.ensureIndexes(indexes);
    },
  };
  return owning(mixin, { collections: [{ node, collection }] });
}

export type Adapter = DeferredMongoAdapter | NedbAdapter;

/** The adapter of a collection, not connected yet. */
export function adapterOf(
  config: Config,
  { node, collection, indexes = [] }: Pick<StoreOptions<never>, 'node' | 'collection' | 'indexes'>,
): Adapter {
  const database = config.databasePrefix + node;
  return config.mongoUrl
    ? new DeferredMongoAdapter(config.mongoUrl, database, collection)
    : new NedbAdapter(config.dataDir, database, collection, { indexes });
}

/** A service with the fields of moleculer-db's mixin and of this one. */
type StoreService<T> = Service & { adapter: Engine; store: Store<T> };

const MOLECULER_DB = DbService as unknown as { actions: object };

/** The store of one collection on either engine. */
export class DocumentStore<T extends Versioned> implements Store<T> {
  readonly #engine: Engine;
  readonly #changes: Changes<T>;
  readonly #listeners: ((doc: T, before: Partial<T>) => void)[];

  constructor(engine: Engine, options: StoreOptions<T>, written: (doc: T, before: Partial<T>) => void) {
    this.#engine = engine;
    this.#listeners = [written];
    this.#changes = new Changes(versionedCollection(engine, options), {
      watched: options.watched ?? [],
      written: (doc, before) => {
        for (const listener of this.#listeners) listener(doc, before);
      },
    });
  }

  onWrite(listener: (doc: T) => void): void {
    this.#listeners.push(listener);
  }

  async insert(doc: Omit<T, 'rev'>): Promise<boolean> {
    const first = firstVersion(doc);
    const isNew = await this.#engine.add(first);
    if (isNew) this.#changes.cacheInserted(first as T);
    return isNew;
  }

  insertNew(docs: readonly Omit<T, 'rev'>[]): Promise<number> {
    return this.#engine.addNew(docs.map(firstVersion));
  }

  async get(id: string): Promise<T | null> {
    checkFilter({ _id: id });
    return (await this.#engine.read(id)) as T | null;
  }

  lastWritten(id: string): T | null {
    return this.#changes.lastWritten(id) ?? null;
  }

  async findOne(filter: Filter): Promise<T | null> {
    const [first] = await this.find(filter, { limit: 1 });
    return (first as T | undefined) ?? null;
  }

  async find<K extends keyof T & string = keyof T & string>(
    filter: Filter,
    options: FindOptions & { fields?: readonly K[] } = {},
  ): Promise<Part<T, K>[]> {
    checkFilter(filter);
    return (await this.#engine.query(filter, options)) as unknown[] as Part<T, K>[];
  }

  page(filter: Filter, options: PageOptions<T>): Promise<CursorPage<T>>;
  page<K extends keyof T & string>(
    filter: Filter,
    options: PageOptions<T> & { fields: readonly K[] },
  ): Promise<CursorPage<Pick<T, K>>>;
  async page(filter: Filter, options: PageOptions<T> & { fields?: readonly string[] }): Promise<CursorPage<T>> {
    checkFilter(filter);
    const read = async (range: Filter, how: FindOptions) => (await this.#engine.query(range, how)) as T[];
    return readPageOf(read, filter, options);
  }

  scan<K extends keyof T & string = keyof T & string>(
    filter: Filter,
    options: ScanOptions & { fields?: readonly K[] },
  ): AsyncGenerator<Part<T, K>[]> {
    checkFilter(filter);
    return this.#engine.batches(filter, options) as AsyncGenerator<unknown[]> as AsyncGenerator<Part<T, K>[]>;
  }

  change<A>(id: string, decide: Decide<T, A>): Promise<A> {
    return this.#changes.change(id, decide);
  }

  changeSoon<A>(id: string, decide: Decide<T, A>): Promise<A> {
    return this.#changes.changeSoon(id, decide);
  }

  async changeAll(ids: readonly string[], patch: Patch): Promise<void> {
    if (ids.length === 0) return;
    await this.#engine.changeAll(ids, patch);
    for (const id of ids) this.#changes.forget(id);
  }

  async remove(filter: Filter): Promise<number> {
    checkFilter(filter);
    if (Object.keys(filter).length === 0) throw new TypeError('an empty filter would remove every document');
    return this.#engine.removeAll(filter);
  }

  count(): Promise<number> {
    return this.#engine.size();
  }

  purge(): Promise<void> {
    return this.#engine.purge();
  }

  ping(): Promise<void> {
    return this.#engine.ping();
  }
}

/**
 * Refuses undefined, which matches every document on MongoDB, and operators that could come from a client.
 * @throws {TypeError}
 */
function checkFilter(filter: Filter): void {
  for (const [field, condition] of Object.entries(filter)) {
    if (!isCondition(condition)) throw new TypeError(`a filter by ${field} cannot be ${JSON.stringify(condition)}`);
  }
}

const firstVersion = <T>(doc: Omit<T, 'rev'>): Versioned => ({ ...(doc as unknown as Omit<Versioned, 'rev'>), rev: 0 });

function versionedCollection<T extends Versioned>(
  engine: Engine,
  { create, indexes = [] }: StoreOptions<T>,
): VersionedCollection<T> {
  const fixed = indexes
    .filter(({ unique, mayChange }) => unique && !mayChange)
    .map(({ fields }) => Object.keys(fields));
  const identity = fixed.filter((fields) => fields.length > 1).flat();
  return {
    async read(id) {
      const found = await engine.read(id);
      if (found || !create) return found as T | null;
      await engine.add(firstVersion(create(id, new Date()))); // false if another process has just created it
      return (await engine.read(id)) as T | null;
    },
    async swap(id, rev, patch: Patch) {
      const touched = identity.find((field) => Object.keys(patch).some((path) => isOverlapping(path, field)));
      if (touched) throw new RefusedPatch(new Error(`${touched} is part of the identity of ${id}`), false);
      return engine.swap(id, rev, patch);
    },
  };
}

const OPERATORS = ['$in', '$gt', '$gte', '$lt', '$lte'];
const isScalar = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value) || isDate(value);
const isCondition = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null || isDate(value)) return isScalar(value);
  const parts = Object.entries(value);
  return (
    parts.length > 0 &&
    parts.every(([name, part]) => OPERATORS.includes(name) && (name === '$in' ? part.every(isScalar) : isScalar(part)))
  );
};
