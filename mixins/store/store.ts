import { isDate } from 'node:util/types';
import type { Service, ServiceSchema } from 'moleculer';
import DbService from 'moleculer-db';
import type { Mixin, Self } from '../../lib/contract/mixin.ts';
import type { CursorPage } from '../../lib/contract/page.ts';
import type { Config } from '../../lib/process/config.ts';
import { owning } from '../owned-names.ts';
import { Changes, type Decide, RefusedPatch, type VersionedCollection } from './changes.ts';
import type { Engine, Filter, FindOptions, Index, ScanOptions } from './engine.ts';
import { type PageOptions, readPageOf } from './pages.ts';
import type { Patch, Versioned } from './patch.ts';
import { MongoAdapter } from './store-mongo.ts';
import { NedbAdapter } from './store-nedb.ts';

/** Some fields of a document; of a union of documents, of each of them. */
export type Part<T, K extends keyof T> = T extends unknown ? Pick<T, K> : never;

/** A service's own documents of type `T`, and the only ways to read and change them. */
export interface Store<T> {
  /** Inserts at rev 0. False: the _id, or a unique key, is taken. */
  insert(doc: Omit<T, 'rev'>): Promise<boolean>;
  /** Inserts those whose _id and unique keys are not taken yet; resolves with how many those were. */
  insertNew(docs: readonly Omit<T, 'rev'>[]): Promise<number>;
  get(id: string): Promise<T | null>;
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
   * Those of a filter a batch at a time, in no order, so that few are in memory however many there are. What changes
   * meanwhile comes as it was or as it is, or not at all if it is new or gone.
   */
  scan<K extends keyof T & string = keyof T & string>(
    filter: Filter,
    options: ScanOptions & { fields?: readonly K[] },
  ): AsyncGenerator<Part<T, K>[]>;
  /** See `Changes.change`; a document that is not there begins with `create`, when the store has one. */
  change<A>(id: string, decide: Decide<T, A>): Promise<A>;
  /** Removes documents that nobody will ever begin again under their ids; resolves with how many. */
  remove(filter: Filter): Promise<number>;
  count(): Promise<number>;
  /** Leaves nothing of documents, or versions of them, that are gone. */
  purge(): Promise<void>;
  /** Rejects when the database is not reached within about a second. */
  ping(): Promise<void>;
}

export interface StoreOptions<T> {
  /** Whose database this is. */
  node: 'customer' | 'product' | 'shopping';
  collection: string;
  /** What a unique index over several fields names is part of the document's identity: `change` cannot change it. */
  indexes?: readonly Index[];
  /** Begins a document on its first change. */
  create?: (id: string, now: Date) => Omit<T, 'rev'>;
  /** Called with each new version of a document that this process wrote: to be read at once, neither changed nor kept. */
  written?: (this: Self<{ store: Store<T> }>, doc: T) => void;
}

/**
 * Mixes in `this.store`: one collection, in MongoDB when the config has an address and else in a NeDB file, through
 * moleculer-db. Ready for use, indexes and all, when the service's own `started` runs.
 */
export function store<T extends Versioned>(config: Config, options: StoreOptions<T>): Mixin<{ store: Store<T> }> {
  const { node, collection, indexes = [], written } = options;
  const mixin = {
    mixins: [DbService as unknown as Partial<ServiceSchema>],
    adapter: adapterOf(config, options),
    collection,
    // Its ready-made actions would let any caller past the rules of the domain.
    actions: Object.fromEntries(Object.keys(readyMade.actions).map((name) => [name, false])),
    methods: { clearCache: () => Promise.resolve() },
    created(this: Service) {
      (this as Mixed<T>).store = new DocumentStore<T>((this as Mixed<T>).adapter, options, (doc) => {
        try {
          written?.call(this as never, doc);
        } catch (error) {
          this.logger.error(`${doc._id} was changed, but telling of it failed`, error);
        }
      });
    },
    // After moleculer-db's own `started`, which would retry what fails here for ever.
    async started(this: Service) {
      await (this as Mixed<T>).adapter.ensureIndexes(indexes);
    },
  };
  return owning(mixin, { collections: [{ node, collection }] });
}

export type Adapter = MongoAdapter | NedbAdapter;

/** The adapter of a collection, not connected yet. */
export function adapterOf(
  config: Config,
  { node, collection }: Pick<StoreOptions<never>, 'node' | 'collection'>,
): Adapter {
  const database = config.databasePrefix + node;
  return config.mongoUrl
    ? new MongoAdapter(config.mongoUrl, database, collection)
    : new NedbAdapter(config.dataDir, database, collection);
}

