import { BitSet } from './bit-set.ts';
import { PostingList } from './posting-list.ts';
import { TermDictionary } from './term-dictionary.ts';
import { tokenize } from './tokenizer.ts';

/** Indexed fields, most relevant first: the index is the rank. Category titles are matched by the category index. */
export const FIELDS = ['title', 'brand', 'attributes', 'description'] as const;
export type FieldTexts = Readonly<Record<(typeof FIELDS)[number], string>>;

/** Products that contain a word, by rank of the field. */
export type FieldPostings = (PostingList | undefined)[];

/** The inverted index of product texts. Words that are no longer used stay, with empty posting lists. */
export class TextIndex {
  readonly words = new TermDictionary<FieldPostings>(() => []);
  /** By rank of the field: the posting lists to update for a word, its own and those of its prefixes. */
  readonly #postings: Map<string, readonly PostingList[]>[] = FIELDS.map(() => new Map());

  /** Replaces the texts of a product. */
  replace(ordinal: number, before: FieldTexts | undefined, after: FieldTexts | undefined): void {
    for (const [rank, field] of FIELDS.entries()) {
      if (before?.[field] === after?.[field]) continue;
      for (const word of tokenize(before?.[field] ?? '')) {
        for (const postings of this.#postingsOf(word, rank)) postings.delete(ordinal);
      }
      for (const word of tokenize(after?.[field] ?? '')) {
        for (const postings of this.#postingsOf(word, rank)) postings.add(ordinal);
      }
    }
  }

  #postingsOf(word: string, rank: number): readonly PostingList[] {
    const known = this.#postings[rank]?.get(word);
    if (known) return known;
    const all = this.words.entriesOf(word).map((entry) => {
      entry[rank] ??= new PostingList();
      return entry[rank];
    });
    this.#postings[rank]?.set(word, all);
    return all;
  }
}

/** Unites the posting lists of several words, by rank of the field. */
export function uniteByField(entries: Iterable<FieldPostings>, fieldCount: number): (BitSet | undefined)[] {
  const sets: (BitSet | undefined)[] = new Array(fieldCount).fill(undefined);
  for (const entry of entries) {
    for (let rank = 0; rank < fieldCount; rank++) {
      const postings = entry[rank];
      if (!postings || postings.size === 0) continue;
      const set = sets[rank] ?? new BitSet();
      postings.addTo(set);
      sets[rank] = set;
    }
  }
  return sets;
}
