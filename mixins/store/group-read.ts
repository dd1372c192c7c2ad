import { CommandGate } from './command-gate.ts';
import type { Filter, Scalar } from './engine.ts';
import { deepCopy, type Versioned, valueAt } from './patch.ts';

const MAX_KEYS_PER_COMMAND = 64;

type Reading = PromiseWithResolvers<Versioned | null>;
type Find = (filter: Filter) => Promise<Versioned[]>;

/**
 * Reads single documents of a collection by unique fields. Those that requests ask for in the same turn of the event loop
 * leave as one query, and so do those that come while others are under way.
 */
export class GroupRead {
  readonly #fields: readonly string[];
  readonly #find: Find;
  readonly #waiting = new Map<string, { values: readonly Scalar[]; readers: Reading[] }>();
  readonly #gate = new CommandGate(
    () => this.#waiting.size,
    () => this.#sendNext(),
  );

  /**
   * @param fields that no two documents have alike, such as `_id`
   * @param find resolves with documents of their own, which have these fields
   */
  constructor(fields: readonly string[], find: Find) {
    this.#fields = fields;
    this.#find = find;
  }

  /** Resolves with a copy that the caller may change. @param values of the fields, in their order */
  read(values: readonly Scalar[]): Promise<Versioned | null> {
    const reading: Reading = Promise.withResolvers();
    const key = JSON.stringify(values);
    const known = this.#waiting.get(key);
    if (known) known.readers.push(reading);
    else this.#waiting.set(key, { values, readers: [reading] });
    this.#gate.schedule();
    return reading.promise;
  }

  #sendNext(): Promise<void> {
    const entries = [...this.#waiting].slice(0, MAX_KEYS_PER_COMMAND);
    for (const [key] of entries) this.#waiting.delete(key);
    return this.#answer(entries);
  }

  async #answer(entries: [string, { values: readonly Scalar[]; readers: Reading[] }][]): Promise<void> {
    try {
      const found = await this.#find(this.#filterOf(entries.map(([, { values }]) => values)));
      const byKey = new Map(
        found.map((doc) => [JSON.stringify(this.#fields.map((field) => valueAt(doc, field))), doc]),
      );
      for (const [key, { readers }] of entries) {
        const doc = byKey.get(key) ?? null;
        for (const [index, { resolve }] of readers.entries()) resolve(index === 0 ? doc : deepCopy(doc));
      }
    } catch (error) {
      for (const { reject } of entries.flatMap(([, { readers }]) => readers)) reject(error);
    }
  }

  /** Of several fields, it finds each combination of the values. Those that nobody reads are left out by their key. */
  #filterOf(keys: readonly (readonly Scalar[])[]): Filter {
    const conditions = this.#fields.map((field, index) => {
      const values = new Set(keys.map((key) => key[index] as Scalar));
      const [only] = values;
      return [field, values.size === 1 && only !== undefined ? only : { $in: [...values] }] as const;
    });
    return Object.fromEntries(conditions);
  }
}
