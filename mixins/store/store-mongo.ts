import { setTimeout as sleep } from 'node:timers/promises';
import MoleculerMongoAdapter from 'moleculer-db-adapter-mongo';
import {
  BSON,
  type Collection,
  type Db,
  MongoBulkWriteError,
  MongoClient,
  MongoNetworkError,
  MongoServerError,
  MongoWriteConcernError,
} from 'mongodb';
import { RefusedPatch } from './changes.ts';
import type { Engine, Filter, FindOptions, Index, Scalar, ScanOptions } from './engine.ts';
import { GroupCommit } from './group-commit.ts';
import { GroupRead } from './group-read.ts';
import { type Patch, storable, type Versioned } from './patch.ts';

const OPTIONS = {
  appName: 'shop',
  maxPoolSize: 32,
  // What a customer was told is on the disks of a majority; what is read cannot be rolled back.
  writeConcern: { w: 'majority', journal: true },
  readConcern: { level: 'majority' },
  heartbeatFrequencyMS: 2000,
  serverSelectionTimeoutMS: 5000,
  connectTimeoutMS: 5000,
  waitQueueTimeoutMS: 5000,
  socketTimeoutMS: 30_000,
} as const;

/** How many documents come in one answer: those of MongoDB's own 16 MB would keep the event loop busy for too long. */
const BATCH = 1000;

/** The services of one process share a connection pool for each address; the last one to leave closes it. */
const clients = new Map<string, Shared>();

interface Shared {
  client: MongoClient;
  commits: GroupCommit;
  users: number;
}

function borrow(url: string): Shared {
  const shared = clients.get(url) ?? open(url);
  clients.set(url, shared);
  shared.users += 1;
  return shared;
}

function open(url: string): Shared {
  const client = new MongoClient(url, OPTIONS);
  return { client, commits: new GroupCommit(client), users: 0 };
}

async function giveBack(url: string): Promise<void> {
  const shared = clients.get(url);
  if (!shared) return;
  shared.users -= 1;
  if (shared.users > 0) return;
  clients.delete(url);
  await shared.client.close();
}

/**
 * moleculer-db's MongoDB adapter on the current driver. Ids are strings, as we make them ourselves.
 * State is kept in plain fields: Moleculer clones an adapter with its schema, which private ones do not survive.
 */
