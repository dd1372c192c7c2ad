import { setTimeout as sleep } from 'node:timers/promises';
import { BSON, type Collection, type Db, MongoClient, MongoServerError, MongoWriteConcernError } from 'mongodb';
import { RefusedPatch } from './changes.ts';
import type { Engine, Filter, FindOptions, Index, Scalar, ScanOptions } from './engine.ts';
import { GroupCommit } from './group-commit.ts';
import { insertTogether } from './group-insert.ts';
import { GroupRead } from './group-read.ts';
import { type Patch, storableCopy, type Versioned } from './patch.ts';
import { publishRead, publishWrite } from './sent-commands.ts';

const CLIENT_OPTIONS = {
  appName: 'shop',
  maxPoolSize: 32,
  // Acknowledged writes are on the disks of a majority, and reads return only those: neither can be rolled back.
  writeConcern: { w: 'majority', journal: true },
  readConcern: { level: 'majority' },
  heartbeatFrequencyMS: 5000,
  serverSelectionTimeoutMS: 5000,
  connectTimeoutMS: 5000,
  waitQueueTimeoutMS: 5000,
  socketTimeoutMS: 30_000,
} as const;

/** Documents in one response; parsing MongoDB's default of up to 16 MB would block the event loop for too long. */
const BATCH_DOCUMENTS = 1000;

const PING_TIMEOUT_MS = 1500;

/** Connection pools by address, shared by the services of this process; the last one to disconnect closes it. */
const clients = new Map<string, SharedClient>();

interface SharedClient {
  client: MongoClient;
  commits: GroupCommit;
  users: number;
}

function acquireClient(url: string): SharedClient {
  const shared = clients.get(url) ?? newClient(url);
  clients.set(url, shared);
  shared.users += 1;
  return shared;
}

function newClient(url: string): SharedClient {
  const client = new MongoClient(url, CLIENT_OPTIONS);
  return { client, commits: new GroupCommit(client), users: 0 };
}

async function releaseClient(url: string): Promise<void> {
  const shared = clients.get(url);
  if (!shared) return;
  shared.users -= 1;
  if (shared.users > 0) return;
  clients.delete(url);
  await shared.client.close();
}

/** A collection in MongoDB, with strings as ids. */
export class MongoAdapter implements Engine {
  readonly url: string;
  readonly database: string;
  readonly name: string;
  db: Db | undefined;
  documents!: Collection<Versioned>;
  commits!: GroupCommit;
  /** By the fields of a unique key, and those to read. */
  reads = new Map<string, GroupRead>();
  uniqueKeys: (readonly string[])[] = [['_id']];

  constructor(url: string, database: string, collection: string) {
    this.url = url;
    this.database = database;
    this.name = collection;
  }

  async connect(): Promise<void> {
    const { client, commits } = acquireClient(this.url);
    try {
      await client.connect();
      await commits.connected();
    } catch (error) {
      await releaseClient(this.url);
      throw error;
    }
    this.db = client.db(this.database);
    this.documents = this.db.collection<Versioned>(this.name);
    this.commits = commits;
  }

  get namespace(): string {
    return `${this.database}.${this.name}`;
  }

  async disconnect(): Promise<void> {
    if (!this.db) return;
    this.db = undefined;
    await releaseClient(this.url);
  }

  async ensureIndexes(indexes: readonly Index[]): Promise<void> {
    // The MongoDB of our tests scans the collection unless one index covers all fields of a filter.
    await this.documents.createIndex({ _id: 1, rev: 1 });
    for (const { fields, unique = false, sparse = false } of indexes) {
      if (unique) this.uniqueKeys.push(Object.keys(fields));
      await this.documents.createIndex(fields, { unique, ...(sparse ? { sparse } : {}) });
    }
  }

