import { join } from 'node:path';
import type { Service, ServiceBroker } from 'moleculer';
import DbService from 'moleculer-db';
import { escapeLineBreaks } from '../../lib/files/unicode.ts';
import { AppendLog } from './append-log.ts';
import { RefusedPatch } from './changes.ts';
import type { Engine, Filter, FindOptions, Index, ScanOptions } from './engine.ts';
import { comparable, hidden, keysOf, lineOf, picked, type Stored } from './nedb-documents.ts';
import { repairDataFile } from './nedb-file.ts';
import { copied, type Patch, storable, type Versioned } from './patch.ts';
import { asUpdate } from './store-mongo.ts';

const COMPACTION_INTERVAL = 3_600_000;

/** What we use of NeDB, which comes with moleculer-db. */
interface Datastore {
  /** By field, those in the file too. */
  readonly indexes: Readonly<Record<string, { unique: boolean; sparse: boolean }>>;
  insertAsync(docs: object | object[]): Promise<unknown>;
  findOneAsync(query: object): Promise<Stored | null>;
  findAsync(query: object): Cursor;
  /** The documents themselves, not to be changed. */
  getAllData(): readonly Stored[];
  countAsync(query: object): Promise<number>;
  updateAsync(query: object, update: object): Promise<{ numAffected: number }>;
  removeAsync(query: object, options: object): Promise<number>;
  ensureIndexAsync(options: { fieldName: string; unique: boolean; sparse: boolean }): Promise<void>;
  removeIndexAsync(fieldName: string): Promise<void>;
  compactDatafileAsync(): Promise<void>;
  readonly persistence: {
    persistNewStateAsync(docs: readonly object[]): Promise<void>;
    persistCachedDatabaseAsync(): Promise<void>;
  };
}
interface Cursor extends Promise<Stored[]> {
  sort(fields: object): Cursor;
  limit(count: number): Cursor;
  projection(fields: object): Cursor;
}

/**
 * moleculer-db's NeDB adapter on a file, made to behave as MongoDB does. NeDB changes its memory first and the file
 * after that, without fsync; nobody is told of a change, by whom it was made or by a read, before it is in the file. So
 * what was answered survives the process, not a loss of power.
 * State is kept in plain fields: Moleculer clones an adapter with its schema, which private ones do not survive.
 */
export class NedbAdapter extends DbService.MemoryAdapter implements Engine {
  readonly file: string;
  readonly fatal: ((error: Error) => void) | undefined;
  declare broker: ServiceBroker;
  declare db: Datastore | null;
  /** Made anew by each `connect`. */
  declare log: AppendLog | undefined;
  /** Fields of each unique index over several fields: NeDB 3 has none, so a hidden field holds the values as one. */
  compound: string[][] = [];
  compaction: NodeJS.Timeout | undefined;
  appended = 0;

  /** @param fatal ends the process, after a write that memory has and the file has not. */
  constructor(dataDir: string, database: string, collection: string, fatal?: (error: Error) => void) {
    const file = join(dataDir, database, `${collection}.db`);
    super({
      filename: file,
      corruptAlertThreshold: 0,
      // Its reader ends a line at characters that JSON does not escape.
      afterSerialization: escapeLineBreaks,
      beforeDeserialization: (line: string) => line, // JSON.parse undoes the escapes
    });
    this.file = file;
    this.fatal = fatal;
  }

  override init(broker: ServiceBroker, service: Service): void {
    super.init(broker, service);
    this.broker = broker;
  }

  override async connect(): Promise<void> {
    try {
      await repairDataFile(this.file);
      await super.connect(); // loads, and compacts
      await this.commitInGroups();
    } catch (error) {
      return this.end('read', error);
    }
    this.compaction = setInterval(() => this.compact(), COMPACTION_INTERVAL).unref();
  }

  override async disconnect(): Promise<void> {
    clearInterval(this.compaction);
    await this.db?.findOneAsync({ _id: '' }); // waits its turn behind the writes
    this.db = null;
    await this.log?.close();
  }

  /**
   * NeDB would append each change by itself, while all other calls wait in line. So for NeDB a change is over when the
   * log has it; `settled` waits until the file has it.
   */
  async commitInGroups(): Promise<void> {
    const { persistence } = this.open;
    const log = new AppendLog(this.file);
    this.log = log;
    await log.open();
    persistence.persistNewStateAsync = async (docs) => {
      for (const doc of docs) log.append(`${lineOf(doc)}\n`);
    };
    const compacted = persistence.persistCachedDatabaseAsync.bind(persistence);
    persistence.persistCachedDatabaseAsync = async () => {
      await log.flushed();
      await compacted();
      await log.open();
    };
  }

  /** NeDB appends every new version of a document; this leaves the newest. The old file stays until the new is whole. */
  async compact(): Promise<void> {
    if (this.appended === 0) return;
    this.appended = 0;
    await this.open
      .compactDatafileAsync()
      .catch((error) => this.broker.logger.error(`${this.file}: not compacted`, error));
  }

  async ensureIndexes(indexes: readonly Index[]): Promise<void> {
    const wanted = new Map<string, { unique: boolean; sparse: boolean }>();
    for (const { fields, unique = false, sparse = false } of indexes) {
      const names = Object.keys(fields);
      const [first = ''] = names;
      // A query uses an index of one field; the first narrows most of it down.
      const isUnique = wanted.get(first)?.unique || (unique && names.length === 1);
      wanted.set(first, { unique: isUnique, sparse });
      if (!unique || names.length === 1) continue;
      this.compound.push(names);
      wanted.set(hidden(names), { unique: true, sparse: false });
    }
    for (const doc of this.compound.length > 0 ? await this.open.findAsync({}) : []) {
      const keys = keysOf(doc, this.compound);
      const missing = Object.keys(keys).some((name) => doc[name] !== keys[name]);
      if (missing) await this.write((db) => db.updateAsync({ _id: doc._id }, { $set: keys }));
    }
    for (const [fieldName, { unique, sparse }] of wanted) {
      const known = this.open.indexes[fieldName];
      if (known?.unique === unique && known.sparse === sparse) continue;
      if (known) await this.open.removeIndexAsync(fieldName); // NeDB would keep it, unique or not
      await this.open.ensureIndexAsync({ fieldName, unique, sparse });
    }
  }

