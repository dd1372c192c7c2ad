import { setTimeout as sleep } from 'node:timers/promises';
import { assignPath, deepCopy, type Patch, patchOf, storableCopy, type Versioned } from './patch.ts';

/** The result of a command: the answer to its caller, and the patch to write, if any. */
export interface Decision<A> {
  answer: A;
  patch?: Patch;
}
/**
 * A pure function of the document. It may run several times, as a lost race discards its decision. It refuses a command by
 * throwing, which affects only the caller of this command.
 */
export type Decide<T, A> = (doc: Readonly<T>, now: Date) => Decision<A>;

/** The two operations that compare-and-set needs of a collection. */
export interface VersionedCollection<T> {
  /** A copy that the caller may change, read with majority concern. */
  read(id: string): Promise<T | null>;
  /**
   * Atomically applies the patch and increments `rev`, if the document still has `rev`. Resolves to whether it did.
   * @throws {RefusedPatch} when nothing was written; after any other error the patch may have been written
   */
  swap(id: string, rev: number, patch: Patch): Promise<boolean>;
}

/** The document to change does not exist. */
export class MissingDocument extends Error {
  /** The `type` of coded errors, see lib/contract/errors.ts. */
  readonly type = 'not-found';
  readonly id: string;
  constructor(id: string) {
    super(`${id} does not exist`);
    this.id = id;
  }
}
/** The database refused a patch and wrote nothing; `isDuplicate`: because a unique key is taken. */
export class RefusedPatch extends Error {
  readonly isDuplicate: boolean;
  constructor(cause: unknown, duplicate: boolean) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.isDuplicate = duplicate;
  }
}

/** After a lost race, a document counts as contended for this many batches. */
const CONTENTION_BATCHES = 50;
const MAX_CONTENTION_PAUSE_MS = 8;
/** A deferred command waits for this long for another one of its document. */
const MAX_DEFERRAL_MS = 900;
const MAX_RETRY_PAUSE_MS = 5;

interface Options<T> {
  /** Maximum number of documents in the cache, which saves reading those again that this process wrote last. */
  maxCached?: number;
  /** Maximum number of commands in one write. */
  maxBatch?: number;
  /** Lost races after which a batch is given up. */
  maxTries?: number;
  random?: () => number;
  clock?: () => Date;
  /** Resolves when the commands that are deferred have to be written. */
  deferral?: () => Promise<unknown>;
  /**
   * Called after each write with the new document, which the callback must neither change nor keep, and with the `watched`
   * fields of the version before.
   */
  written?: (doc: T, before: Partial<T>) => void;
  /** Top-level fields with plain values. */
  watched?: readonly (keyof T)[];
}

interface Command<T> {
  decide(doc: T, now: Date): { patch: Patch; settle: () => void };
  reject(error: unknown): void;
}

/**
 * Changes documents by compare-and-set. Commands that wait for the same document are decided in turn, each on the result of
 * the one before, and written together. So a document under contention, such as the stock of a popular SKU, stays fast.
 */
export class Changes<T extends Versioned> {
  readonly #collection: VersionedCollection<T>;
  readonly #options: Required<Options<T>>;
  /** Waiting commands by document; an entry exists exactly while a drain runs for the document. */
  readonly #waiting = new Map<string, Command<T>[]>();
  /** Commands that wait for another one of their document. */
  readonly #deferred = new Map<string, Command<T>[]>();
  #isDeferralRunning = false;
  /** Documents as last written by this process, the oldest first. Another process may have changed them since. */
  readonly #cache = new Map<string, T>();

  constructor(collection: VersionedCollection<T>, options: Options<T> = {}) {
    this.#collection = collection;
    const limits = { maxCached: 1000, maxBatch: 256, maxTries: 100 };
    const timing = { random: Math.random, clock: () => new Date(), deferral: () => sleep(MAX_DEFERRAL_MS) };
    this.#options = { ...limits, ...timing, watched: [], written: () => {}, ...options };
  }

