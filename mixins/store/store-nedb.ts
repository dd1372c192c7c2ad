import { join } from 'node:path';
import type { Service, ServiceBroker } from 'moleculer';
import DbService from 'moleculer-db';
import { escapeLineBreaks } from '../../lib/files/unicode.ts';
import { AppendLog } from './append-log.ts';
import { RefusedPatch } from './changes.ts';
import type { Engine, Filter, FindOptions, Index, ScanOptions } from './engine.ts';
import { excludeNulls, hiddenFieldName, hiddenFieldsOf, lineOf, pickFields, type Stored } from './nedb-documents.ts';
import { repairDataFile } from './nedb-file.ts';
import { type ChangeableDatastore, insertInPlace, type NedbIndex, swapInPlace } from './nedb-update.ts';
import { deepCopy, type Patch, storableCopy, type Versioned } from './patch.ts';

const COMPACTION_INTERVAL_MS = 3_600_000;

/** The part of NeDB, a dependency of moleculer-db, that is used here. */
interface Datastore extends ChangeableDatastore {
  /** Indexes by field, with those stored in the file. */
  readonly indexes: Readonly<Record<string, NedbIndex & { unique: boolean; sparse: boolean }>>;
  findOneAsync(query: object): Promise<Stored | null>;
  findAsync(query: object): Cursor;
  /** The documents themselves, not copies. */
  getAllData(): readonly Stored[];
  countAsync(query: object): Promise<number>;
  updateAsync(query: object, update: object, options?: { multi: boolean }): Promise<{ numAffected: number }>;
  removeAsync(query: object, options: object): Promise<number>;
  ensureIndexAsync(options: { fieldName: string; unique: boolean; sparse: boolean }): Promise<void>;
  removeIndexAsync(fieldName: string): Promise<void>;
  compactDatafileAsync(): Promise<void>;
  readonly persistence: ChangeableDatastore['persistence'] & {
    persistCachedDatabaseAsync(): Promise<void>;
  };
}
interface Cursor extends Promise<Stored[]> {
  sort(fields: object): Cursor;
  limit(count: number): Cursor;
  projection(fields: object): Cursor;
}

/**
 * moleculer-db's NeDB adapter on a file, made to behave like MongoDB. NeDB changes its memory first and then the file,
 * without fsync. Neither the writer nor a reader gets an answer before the change is in the file: acknowledged changes
 * survive the process, but not a power failure.
 * Its fields are not private (#): Moleculer clones an adapter with its schema, and private fields would be lost.
 */
export class NedbAdapter extends DbService.MemoryAdapter implements Engine {
  readonly file: string;
  readonly fatal: ((error: Error) => void) | undefined;
  declare broker: ServiceBroker;
  declare db: Datastore | null;
  /** Created by `connect`. */
  declare log: AppendLog | undefined;
  /** The fields of each unique index over several fields. NeDB 3 has no such index: a hidden field combines the values. */
  compoundIndexes: string[][] = [];
  compaction: NodeJS.Timeout | undefined;
  versionsSinceCompaction = 0;

