import { setTimeout as sleep } from 'node:timers/promises';
import { assign, copied, merged, type Patch, storable, type Versioned } from './patch.ts';

/** The result of a command: the answer for its caller, and the patch to write, if any. */
export interface Decision<A> {
  answer: A;
  patch?: Patch;
}
/**
 * A pure function of the document. It may run several times: a lost race discards its decision. It throws to refuse, which
 * only its own caller sees.
 */
export type Decide<T, A> = (doc: Readonly<T>, now: Date) => Decision<A>;

/** The two operations that compare-and-set needs of a collection. */
export interface VersionedCollection<T> {
  /** A copy that the caller may change, read with majority concern. */
  read(id: string): Promise<T | null>;
  /**
   * Applies the patch and sets `rev + 1`, all at once, if the document still has `rev`; says whether it did.
   * @throws {RefusedPatch} when it is certain that nothing was written; any other error leaves that open.
   */
  swap(id: string, rev: number, patch: Patch): Promise<boolean>;
}

/** The document to change is not there. */
export class MissingDocument extends Error {
  /** As one of lib/contract/errors.ts is told apart. */
  readonly type = 'not-found';
  readonly id: string;
  constructor(id: string) {
    super(`${id} does not exist`);
    this.id = id;
  }
}
/** The database would not take a patch and wrote nothing; `duplicate`: a unique key is taken. */
export class RefusedPatch extends Error {
  readonly duplicate: boolean;
  constructor(cause: unknown, duplicate: boolean) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.duplicate = duplicate;
  }
}

interface Options<T> {
  /** How many documents to keep as this process last wrote them, which saves reading them again. */
  cached?: number;
  /** How many commands one write may carry. */
  batch?: number;
  /** Lost races after which a batch is given up. */
  tries?: number;
  random?: () => number;
  clock?: () => Date;
  /** Called after each write with the new document, which is on loan: read it at once, change nothing, keep nothing. */
  written?: (doc: T) => void;
}

interface Command<T> {
  decide(doc: T, now: Date): { patch: Patch; settle: () => void };
  reject(error: unknown): void;
}

/**
 * Changes documents by compare-and-set. Commands that wait for the same document are decided one after the other, each
 * on what the one before left, and written together: a document that many want at once stays fast.
 */
export class Changes<T extends Versioned> {
  readonly #slot: VersionedCollection<T>;
  readonly #options: Required<Options<T>>;
  /** Waiting commands by document; an entry exists exactly while a drain runs for the document. */
  readonly #waiting = new Map<string, Command<T>[]>();
  /** Documents as this process wrote them last, the longest unused first. Another process may have written since. */
  readonly #kept = new Map<string, T>();

  constructor(slot: VersionedCollection<T>, options: Options<T> = {}) {
    this.#slot = slot;
    const standard = { cached: 1000, batch: 256, tries: 100, random: Math.random, clock: () => new Date() };
    this.#options = { ...standard, written: () => {}, ...options };
  }

  /**
   * Decides, writes, and resolves with a copy of the answer once it is durable. Rejects with what `decide` threw,
   * `MissingDocument` or `RefusedPatch`; after any other error the change may have been made: ask again, and let
   * `decide` know its command by a key.
   */
  change<A>(id: string, decide: Decide<T, A>): Promise<A> {
    return new Promise<A>((resolve, reject) => {
      const command: Command<T> = {
        reject,
        decide(doc, now) {
          const { answer, patch = {} } = decide(doc, now);
          const own = copied(answer); // later commands change the document under whoever holds a part of it
          return { patch, settle: () => resolve(own) };
        },
      };
      const queue = this.#waiting.get(id) ?? [];
      queue.push(command);
      if (this.#waiting.has(id)) return;
      this.#waiting.set(id, queue);
      void this.#drain(id, queue);
    });
  }

  async #drain(id: string, queue: Command<T>[]): Promise<void> {
    await null; // commands of this tick join the first batch
    let rivals = 0;
    while (queue.length > 0) {
      const lost = await this.#settle(id, queue.splice(0, this.#options.batch));
      rivals = lost > 0 ? 50 : rivals - 1;
      if (rivals <= 0) continue;
      // Whoever wrote last is ahead in the next race too; without a pause, another process might never win one.
      this.#kept.delete(id);
      await sleep(this.#options.random() * 8);
    }
    this.#waiting.delete(id);
  }

  /** Tells all of a batch what came of it; resolves with the number of races lost on the way. */
  async #settle(id: string, batch: Command<T>[]): Promise<number> {
    try {
      return await this.#commit(id, batch);
    } catch (error) {
      // One command's patch may be at fault: it alone shall fail.
      if (error instanceof RefusedPatch && batch.length > 1) {
        for (const command of batch) await this.#settle(id, [command]);
      } else for (const { reject } of batch) reject(error);
      return 0;
    }
  }

  async #commit(id: string, batch: Command<T>[]): Promise<number> {
    const { tries, random, clock } = this.#options;
    for (let lost = 0; lost < tries; ) {
      const kept = this.#kept.get(id);
      this.#kept.delete(id); // changed in place below; comes back only when written
      const doc = kept ?? (await this.#slot.read(id));
      if (!doc) throw new MissingDocument(id);
      const [now, touched] = [clock(), new Set<string>()];
      const outcomes = batch.map((command) => outcome(command, doc, now, touched));
      if (touched.size === 0 && kept) continue; // no write proves that what was kept is current: read
      if (touched.size === 0 || (await this.#slot.swap(id, doc.rev, merged(doc, touched)))) {
        tell(outcomes);
        if (touched.size > 0) {
          doc.rev += 1;
          this.#keep(doc);
        }
        return lost;
      }
      lost += 1;
      if (lost > 1) await sleep(random() * Math.min(lost, 5));
    }
    throw new Error(`${id} could not be changed: ${tries} races lost in a row`);
  }

  /** Takes note of a document that this process has just inserted, which saves reading it for its first change. */
  inserted(doc: T): void {
    // A change under way may have read it already, and be ahead of us.
    if (!this.#waiting.has(doc._id)) this.#keep(storable(doc));
  }

  #keep(doc: T): void {
    const { cached, written } = this.#options;
    this.#kept.set(doc._id, doc);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > cached && oldest !== undefined) this.#kept.delete(oldest);
    written(doc);
  }
}

const tell = (outcomes: (() => void)[]): void => {
  for (const settle of outcomes) settle();
};

/** Decides one command and applies its patch to `doc`, so that the next command sees it. Its caller is told later. */
function outcome<T extends Versioned>(command: Command<T>, doc: T, now: Date, touched: Set<string>): () => void {
  const undo: (() => void)[] = [];
  try {
    const { patch, settle } = command.decide(doc, now);
    const paths = Object.entries(patch).map(([path, value]) => assign(doc, path, value, undo));
    for (const path of paths) touched.add(path);
    return settle;
  } catch (error) {
    for (const back of undo.reverse()) back();
    return () => command.reject(error);
  }
}