  async add(doc: Versioned): Promise<boolean> {
    try {
      const document = storableCopy(doc);
      const alone = async () => Number((await this.documents.insertOne(document)).acknowledged);
      await this.commits.write({ model: { name: 'insertOne', namespace: this.namespace, document }, alone });
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  async addNew(docs: Versioned[]): Promise<number> {
    if (docs.length === 0) return 0;
    publishWrite(this.name, docs.length);
    const refusals = await insertTogether(this.documents, docs.map(storableCopy));
    const fault = [...refusals.values()].find((refusal) => !isDuplicate(refusal));
    if (fault) throw fault;
    return docs.length - refusals.size;
  }

  async read(id: string): Promise<Versioned | null> {
    return this.groupOf(['_id'], undefined).read([id]);
  }

  async query(filter: Filter, { fields, ...options }: FindOptions): Promise<Versioned[]> {
    const key = options.limit === 1 && this.uniqueKeys.find((names) => isKey(filter, names));
    if (key) {
      const found = await this.groupOf(key, fields).read(key.map((name) => filter[name] as Scalar));
      return found ? [found] : [];
    }
    const batchSize = BATCH_DOCUMENTS;
    const found = await this.documents.find(filter, { batchSize, ...options, ...projectionOf(fields) }).toArray();
    const limit = options.limit ?? Number.POSITIVE_INFINITY;
    // The next batch is fetched after each full one, except the last within the limit.
    for (let read = 0; read <= found.length && read < limit; read += batchSize) publishRead(this.name);
    return found;
  }

  groupOf(key: readonly string[], fields: readonly string[] | undefined): GroupRead {
    const name = `${key.join()} ${fields?.join() ?? '*'}`;
    const known = this.reads.get(name);
    if (known) return known;
    const projection = projectionOf(fields && [...fields, ...key]);
    const group = new GroupRead(key, (filter) => {
      publishRead(this.name);
      return this.documents.find(filter, projection).toArray();
    });
    this.reads.set(name, group);
    return group;
  }

  async *batches(filter: Filter, { batch, fields }: ScanOptions): AsyncGenerator<Versioned[]> {
    const cursor = this.documents.find(filter, { batchSize: batch, ...projectionOf(fields) });
    const fetchNext = () => {
      // Without an id it was not begun, and with 0 the server has sent its last batch.
      if (cursor.id === undefined || !cursor.id.isZero()) publishRead(this.name);
      return cursor.hasNext();
    };
    try {
      for (let more = fetchNext(); await more; ) {
        const found = cursor.readBufferedDocuments();
        // Fetches the next batch while the caller works on this one.
        more = fetchNext();
        more.catch(() => undefined); // thrown when it is awaited
        yield found;
      }
    } finally {
      await cursor.close();
    }
  }

  async swap(id: string, rev: number, patch: Patch): Promise<boolean> {
    try {
      const [filter, update] = [{ _id: id, rev }, updateOf(rev, patch)];
      const alone = async () => (await this.documents.updateOne(filter, update)).matchedCount;
      const model = { name: 'updateOne', namespace: this.namespace, filter, update } as const;
      return (await this.commits.write({ model, alone })) === 1;
    } catch (error) {
      throw isRefusal(error) ? new RefusedPatch(error, isDuplicate(error)) : error;
    }
  }

  async changeAll(ids: readonly string[], patch: Patch): Promise<void> {
    const [filter, update] = [{ _id: { $in: [...ids] } }, { $set: patch, $inc: { rev: 1 } }];
    const alone = async () => (await this.documents.updateMany(filter, update)).matchedCount;
    await this.commits.write({ model: { name: 'updateMany', namespace: this.namespace, filter, update }, alone });
  }

  async removeAll(filter: Filter): Promise<number> {
    publishWrite(this.name);
    return (await this.documents.deleteMany(filter)).deletedCount;
  }

  /** MongoDB keeps no old versions. */
  purge(): Promise<void> {
    return Promise.resolve();
  }

  size(): Promise<number> {
    publishRead(this.name);
    return this.documents.countDocuments();
  }

  async ping(): Promise<void> {
    if (!this.db) throw new Error(`not connected to ${this.database}`);
    // The driver's own time-outs are too long for a health probe.
    const late = sleep(PING_TIMEOUT_MS, undefined, { ref: false }).then(() => {
      throw new Error(`${this.database} did not answer within ${PING_TIMEOUT_MS / 1000} s`);
    });
    await Promise.race([this.db.command({ ping: 1 }), late]);
  }
}

const isKey = (filter: Filter, names: readonly string[]): boolean =>
  Object.keys(filter).length === names.length &&
  names.every((name) => ['string', 'number'].includes(typeof filter[name]));

const projectionOf = (fields: readonly string[] | undefined) =>
  fields ? { projection: Object.fromEntries(fields.map((field) => [field, 1])) } : {};

/** A patch as an update document. */
function updateOf(rev: number, patch: Patch): { $set: Record<string, unknown>; $unset?: Record<string, true> } {
  const removed = Object.keys(patch).filter((path) => patch[path] === undefined);
  const $set = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  const $unset = Object.fromEntries(removed.map((path) => [path, true as const]));
  return { $set: { ...$set, rev: rev + 1 }, ...(removed.length > 0 ? { $unset } : {}) };
}

const DUPLICATE_KEY_CODE = 11000;
const isDuplicate = (error: unknown): boolean => error instanceof MongoServerError && error.code === DUPLICATE_KEY_CODE;

/** An error of the statement itself, which then has an `index`: nothing was written. Other errors leave that unknown. */
const isRefusal = (error: unknown): boolean =>
  error instanceof BSON.BSONError ||
  (error instanceof MongoServerError && !(error instanceof MongoWriteConcernError) && error.index === 0);
