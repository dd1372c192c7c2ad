import SearchableMap from 'minisearch/SearchableMap';
import { stemOf } from './words.ts';

/** From this length on, one typo is forgiven. */
const FORGIVING = 5;
/** So many words begin with one or two letters that they have entries of their own, under `^s` and `^sw`. */
const SHORT = 2;

/**
 * Words and what is known of each, `T`, found as people write them: in singular or plural, unfinished, or with a typo.
 * Words are folded (words.ts). The letters are kept in MiniSearch's radix tree.
 */
export class Dictionary<T> {
  readonly #words = new SearchableMap<T>();
  /** Of each word, what `entriesOf` answers: the radix tree takes its time. */
  readonly #entries = new Map<string, readonly T[]>();
  /** The words of each stem. */
  readonly #stems = new SearchableMap<Set<string>>();
  readonly #beginnings = new Map<string, T>();
  readonly #create: () => T;

  constructor(create: () => T) {
    this.#create = create;
  }

  /** The entries that a word that is indexed has to be in: its own, and those of its beginnings. */
  entriesOf(word: string): readonly T[] {
    return this.#entries.get(word) ?? this.#begin(word);
  }

  /** A word in singular or plural, and with `unfinished` those that begin with it. */
  exact(word: string, unfinished: boolean): Set<T> {
    const found = new Set<T>();
    for (const same of this.#stems.get(stemOf(word)) ?? []) this.#take(same, found);
    this.#take(word, found);
    if (!unfinished) return found;
    const beginning = this.#beginnings.get(word);
    if (beginning) return found.add(beginning);
    if (word.length > SHORT) for (const [, entry] of this.#words.atPrefix(word)) found.add(entry);
    return found;
  }

  /**
   * Those that differ from a word by one typo, in singular or plural: by a letter more, a letter less, another letter,
   * or two that are swapped.
   */
  misspelt(word: string): Set<T> {
    const found = new Set<T>();
    if (word.length < FORGIVING) return found;
    const stem = stemOf(word);
    const typos = [...near(this.#words, word), ...swapped(word)];
    const stemTypos = stem.length < FORGIVING ? [] : [...near(this.#stems, stem), ...swapped(stem)];
    for (const typo of typos) this.#take(typo, found);
    for (const typo of stemTypos) for (const same of this.#stems.get(typo) ?? []) this.#take(same, found);
    return found;
  }

  #take(word: string, found: Set<T>): void {
    const [own] = this.#entries.get(word) ?? [];
    if (own !== undefined) found.add(own);
  }

  #begin(word: string): readonly T[] {
    const own = this.#create();
    this.#words.set(word, own);
    this.#stems.fetch(stemOf(word), () => new Set()).add(word);
    const beginnings = beginningsOf(word).map((beginning) => {
      const entry = this.#beginnings.get(beginning) ?? this.#create();
      this.#beginnings.set(beginning, entry);
      return entry;
    });
    const entries = [own, ...beginnings];
    this.#entries.set(word, entries);
    return entries;
  }
}

/** Its first letter, and its first two. */
const beginningsOf = (word: string): string[] =>
  Array.from({ length: Math.min(SHORT, word.length) }, (_, n) => word.slice(0, n + 1));

const near = <V>(words: SearchableMap<V>, word: string): Iterable<string> => words.fuzzyGet(word, 1).keys();

/** The word with each two neighbours swapped: one slip of the fingers, but two edits to Levenshtein. */
const swapped = (word: string): string[] =>
  Array.from({ length: word.length - 1 }, (_, n) => word.slice(0, n) + word[n + 1] + word[n] + word.slice(n + 2));