  /** @param fatal ends the process after a failed write to the file, as memory and file differ then */
  constructor(dataDir: string, database: string, collection: string, fatal?: (error: Error) => void) {
    const file = join(dataDir, database, `${collection}.db`);
    super({
      filename: file,
      corruptAlertThreshold: 0,
      // NeDB's reader ends a line at characters that JSON does not escape.
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
      return this.failFatally('read', error);
    }
    this.compaction = setInterval(() => this.compact(), COMPACTION_INTERVAL_MS).unref();
  }

  override async disconnect(): Promise<void> {
    clearInterval(this.compaction);
    await this.db?.findOneAsync({ _id: '' }); // is queued behind all writes
    this.db = null;
    await this.log?.close();
  }

  /**
   * Replaces NeDB's writes, which append each change alone while all other calls are queued. A write returns when the
   * change is in the append log; `afterFlush` waits until it is in the file.
   */
  async commitInGroups(): Promise<void> {
    const { persistence } = this.datastore;
    const log = new AppendLog(this.file);
    this.log = log;
    await log.open();
    persistence.persistNewStateAsync = async (docs) => {
      for (const doc of docs) log.append(`${lineOf(doc)}\n`);
    };
    const rewriteFile = persistence.persistCachedDatabaseAsync.bind(persistence);
    persistence.persistCachedDatabaseAsync = async () => {
      await log.flushed();
      await rewriteFile();
      await log.open();
    };
  }

  /** Removes old versions of documents from the file. The old file stays until the new one is complete. */
  async compact(): Promise<void> {
    if (this.versionsSinceCompaction === 0) return;
    this.versionsSinceCompaction = 0;
    await this.datastore
      .compactDatafileAsync()
      .catch((error) => this.broker.logger.error(`${this.file}: not compacted`, error));
  }

  async ensureIndexes(indexes: readonly Index[]): Promise<void> {
    const wanted = new Map<string, { unique: boolean; sparse: boolean }>();
    for (const { fields, unique = false, sparse = false } of indexes) {
      const names = Object.keys(fields);
      const [first = ''] = names;
      // A query uses an index over one field; the first field is the most selective.
      const isUnique = wanted.get(first)?.unique || (unique && names.length === 1);
      wanted.set(first, { unique: isUnique, sparse });
      if (!unique || names.length === 1) continue;
      this.compoundIndexes.push(names);
      wanted.set(hiddenFieldName(names), { unique: true, sparse: false });
    }
    for (const doc of this.compoundIndexes.length > 0 ? await this.datastore.findAsync({}) : []) {
      const keys = hiddenFieldsOf(doc, this.compoundIndexes);
      const missing = Object.keys(keys).some((name) => doc[name] !== keys[name]);
      if (missing) await this.write((db) => db.updateAsync({ _id: doc._id }, { $set: keys }));
    }
    for (const [fieldName, { unique, sparse }] of wanted) {
      const known = this.datastore.indexes[fieldName];
      if (known?.unique === unique && known.sparse === sparse) continue;
      if (known) await this.datastore.removeIndexAsync(fieldName); // NeDB would keep the old options
      await this.datastore.ensureIndexAsync({ fieldName, unique, sparse });
    }
  }

  async add(doc: Versioned): Promise<boolean> {
    return (await this.addNew([doc])) === 1;
  }

  async addNew(docs: Versioned[]): Promise<number> {
    const stored = docs.map((doc) => this.withHiddenFields(doc));
    return this.write((db) => insertInPlace(db, stored));
  }

  async read(id: string): Promise<Versioned | null> {
    const [doc] = this.datastore.indexes._id?.getMatching(id) ?? [];
    return this.afterFlush(doc ? this.withoutHiddenFields(deepCopy(doc)) : null);
  }

  async query(filter: Filter, { sort, limit, fields }: FindOptions): Promise<Versioned[]> {
    let cursor = this.datastore.findAsync(Object.fromEntries(Object.entries(filter).map(excludeNulls)));
    if (sort) cursor = cursor.sort(sort);
    if (limit !== undefined) cursor = cursor.limit(limit);
    if (fields) cursor = cursor.projection(Object.fromEntries(fields.map((field) => [field, 1])));
    return (await this.afterFlush(cursor)).map((doc) => this.withoutHiddenFields(doc));
  }

  async *batches(filter: Filter, { batch, fields }: ScanOptions): AsyncGenerator<Versioned[]> {
    if (Object.keys(filter).length === 0) {
      for (const docs of this.scanAll(batch, fields)) yield this.afterFlush(docs);
      return;
    }
    const ids = (await this.query(filter, { fields: ['_id'] })).map(({ _id }) => _id);
    for (let n = 0; n < ids.length; n += batch) {
      yield this.query({ _id: { $in: ids.slice(n, n + batch) } }, fields ? { fields } : {});
    }
  }

  /** Reads NeDB's memory directly, as its own projection is the slowest part of a query. */
  *scanAll(batch: number, fields: readonly string[] | undefined): Generator<Versioned[]> {
    const docs = this.datastore.getAllData();
    for (let n = 0; n < docs.length; n += batch) {
      yield docs
        .slice(n, n + batch)
        .map((doc) => this.withoutHiddenFields(deepCopy(fields ? pickFields(doc, fields) : doc)));
    }
  }

  async swap(id: string, rev: number, patch: Patch): Promise<boolean> {
    return this.write((db) => swapInPlace(db, id, rev, this.withChangedKeys(db, id, patch)));
  }

  /** The hidden fields of a patch that changes a field which they combine. If the document changes first, `rev` refuses both. */
  withChangedKeys({ indexes }: Datastore, id: string, patch: Patch): Patch {
    const touched = this.compoundIndexes.filter((names) => names.some((name) => Object.hasOwn(patch, name)));
    if (touched.length === 0) return patch;
    return { ...patch, ...hiddenFieldsOf({ ...indexes._id?.getMatching(id)[0], ...patch }, touched) };
  }

  async changeAll(ids: readonly string[], patch: Patch): Promise<void> {
    const update = { $set: storableCopy(patch), $inc: { rev: 1 } };
    await this.write((db) => db.updateAsync({ _id: { $in: [...ids] } }, update, { multi: true }));
  }

  removeAll(filter: Filter): Promise<number> {
    const query = Object.fromEntries(Object.entries(filter).map(excludeNulls));
    return this.write((db) => db.removeAsync(query, { multi: true }));
  }

  /** Old versions are in the file until it is compacted. */
  purge(): Promise<void> {
    return this.compact();
  }

  size(): Promise<number> {
    return this.count();
  }

  override async count(filters: { query?: object } = {}): Promise<number> {
    return this.afterFlush(this.datastore.countAsync(filters.query ?? {}));
  }

  /** Resolves to the removed document, as on MongoDB. */
  override async removeById(id: string): Promise<object> {
    const doc = await this.afterFlush(this.datastore.findOneAsync({ _id: id }));
    if (doc) await this.write((db) => db.removeAsync({ _id: id }, {}));
    return doc as object;
  }

  async ping(): Promise<void> {
    if (!this.db) throw new Error(`${this.file} is not open`);
  }

  get datastore(): Datastore {
    if (!this.db) throw new Error(`${this.file} is not open`);
    return this.db;
  }

  write<R>(run: (db: Datastore) => Promise<R>): Promise<R> {
    this.versionsSinceCompaction += 1;
    return this.afterFlush(this.applyChange(run));
  }

  /** Documents were validated before, so that any error except for a refused patch is one of the file. */
  async applyChange<R>(run: (db: Datastore) => Promise<R>): Promise<R> {
    try {
      return await run(this.datastore);
    } catch (error) {
      if (error instanceof RefusedPatch) throw error;
      return this.failFatally('written', error);
    }
  }

  /** Resolves or rejects with `result` once the file has all changes so far, which the result may be based on. */
  async afterFlush<R>(result: R | Promise<R>): Promise<R> {
    try {
      return await result;
    } finally {
      await this.log?.flushed()?.catch((error) => this.failFatally('written', error));
    }
  }

  failFatally(what: 'read' | 'written', error: unknown): never {
    const { message } = error as Error;
    const text = `${this.file} cannot be ${what}: ${message}. The process ends, as its memory and the file may differ.`;
    const reason = new Error(text, { cause: error });
    if (this.fatal) this.fatal(reason);
    else this.broker.fatal(text, reason, true);
    throw reason;
  }

  withHiddenFields(doc: Versioned): object {
    const stored = storableCopy(doc);
    return { ...stored, ...hiddenFieldsOf(stored, this.compoundIndexes) };
  }

  withoutHiddenFields(doc: Stored): Versioned {
    for (const names of this.compoundIndexes) delete doc[hiddenFieldName(names)];
    return doc;
  }
}