/** What a service has of moleculer-db's mixin and of ours. */
type Mixed<T> = Service & { adapter: Engine; store: Store<T> };

const readyMade = DbService as unknown as { actions: object };

/** The store of one collection on either engine. */
export class DocumentStore<T extends Versioned> implements Store<T> {
  readonly #engine: Engine;
  readonly #changes: Changes<T>;

  constructor(engine: Engine, options: StoreOptions<T>, written: (doc: T) => void) {
    this.#engine = engine;
    this.#changes = new Changes(slot(engine, options), { written });
  }

  async insert(doc: Omit<T, 'rev'>): Promise<boolean> {
    const first = begun(doc);
    const isNew = await this.#engine.add(first);
    if (isNew) this.#changes.inserted(first as T);
    return isNew;
  }

  insertNew(docs: readonly Omit<T, 'rev'>[]): Promise<number> {
    return this.#engine.addNew(docs.map(begun));
  }

  get(id: string): Promise<T | null> {
    return this.findOne({ _id: id });
  }

  async findOne(filter: Filter): Promise<T | null> {
    const [first] = await this.find(filter, { limit: 1 });
    return (first as T | undefined) ?? null;
  }

  async find<K extends keyof T & string = keyof T & string>(
    filter: Filter,
    options: FindOptions & { fields?: readonly K[] } = {},
  ): Promise<Part<T, K>[]> {
    refuseOdd(filter);
    return (await this.#engine.query(filter, options)) as unknown[] as Part<T, K>[];
  }

  page(filter: Filter, options: PageOptions<T>): Promise<CursorPage<T>>;
  page<K extends keyof T & string>(
    filter: Filter,
    options: PageOptions<T> & { fields: readonly K[] },
  ): Promise<CursorPage<Pick<T, K>>>;
  async page(filter: Filter, options: PageOptions<T> & { fields?: readonly string[] }): Promise<CursorPage<T>> {
    refuseOdd(filter);
    const read = async (range: Filter, how: FindOptions) => (await this.#engine.query(range, how)) as T[];
    return readPageOf(read, filter, options);
  }

  scan<K extends keyof T & string = keyof T & string>(
    filter: Filter,
    options: ScanOptions & { fields?: readonly K[] },
  ): AsyncGenerator<Part<T, K>[]> {
    refuseOdd(filter);
    return this.#engine.batches(filter, options) as AsyncGenerator<unknown[]> as AsyncGenerator<Part<T, K>[]>;
  }

  change<A>(id: string, decide: Decide<T, A>): Promise<A> {
    return this.#changes.change(id, decide);
  }

  async remove(filter: Filter): Promise<number> {
    refuseOdd(filter);
    if (Object.keys(filter).length === 0) throw new TypeError('this would remove every document');
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

/** A field left undefined would match every document on MongoDB, and an operator from outside might. */
function refuseOdd(filter: Filter): void {
  for (const [field, condition] of Object.entries(filter)) {
    if (!isCondition(condition)) throw new TypeError(`a filter by ${field} cannot be ${JSON.stringify(condition)}`);
  }
}

const begun = <T>(doc: Omit<T, 'rev'>): Versioned => ({ ...(doc as unknown as Omit<Versioned, 'rev'>), rev: 0 });

function slot<T extends Versioned>(engine: Engine, { create, indexes = [] }: StoreOptions<T>): VersionedCollection<T> {
  const fixed = indexes.filter(({ unique }) => unique).map(({ fields }) => Object.keys(fields));
  const identity = fixed.filter((fields) => fields.length > 1).flat();
  return {
    async read(id) {
      const found = await engine.read(id);
      if (found || !create) return found as T | null;
      await engine.add(begun(create(id, new Date()))); // false: another was first, which does as well
      return (await engine.read(id)) as T | null;
    },
    async swap(id, rev, patch: Patch) {
      const touched = identity.find((field) => Object.keys(patch).some((path) => overlap(path, field)));
      if (touched) throw new RefusedPatch(new Error(`${touched} is part of the identity of ${id}`), false);
      return engine.swap(id, rev, patch);
    },
  };
}

const overlap = (a: string, b: string): boolean => `${a}.`.startsWith(`${b}.`) || `${b}.`.startsWith(`${a}.`);

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
