import { BitSet } from './bit-set.ts';
import { Postings } from './postings.ts';
import { folded } from './words.ts';

/** A value of a facet, and how many products have it. */
export interface Count {
  value: string;
  count: number;
}

class Value {
  readonly postings = new Postings();
  /** How it is written, and how often. */
  readonly #spellings = new Map<string, number>();

  /** The most common spelling; of those that are equally so the first by the alphabet. */
  get shown(): string {
    const [first] = [...this.#spellings].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
    return first?.[0] ?? '';
  }

  add(ordinal: number, spelling: string): void {
    this.postings.add(ordinal);
    this.#spellings.set(spelling, (this.#spellings.get(spelling) ?? 0) + 1);
  }

  delete(ordinal: number, spelling: string): void {
    this.postings.delete(ordinal);
    const left = (this.#spellings.get(spelling) ?? 0) - 1;
    if (left > 0) this.#spellings.set(spelling, left);
    else this.#spellings.delete(spelling);
  }
}

/** Which products have which value of something: brands, or the values of one attribute. Case and accents do not count. */
export class Values {
  readonly #values = new Map<string, Value>();

  add(ordinal: number, spelling: string): void {
    const key = folded(spelling);
    const known = this.#values.get(key);
    const value = known ?? new Value();
    value.add(ordinal, spelling);
    if (!known) this.#values.set(key, value);
  }

  delete(ordinal: number, spelling: string): void {
    const key = folded(spelling);
    const value = this.#values.get(key);
    value?.delete(ordinal, spelling);
    if (value?.postings.size === 0) this.#values.delete(key);
  }

  get size(): number {
    return this.#values.size;
  }

  of(value: string): Postings | undefined {
    return this.#values.get(folded(value))?.postings;
  }

  /** Those who have one of some values. */
  anyOf(values: readonly string[]): BitSet {
    const set = new BitSet();
    for (const value of values) this.of(value)?.addTo(set);
    return set;
  }

  /** How many of a set have a value; undefined: nobody has it. */
  countIn(value: string, set: BitSet): Count | undefined {
    const known = this.#values.get(folded(value));
    return known && { value: known.shown, count: known.postings.countIn(set) };
  }

  /** Each value that some of a set have. */
  countsIn(set: BitSet): Count[] {
    const counts: Count[] = [];
    for (const value of this.#values.values()) {
      const count = value.postings.countIn(set);
      if (count > 0) counts.push({ value: value.shown, count });
    }
    return counts;
  }
}

/** The most common first; of those that are equally so, by the alphabet. */
export const byCount = (a: Count, b: Count): number => b.count - a.count || (a.value < b.value ? -1 : 1);