  async add(doc: Versioned): Promise<boolean> {
    try {
      const stored = this.keyed(doc);
      await this.write((db) => db.insertAsync(stored));
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  async addNew(docs: Versioned[]): Promise<number> {
    const stored = docs.map((doc) => this.keyed(doc));
    try {
      await this.write((db) => db.insertAsync(stored)); // all in one append
      return docs.length;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
    }
    let added = 0;
    for (const doc of docs) if (await this.add(doc)) added += 1;
    return added;
  }

  async read(id: string): Promise<Versioned | null> {
    const doc = await this.settled(this.open.findOneAsync({ _id: id }));
    return doc && this.shown(doc);
  }

  async query(filter: Filter, { sort, limit, fields }: FindOptions): Promise<Versioned[]> {
    let cursor = this.open.findAsync(Object.fromEntries(Object.entries(filter).map(comparable)));
    if (sort) cursor = cursor.sort(sort);
    if (limit !== undefined) cursor = cursor.limit(limit);
    if (fields) cursor = cursor.projection(Object.fromEntries(fields.map((field) => [field, 1])));
    return (await this.settled(cursor)).map((doc) => this.shown(doc));
  }

  async *batches(filter: Filter, { batch, fields }: ScanOptions): AsyncGenerator<Versioned[]> {
    if (Object.keys(filter).length === 0) {
      for (const docs of this.all(batch, fields)) yield this.settled(docs);
      return;
    }
    const ids = (await this.query(filter, { fields: ['_id'] })).map(({ _id }) => _id);
    for (let n = 0; n < ids.length; n += batch) {
      yield this.query({ _id: { $in: ids.slice(n, n + batch) } }, fields ? { fields } : {});
    }
  }

  /** NeDB's own way to leave fields out takes longer than all the rest, and a change puts a new object for the old one. */
  *all(batch: number, fields: readonly string[] | undefined): Generator<Versioned[]> {
    const docs = this.open.getAllData();
    for (let n = 0; n < docs.length; n += batch) {
      yield docs.slice(n, n + batch).map((doc) => this.shown(copied(fields ? picked(doc, fields) : doc)));
    }
  }

  async swap(id: string, rev: number, patch: Patch): Promise<boolean> {
    // NeDB would keep the very objects of the patch.
    const own = Object.fromEntries(Object.entries(patch).map(([path, value]) => [path, storable(value)]));
    const update = asUpdate(rev, own);
    try {
      const { numAffected } = await this.write((db) => db.updateAsync({ _id: id, rev }, update));
      return numAffected === 1;
    } catch (error) {
      throw isDuplicate(error) ? new RefusedPatch(error, true) : error;
    }
  }

  removeAll(filter: Filter): Promise<number> {
    const query = Object.fromEntries(Object.entries(filter).map(comparable));
    return this.write((db) => db.removeAsync(query, { multi: true }));
  }

  /** The file has old versions until it is compacted. */
  purge(): Promise<void> {
    return this.compact();
  }

  size(): Promise<number> {
    return this.count();
  }

  override async count(filters: { query?: object } = {}): Promise<number> {
    return this.settled(this.open.countAsync(filters.query ?? {}));
  }

  /** Answers the removed document, as on MongoDB. */
  override async removeById(id: string): Promise<object> {
    const doc = await this.settled(this.open.findOneAsync({ _id: id }));
    if (doc) await this.write((db) => db.removeAsync({ _id: id }, {}));
    return doc as object;
  }

  async ping(): Promise<void> {
    if (!this.db) throw new Error(`${this.file} is not open`);
  }

  get open(): Datastore {
    if (!this.db) throw new Error(`${this.file} is not open`);
    return this.db;
  }

  write<R>(run: (db: Datastore) => Promise<R>): Promise<R> {
    this.appended += 1;
    return this.settled(this.changed(run));
  }

  /** All that can be wrong with a document was refused before, so that only the file is left to fail. */
  async changed<R>(run: (db: Datastore) => Promise<R>): Promise<R> {
    try {
      return await run(this.open);
    } catch (error) {
      if (isDuplicate(error)) throw error;
      return this.end('written', error);
    }
  }

  /** What was read or changed, once the file has all that it tells of, also of a unique key that is taken. */
  async settled<R>(result: R | Promise<R>): Promise<R> {
    try {
      return await result;
    } finally {
      await this.log?.flushed()?.catch((error) => this.end('written', error));
    }
  }

  end(what: 'read' | 'written', error: unknown): never {
    const { message } = error as Error;
    const said = `${this.file} cannot be ${what}: ${message}. The process ends rather than answer from memory alone.`;
    const reason = new Error(said, { cause: error });
    if (this.fatal) this.fatal(reason);
    else this.broker.fatal(said, reason, true);
    throw reason;
  }

  keyed(doc: Versioned): object {
    const stored = storable(doc);
    return { ...stored, ...keysOf(stored, this.compound) };
  }

  shown(doc: Stored): Versioned {
    for (const names of this.compound) delete doc[hidden(names)];
    return doc;
  }
}

const isDuplicate = (error: unknown): boolean => (error as { errorType?: string }).errorType === 'uniqueViolated';
