import { BitSet } from './bit-set.ts';
import { PostingList } from './posting-list.ts';
import { foldText } from './tokenizer.ts';

/** A value of a facet with its number of products. */
export interface FacetCount {
  value: string;
  count: number;
}

class ValueEntry {
  readonly postings = new PostingList();
  /** Number of products per spelling. */
  readonly #spellings = new Map<string, number>();

  /** The most common spelling; on a tie the first in alphabetical order. */
  get displaySpelling(): string {
    const [first] = [...this.#spellings].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
    return first?.[0] ?? '';
  }

  add(ordinal: number, spelling: string): void {
    this.postings.add(ordinal);
    this.#spellings.set(spelling, (this.#spellings.get(spelling) ?? 0) + 1);
  }

  delete(ordinal: number, spelling: string): void {
    this.postings.delete(ordinal);
    const remaining = (this.#spellings.get(spelling) ?? 0) - 1;
    if (remaining > 0) this.#spellings.set(spelling, remaining);
    else this.#spellings.delete(spelling);
  }
}

/** Posting lists by the values of one field: brands, or one attribute. Case and accents are ignored. */
export class FacetValues {
  readonly #values = new Map<string, ValueEntry>();

  add(ordinal: number, spelling: string): void {
    const key = foldText(spelling);
    const known = this.#values.get(key);
    const value = known ?? new ValueEntry();
    value.add(ordinal, spelling);
    if (!known) this.#values.set(key, value);
  }

  delete(ordinal: number, spelling: string): void {
    const key = foldText(spelling);
    const value = this.#values.get(key);
    value?.delete(ordinal, spelling);
    if (value?.postings.size === 0) this.#values.delete(key);
  }

  get size(): number {
    return this.#values.size;
  }

  postingsOf(value: string): PostingList | undefined {
    return this.#values.get(foldText(value))?.postings;
  }

  /** Products with at least one of the values. */
  anyOf(values: readonly string[]): BitSet {
    const set = new BitSet();
    for (const value of values) this.postingsOf(value)?.addTo(set);
    return set;
  }

  /** Number of products of a set with a value; undefined for an unknown value. */
  countIn(value: string, set: BitSet): FacetCount | undefined {
    const known = this.#values.get(foldText(value));
    return known && { value: known.displaySpelling, count: known.postings.countIn(set) };
  }

  /** Counts of all values in a set, without zeros. */
  countsIn(set: BitSet): FacetCount[] {
    const counts: FacetCount[] = [];
    for (const value of this.#values.values()) {
      const count = value.postings.countIn(set);
      if (count > 0) counts.push({ value: value.displaySpelling, count });
    }
    return counts;
  }
}

/** The values with the highest counts, without zeros; ties in alphabetical order. */
export const mostCommon = (counts: readonly FacetCount[], limit: number): FacetCount[] =>
  counts
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, limit);
