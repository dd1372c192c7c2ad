import { BitSet } from './bit-set.ts';
import { Dictionary } from './dictionary.ts';
import { Postings } from './postings.ts';
import { wordsOf } from './words.ts';

/** Where a word may stand, the most telling first: its place here is its rank. Categories are the tree's to know. */
export const FIELDS = ['title', 'brand', 'attributes', 'description'] as const;
export type Texts = Readonly<Record<(typeof FIELDS)[number], string>>;

/** The products that have a word, by the rank of the field. */
export type ByField = (Postings | undefined)[];

/** What products say of themselves, by the words. Words that nobody uses any more stay, with nothing. */
export class TextIndex {
  readonly words = new Dictionary<ByField>(() => []);
  /** By the rank of the field, of each word, where the products have to be noted that have it there. */
  readonly #noted: Map<string, readonly Postings[]>[] = FIELDS.map(() => new Map());

  /** Takes in what a product says now, `after`, instead of what it said `before`. */
  replace(ordinal: number, before: Texts | undefined, after: Texts | undefined): void {
    for (const [rank, field] of FIELDS.entries()) {
      if (before?.[field] === after?.[field]) continue;
      for (const word of wordsOf(before?.[field] ?? '')) {
        for (const postings of this.#postingsOf(word, rank)) postings.delete(ordinal);
      }
      for (const word of wordsOf(after?.[field] ?? '')) {
        for (const postings of this.#postingsOf(word, rank)) postings.add(ordinal);
      }
    }
  }

  #postingsOf(word: string, rank: number): readonly Postings[] {
    const known = this.#noted[rank]?.get(word);
    if (known) return known;
    const all = this.words.entriesOf(word).map((entry) => {
      entry[rank] ??= new Postings();
      return entry[rank];
    });
    this.#noted[rank]?.set(word, all);
    return all;
  }
}

/** The products that have one of several words, by the rank of the field. */
export function unite(entries: Iterable<ByField>, most: number): (BitSet | undefined)[] {
  const sets: (BitSet | undefined)[] = new Array(most).fill(undefined);
  for (const entry of entries) {
    for (let rank = 0; rank < most; rank++) {
      const postings = entry[rank];
      if (!postings || postings.size === 0) continue;
      const set = sets[rank] ?? new BitSet();
      postings.addTo(set);
      sets[rank] = set;
    }
  }
  return sets;
}