  /**
   * Decides, writes, and resolves with a copy of the answer once the write is durable. Rejects with the error of `decide`,
   * `MissingDocument` or `RefusedPatch`. After any other error the change may have been written: call again, with a `decide`
   * that recognises its command by a key.
   */
  change<A>(id: string, decide: Decide<T, A>): Promise<A> {
    return new Promise<A>((resolve, reject) => this.#enqueue(id, [commandOf(decide, resolve, reject)]));
  }

  /**
   * Like `change`, for what may wait a second: it shares the write of the document's next other change. Those that meet no
   * other are written at the same time as the deferred changes of other documents.
   */
  changeSoon<A>(id: string, decide: Decide<T, A>): Promise<A> {
    return new Promise<A>((resolve, reject) => {
      const deferred = this.#deferred.get(id) ?? [];
      deferred.push(commandOf(decide, resolve, reject));
      this.#deferred.set(id, deferred);
      if (!this.#isDeferralRunning) void this.#enqueueDeferred();
    });
  }

  async #enqueueDeferred(): Promise<void> {
    this.#isDeferralRunning = true;
    await this.#options.deferral();
    this.#isDeferralRunning = false;
    for (const id of [...this.#deferred.keys()]) this.#enqueue(id, []);
  }

  /** Adds commands to those that wait for a document, after the deferred ones, which came earlier. */
  #enqueue(id: string, commands: readonly Command<T>[]): void {
    const queue = this.#waiting.get(id) ?? [];
    queue.push(...(this.#deferred.get(id) ?? []), ...commands);
    this.#deferred.delete(id);
    if (this.#waiting.has(id)) return;
    this.#waiting.set(id, queue);
    void this.#drain(id, queue);
  }

  /** Commits the waiting commands of a document in batches, until none is left. */
  async #drain(id: string, queue: Command<T>[]): Promise<void> {
    await null; // commands of this tick join the first batch
    let contendedBatches = 0;
    while (queue.length > 0) {
      const lost = await this.#settle(id, queue.splice(0, this.#options.maxBatch));
      contendedBatches = lost > 0 ? CONTENTION_BATCHES : contendedBatches - 1;
      if (contendedBatches <= 0) continue;
      // The last writer has a head start in the next race: without a pause, another process might never win one.
      this.#cache.delete(id);
      await sleep(this.#options.random() * MAX_CONTENTION_PAUSE_MS);
    }
    this.#waiting.delete(id);
  }

  /** Settles all commands of a batch. Resolves with the number of lost races. */
  async #settle(id: string, batch: Command<T>[]): Promise<number> {
    try {
      return await this.#commit(id, batch);
    } catch (error) {
      // The patch of one command may be the cause: decided alone, only that one fails.
      if (error instanceof RefusedPatch && batch.length > 1) {
        for (const command of batch) await this.#settle(id, [command]);
      } else for (const { reject } of batch) reject(error);
      return 0;
    }
  }

  /** Decides and writes a batch, again after each lost race. Resolves with the number of lost races. */
  async #commit(id: string, batch: Command<T>[]): Promise<number> {
    const { maxTries, random, clock } = this.#options;
    for (let lost = 0; lost < maxTries; ) {
      const cached = this.#cache.get(id);
      this.#cache.delete(id); // it is changed in place below, and cached again only if that is written
      const doc = cached ?? (await this.#collection.read(id));
      if (!doc) throw new MissingDocument(id);
      const [now, touched, before] = [clock(), new Set<string>(), this.#watchedOf(doc)];
      const settlers = batch.map((command) => decideCommand(command, doc, now, touched));
      if (touched.size === 0 && cached) continue; // without a write, only reading shows whether it was current
      if (touched.size === 0 || (await this.#collection.swap(id, doc.rev, patchOf(doc, touched)))) {
        settleAll(settlers);
        if (touched.size > 0) {
          doc.rev += 1;
          this.#cacheWritten(doc, before);
        }
        return lost;
      }
      lost += 1;
      if (lost > 1) await sleep(random() * Math.min(lost, MAX_RETRY_PAUSE_MS));
    }
    throw new Error(`${id} could not be changed: ${maxTries} races lost in a row`);
  }

  /** Drops a document that was changed by other means from the cache. */
  forget(id: string): void {
    this.#cache.delete(id);
  }

  /** A copy of a document as this process wrote it last, if it is in the cache. Another process may have changed it since. */
  lastWritten(id: string): T | undefined {
    return deepCopy(this.#cache.get(id));
  }

  /** Caches a document that this process has just inserted, which saves reading it for its first change. */
  cacheInserted(doc: T): void {
    // A change under way may have read the document already, and written a newer version.
    if (!this.#waiting.has(doc._id)) this.#cacheWritten(storableCopy(doc), {});
  }

  #watchedOf(doc: T): Partial<T> {
    const values: Partial<T> = {};
    for (const field of this.#options.watched) values[field] = doc[field];
    return values;
  }

  #cacheWritten(doc: T, before: Partial<T>): void {
    const { maxCached, written } = this.#options;
    this.#cache.set(doc._id, doc);
    const [oldest] = this.#cache.keys();
    if (this.#cache.size > maxCached && oldest !== undefined) this.#cache.delete(oldest);
    written(doc, before);
  }
}

function commandOf<T, A>(
  decide: Decide<T, A>,
  resolve: (answer: A) => void,
  reject: (error: unknown) => void,
): Command<T> {
  return {
    reject,
    decide(doc, now) {
      const { answer, patch = {} } = decide(doc, now);
      const own = deepCopy(answer); // it may share parts with the document, which later commands change
      return { patch, settle: () => resolve(own) };
    },
  };
}

const settleAll = (settlers: (() => void)[]): void => {
  for (const settle of settlers) settle();
};

/**
 * Decides one command and applies its patch to `doc`, so that the next command sees it.
 * @returns a function that settles the command, to be called once `doc` is written
 */
function decideCommand<T extends Versioned>(command: Command<T>, doc: T, now: Date, touched: Set<string>): () => void {
  const undo: (() => void)[] = [];
  try {
    const { patch, settle } = command.decide(doc, now);
    const paths = Object.entries(patch).map(([path, value]) => assignPath(doc, path, value, undo));
    for (const path of paths) touched.add(path);
    return settle;
  } catch (error) {
    for (const revert of undo.reverse()) revert();
    return () => command.reject(error);
  }
}
