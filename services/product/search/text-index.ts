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

  /** Takes in what a product says now, `after`, instead of what it said `before`. */
  replace(ordinal: number, before: Texts | undefined, after: Texts | undefined): void {
    for (const [rank, field] of FIELDS.entries()) {
      if (before?.[field] === after?.[field]) continue;
      for (const entry of this.#entriesOf(before?.[field])) entry[rank]?.delete(ordinal);
      for (const entry of this.#entriesOf(after?.[field])) {
        entry[rank] ??= new Postings();
        entry[rank].add(ordinal);
      }
    }
  }

  #entriesOf(text = ''): Set<ByField> {
    const entries = new Set<ByField>();
    for (const word of wordsOf(text)) for (const entry of this.words.entriesOf(word)) entries.add(entry);
    return entries;
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
