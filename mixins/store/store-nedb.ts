import { join } from 'node:path';
import type { Service, ServiceBroker } from 'moleculer';
import DbService from 'moleculer-db';
import { AppendLog } from './append-log.ts';
import { RefusedPatch } from './changes.ts';
import { DataFileReader, type LinePosition } from './data-file.ts';
import type { Engine, Filter, FindOptions, Index, ScanOptions } from './engine.ts';
import { excludeNulls, hiddenFieldName, hiddenFieldsOf, lineOf, searchedFields } from './nedb-documents.ts';
import { readPacked, repairDataFile, replaceFile } from './nedb-file.ts';
import { addFields, changeInPlace, type Datastore, insertInPlace, swapInPlace } from './nedb-update.ts';
import { PackedDocument, PackedDocuments, type Stored } from './packed-documents.ts';
import { type Patch, storableCopy, type Versioned } from './patch.ts';

const COMPACTION_INTERVAL_MS = 3_600_000;

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
  declare reader: DataFileReader;
  declare packing: PackedDocuments;
  readonly searched: readonly string[];
  /** The fields of each unique index over several fields. NeDB 3 has no such index: a hidden field combines the values. */
  compoundIndexes: string[][] = [];
  compaction: NodeJS.Timeout | undefined;
  versionsSinceCompaction = 0;

  /**
   * @param indexes of `ensureIndexes`: their fields are at hand, while any other is parsed when a query needs it
   * @param fatal ends the process after a failed write to the file, as memory and file differ then
   */
  constructor(
    dataDir: string,
    database: string,
    collection: string,
    { indexes = [], fatal }: { indexes?: readonly Index[]; fatal?: (error: Error) => void } = {},
  ) {
    const file = join(dataDir, database, `${collection}.db`);
    super({ filename: file });
    this.file = file;
    this.searched = searchedFields(indexes);
    this.fatal = fatal;
  }

  override init(broker: ServiceBroker, service: Service): void {
    super.init(broker, service);
    this.broker = broker;
  }

  override async connect(): Promise<void> {
    try {
      await repairDataFile(this.file);
      this.reader = new DataFileReader();
      this.packing = new PackedDocuments(this.reader, this.searched);
      const loaded = super.connect(); // loads, and compacts
      this.replaceFileAccess();
      await loaded;
    } catch (error) {
      return this.failFatally('read', error);
    }
    this.compaction = setInterval(() => this.compact(), COMPACTION_INTERVAL_MS).unref();
  }

  override async disconnect(): Promise<void> {
    clearInterval(this.compaction);
    await this.db?.countAsync({ _id: '' }); // is queued behind all writes
    this.db = null;
    await this.log?.close();
    this.reader.close();
  }

  /**
   * Replaces NeDB's reader, which makes an object of each version of a document, and its writes, which append each change
   * alone while all other calls are queued. A write returns when the change is in the append log; `afterFlush` waits until it
   * is in the file.
   */
  replaceFileAccess(): void {
    const { datastore, packing } = this;
    const { persistence } = datastore;
    const log = new AppendLog(this.file);
    this.log = log;
    persistence.treatRawStreamAsync = (stream) => {
      stream.destroy();
      this.reader.open(this.file);
      return readPacked(this.file, packing);
    };
    persistence.persistNewStateAsync = async (docs) => {
      for (const doc of docs) this.appendTo(log, doc);
    };
    persistence.persistCachedDatabaseAsync = async () => {
      await log.flushed();
      const docs = datastore.getAllData();
      const positions = await replaceFile(this.file, this.linesOf(docs));
      // At once, as a line is read from the file that has it.
      this.reader.open(this.file);
      for (const [n, doc] of docs.entries()) PackedDocument.setPosition(doc, positions[n] as LinePosition);
      await log.open();
    };
  }

  appendTo(log: AppendLog, doc: object): void {
    if (doc instanceof PackedDocument) {
      const line = this.packing.lineOf(doc);
      log.append(line, (position) => this.packing.noteWritten(doc, line, position));
    } else log.append(lineOf(doc));
  }

  /** All lines of the file: documents, then indexes. */
  *linesOf(docs: readonly PackedDocument[]): Generator<string> {
    for (const doc of docs) yield this.packing.lineOf(doc);
    for (const [fieldName, { unique, sparse }] of Object.entries(this.datastore.indexes))
      if (fieldName !== '_id') yield lineOf({ $$indexCreated: { fieldName, unique, sparse } });
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
    for (const packed of this.compoundIndexes.length > 0 ? this.datastore.getAllData() : []) {
      const keys = hiddenFieldsOf(packed, this.compoundIndexes);
      const missing = Object.keys(keys).some((name) => packed[name] !== keys[name]);
      if (missing) await this.write((db) => addFields(db, this.packing, packed, keys));
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
    return this.write((db) => insertInPlace(db, this.packing, stored));
  }

  async read(id: string): Promise<Versioned | null> {
    const [packed] = this.datastore.indexes._id?.getMatching(id) ?? [];
    return this.afterFlush(packed ? this.withoutHiddenFields(this.packing.unpack(packed)) : null);
  }

  async query(filter: Filter, { sort, limit, fields }: FindOptions): Promise<Versioned[]> {
    let cursor = this.datastore.findAsync(Object.fromEntries(Object.entries(filter).map(excludeNulls)));
    if (sort) cursor = cursor.sort(sort);
    if (limit !== undefined) cursor = cursor.limit(limit);
    const picked = fields && [...new Set(['_id', ...fields])];
    // In the queue, as a document may be changed right after it.
    cursor.mapFn = (docs) => docs.map((packed) => this.packing.unpack(packed, picked));
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
      yield docs.slice(n, n + batch).map((packed) => this.withoutHiddenFields(this.packing.unpack(packed, fields)));
    }
  }

  async swap(id: string, rev: number, patch: Patch): Promise<boolean> {
    return this.write((db) => swapInPlace(db, this.packing, { id, rev, patch: this.withChangedKeys(db, id, patch) }));
  }

  /** The hidden fields of a patch that changes a field which they combine. If the document changes first, `rev` refuses both. */
  withChangedKeys({ indexes }: Datastore, id: string, patch: Patch): Patch {
    const touched = this.compoundIndexes.filter((names) => names.some((name) => Object.hasOwn(patch, name)));
    const [packed] = touched.length > 0 ? (indexes._id?.getMatching(id) ?? []) : [];
    if (!packed) return patch;
    return { ...patch, ...hiddenFieldsOf({ ...this.packing.unpack(packed), ...patch }, touched) };
  }

  async changeAll(ids: readonly string[], patch: Patch): Promise<void> {
    await this.write((db) => changeInPlace(db, this.packing, { ids, patch }));
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
    const doc = await this.read(id);
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
    // Throws when the file is closed: a stopping process may still have work under way, which is done after the next start.
    const { datastore } = this;
    try {
      return await run(datastore);
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

  withHiddenFields(doc: Versioned): Stored {
    const stored = storableCopy(doc);
    return { ...stored, ...hiddenFieldsOf(stored, this.compoundIndexes) };
  }

  withoutHiddenFields(doc: Stored): Versioned {
    for (const names of this.compoundIndexes) delete doc[hiddenFieldName(names)];
    return doc;
  }
}
