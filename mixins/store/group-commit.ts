import {
  type AnyClientBulkWriteModel,
  BSON,
  type ClientBulkWriteError,
  type ClientBulkWriteResult,
  MongoAPIError,
  type MongoClient,
  MongoClientBulkWriteError,
  MongoServerError,
  MongoWriteConcernError,
  type OptionalId,
} from 'mongodb';
import { CommandGate } from './command-gate.ts';
import { insertTogether } from './group-insert.ts';
import type { Versioned } from './patch.ts';
import { publishGroupWrite } from './sent-commands.ts';

/** A write of one document. */
export interface Write {
  /** As a part of a `bulkWrite`. */
  model: AnyClientBulkWriteModel<Versioned>;
  /** Writes it by a command of its own; resolves with how many documents it inserted or matched. */
  alone(): Promise<number>;
}

interface Waiting {
  write: Write;
  resolve(matched: number): void;
  reject(error: unknown): void;
}

const MAX_WRITES_PER_COMMAND = 100;
/** Insertions into one collection from which they are a command of their own, which costs servers less than `bulkWrite`. */
const MIN_INSERTIONS_PER_COMMAND = 3;
/** MongoDB 8, the first that has `bulkWrite` as a command. */
const BULK_WRITE_WIRE_VERSION = 25;

/**
 * Writes of one process to one MongoDB, whatever their collections. Those that requests ask for at the same time leave in
 * one `bulkWrite` command, each with its own outcome: a group commit, as databases have it. One that is alone leaves at
 * once, so that nothing waits for a timer. Before MongoDB 8, each write is a command.
 */
export class GroupCommit {
  readonly #client: Pick<MongoClient, 'bulkWrite' | 'db'>;
  #hasBulkWrite = false;
  #waiting: Waiting[] = [];
  readonly #gate = new CommandGate(
    () => this.#waiting.length,
    () => this.#commit(this.#waiting.splice(0, MAX_WRITES_PER_COMMAND)),
  );

  constructor(client: Pick<MongoClient, 'bulkWrite' | 'db'>) {
    this.#client = client;
  }

  /** Learns what the server can do. */
  async connected(): Promise<void> {
    const { maxWireVersion = 0 } = await this.#client.db('admin').command({ hello: 1 });
    this.#hasBulkWrite = maxWireVersion >= BULK_WRITE_WIRE_VERSION;
  }

  /**
   * Resolves once the write is durable, with how many documents it inserted or matched.
   * @throws {MongoServerError} with `index` 0, or a BSONError: this write was refused. Any other error leaves open what
   * happened.
   */
  write(write: Write): Promise<number> {
    if (!this.#hasBulkWrite) return sendAlone(write);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ write, resolve, reject });
      this.#gate.schedule();
    });
  }

  async #commit(group: Waiting[]): Promise<void> {
    const insertions = insertionsByNamespace(group);
    const others = group.filter((one) => !insertions.get(one.write.model.namespace)?.has(one));
    await Promise.all([
      ...[...insertions].map(([namespace, inserted]) => this.#insert(namespace, inserted)),
      others.length <= 1 ? eachAlone(others) : this.#together(others),
    ]);
  }

  async #insert(namespace: string, inserted: ReadonlyMap<Waiting, Versioned>): Promise<void> {
    const [database = '', ...names] = namespace.split('.');
    const collection = this.#client.db(database).collection<Versioned>(names.join('.'));
    const group = [...inserted.keys()];
    publishGroupWrite(group.map(() => namespace));
    try {
      const refusals = await insertTogether(collection, [...inserted.values()]);
      for (const [index, { resolve, reject }] of group.entries()) {
        const refusal = refusals.get(index);
        if (refusal) reject(refusal);
        else resolve(1);
      }
    } catch (error) {
      await this.#giveUp(group, error);
    }
  }

  async #together(group: Waiting[]): Promise<void> {
    try {
      const models = group.map(({ write }) => write.model);
      publishGroupWrite(models.map(({ namespace }) => namespace));
      settle(
        group,
        await this.#client.bulkWrite<Record<string, Versioned>>(models, { ordered: false, verboseResults: true }),
      );
    } catch (error) {
      if (error instanceof MongoClientBulkWriteError && isOfSingleWrites(error)) {
        settle(group, error.partialResult, error.writeErrors);
      } else await this.#giveUp(group, error);
    }
  }

  async #giveUp(group: readonly Waiting[], error: unknown): Promise<void> {
    // The driver would not send it, because of one of them.
    if (error instanceof BSON.BSONError || error instanceof MongoAPIError) await eachAlone(group);
    else for (const { reject } of group) reject(outageOf(error));
  }
}

/** The insertions that leave as a command of their own. */
function insertionsByNamespace(group: readonly Waiting[]): Map<string, Map<Waiting, Versioned>> {
  const found = new Map<string, Map<Waiting, Versioned>>();
  if (group.length < MIN_INSERTIONS_PER_COMMAND) return found;
  for (const one of group) {
    const { model } = one.write;
    if (model.name !== 'insertOne' || !hasId(model.document)) continue;
    const inserted = found.get(model.namespace) ?? new Map<Waiting, Versioned>();
    found.set(model.namespace, inserted.set(one, model.document));
  }
  for (const [namespace, { size }] of found) if (size < MIN_INSERTIONS_PER_COMMAND) found.delete(namespace);
  return found;
}

const hasId = (document: OptionalId<Versioned>): document is Versioned => document._id !== undefined;

/** Publishes and sends a write as a command of its own. */
function sendAlone({ model, alone }: Write): Promise<number> {
  publishGroupWrite([model.namespace]);
  return alone();
}

async function eachAlone(group: readonly Waiting[]): Promise<void> {
  await Promise.all(group.map(({ write, resolve, reject }) => sendAlone(write).then(resolve, reject)));
}

/** Tells each write its outcome. */
function settle(
  group: readonly Waiting[],
  result: ClientBulkWriteResult | undefined,
  refusals: ReadonlyMap<number, ClientBulkWriteError> = new Map(),
): void {
  for (const [index, { resolve, reject }] of group.entries()) {
    const refusal = refusals.get(index);
    const matched = result?.updateResults?.get(index)?.matchedCount;
    if (refusal) reject(new MongoServerError({ message: refusal.message, code: refusal.code, index: 0 }));
    else if (matched !== undefined) resolve(matched);
    else if (result?.insertResults?.has(index)) resolve(1);
    else reject(new Error('the database did not say what became of a write'));
  }
}

/** Writes were refused each by itself, and the others are durable. */
const isOfSingleWrites = ({ cause, writeConcernErrors, writeErrors }: MongoClientBulkWriteError): boolean =>
  cause === undefined && writeConcernErrors.length === 0 && writeErrors.size > 0;

/** What the command ended with, as a command of one write would have: it is unknown what was written. */
function outageOf(error: unknown): unknown {
  if (!(error instanceof MongoClientBulkWriteError)) return error;
  const [unconfirmed] = error.writeConcernErrors;
  if (!unconfirmed) return error.cause ?? error;
  const { code, message } = unconfirmed;
  return new MongoWriteConcernError({ ok: 1, writeConcernError: { code, errmsg: message } });
}
