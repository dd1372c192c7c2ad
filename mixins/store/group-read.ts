import { copied, type Versioned } from './patch.ts';

const MAX_IDS_PER_COMMAND = 256;

/** Reads by id that requests ask for in the same turn of the event loop leave as one query. */
export class GroupRead {
  readonly #find: (ids: string[]) => Promise<Versioned[]>;
  #waiting = new Map<string, PromiseWithResolvers<Versioned | null>[]>();

  /** @param find resolves with the documents of these ids, each a copy of its own */
  constructor(find: (ids: string[]) => Promise<Versioned[]>) {
    this.#find = find;
  }

  /** Resolves with a copy that the caller may change. */
  read(id: string): Promise<Versioned | null> {
    if (this.#waiting.size === 0) setImmediate(() => this.#send());
    const reading = Promise.withResolvers<Versioned | null>();
    const readers = this.#waiting.get(id);
    if (readers) readers.push(reading);
    else this.#waiting.set(id, [reading]);
    return reading.promise;
  }

  #send(): void {
    const entries = [...this.#waiting];
    this.#waiting = new Map();
    for (let first = 0; first < entries.length; first += MAX_IDS_PER_COMMAND) {
      void this.#answer(new Map(entries.slice(first, first + MAX_IDS_PER_COMMAND)));
    }
  }

  async #answer(readers: ReadonlyMap<string, PromiseWithResolvers<Versioned | null>[]>): Promise<void> {
    try {
      const found = new Map((await this.#find([...readers.keys()])).map((doc) => [doc._id, doc]));
      for (const [id, waiting] of readers) {
        const doc = found.get(id) ?? null;
        for (const [index, { resolve }] of waiting.entries()) resolve(index === 0 ? doc : copied(doc));
      }
    } catch (error) {
      for (const { reject } of [...readers.values()].flat()) reject(error);
    }
  }
}