export class MongoAdapter extends MoleculerMongoAdapter implements Engine {
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
    super(url, undefined, database);
    this.url = url;
    this.database = database;
    this.name = collection;
  }

  override async connect(): Promise<void> {
    const { client, commits } = borrow(this.url);
    try {
      await client.connect();
      await commits.connected();
    } catch (error) {
      await giveBack(this.url);
      throw error;
    }
    this.db = client.db(this.database);
    this.collection = this.db.collection(this.name);
    this.documents = this.db.collection<Versioned>(this.name);
    this.commits = commits;
  }

  get namespace(): string {
    return `${this.database}.${this.name}`;
  }

  override async disconnect(): Promise<void> {
    if (!this.db) return;
    this.db = undefined;
    await giveBack(this.url);
  }

  stringToObjectID(id: string): string {
    return id;
  }

  async ensureIndexes(indexes: readonly Index[]): Promise<void> {
    // For the server of our tests, which scans the collection unless one index holds all fields of a filter.
    await this.documents.createIndex({ _id: 1, rev: 1 });
    for (const { fields, unique = false, sparse = false } of indexes) {
      if (unique) this.uniqueKeys.push(Object.keys(fields));
      await this.documents.createIndex(fields, { unique, ...(sparse ? { sparse } : {}) });
    }
  }

  async add(doc: Versioned): Promise<boolean> {
    try {
      const document = storable(doc);
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
    try {
      return (await this.documents.insertMany(docs.map(storable), { ordered: false })).insertedCount;
    } catch (error) {
      if (!(error instanceof MongoBulkWriteError)) throw error;
      const refusals = [error.writeErrors].flat();
      if (refusals.length === 0) throw outageOf(error);
      if (error.result.getWriteConcernError() || refusals.some(({ code }) => code !== DUPLICATE)) throw error;
      return error.insertedCount;
    }
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
    return this.documents.find(filter, { batchSize: BATCH, ...options, ...projected(fields) }).toArray();
  }

  groupOf(key: readonly string[], fields: readonly string[] | undefined): GroupRead {
    const name = `${key.join()} ${fields?.join() ?? '*'}`;
    const known = this.reads.get(name);
    if (known) return known;
    const projection = projected(fields && [...fields, ...key]);
    const group = new GroupRead(key, (filter) => this.documents.find(filter, projection).toArray());
    this.reads.set(name, group);
    return group;
  }

  async *batches(filter: Filter, { batch, fields }: ScanOptions): AsyncGenerator<Versioned[]> {
    const cursor = this.documents.find(filter, { batchSize: batch, ...projected(fields) });
    try {
      for (let more = cursor.hasNext(); await more; ) {
        const found = cursor.readBufferedDocuments();
        // The next batch is fetched while this one is worked on.
        more = cursor.hasNext();
        more.catch(() => undefined); // told of when it is awaited
        yield found;
      }
    } finally {
      await cursor.close();
    }
  }

  async swap(id: string, rev: number, patch: Patch): Promise<boolean> {
    try {
      const [filter, update] = [{ _id: id, rev }, asUpdate(rev, patch)];
      const alone = async () => (await this.documents.updateOne(filter, update)).matchedCount;
      const model = { name: 'updateOne', namespace: this.namespace, filter, update } as const;
      return (await this.commits.write({ model, alone })) === 1;
    } catch (error) {
      throw isRefusal(error) ? new RefusedPatch(error, isDuplicate(error)) : error;
    }
  }

  async removeAll(filter: Filter): Promise<number> {
    return (await this.documents.deleteMany(filter)).deletedCount;
  }

  /** MongoDB keeps no old versions. */
  purge(): Promise<void> {
    return Promise.resolve();
  }

  size(): Promise<number> {
    return this.documents.countDocuments();
  }

  async ping(): Promise<void> {
    if (!this.db) throw new Error(`not connected to ${this.database}`);
    // The driver's own limits are for work under way; a probe has to know sooner.
    const late = sleep(1500, undefined, { ref: false }).then(() => {
      throw new Error(`${this.database} did not answer within 1.5 s`);
    });
    await Promise.race([this.db.command({ ping: 1 }), late]);
  }
}

const isKey = (filter: Filter, names: readonly string[]): boolean =>
  Object.keys(filter).length === names.length &&
  names.every((name) => ['string', 'number'].includes(typeof filter[name]));

const projected = (fields: readonly string[] | undefined) =>
  fields ? { projection: Object.fromEntries(fields.map((field) => [field, 1])) } : {};

/** A patch in MongoDB's update language, which NeDB shares. */
export function asUpdate(rev: number, patch: Patch): { $set: Record<string, unknown>; $unset?: Record<string, true> } {
  const removed = Object.keys(patch).filter((path) => patch[path] === undefined);
  const $set = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  const $unset = Object.fromEntries(removed.map((path) => [path, true as const]));
  return { $set: { ...$set, rev: rev + 1 }, ...(removed.length > 0 ? { $unset } : {}) };
}

const DUPLICATE = 11000;
const isDuplicate = (error: unknown): boolean => error instanceof MongoServerError && error.code === DUPLICATE;

/**
 * What a bulk write ended with of which no single statement was refused: the driver hides there that it has lost its
 * connection, or what the server said to all of it. Nobody knows how much was written.
 */
function outageOf(error: MongoBulkWriteError): Error {
  const { message, code } = error;
  return code === undefined
    ? new MongoNetworkError(message, { cause: error })
    : new MongoServerError({ message, code, cause: error });
}

/** An error of the one statement, which has an `index` then: it was not applied. Others leave open what happened. */
const isRefusal = (error: unknown): boolean =>
  error instanceof BSON.BSONError ||
  (error instanceof MongoServerError && !(error instanceof MongoWriteConcernError) && error.index === 0);
