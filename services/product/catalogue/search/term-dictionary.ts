import SearchableMap from 'minisearch/SearchableMap';
import { stemWord } from './tokenizer.ts';

/** Shorter words must match exactly; longer ones may differ by one edit. */
const MIN_TYPO_WORD_LENGTH = 5;
/** Prefixes up to this length have entries of their own, as too many words share them to be united per query. */
const MAX_PREFIX_LENGTH = 2;

/**
 * Maps words to entries `T`, and finds them by stem (singular or plural), by prefix (unfinished word) and by edit
 * distance (typo). Words are folded (tokenizer.ts). It is built on MiniSearch's radix tree.
 */
export class TermDictionary<T> {
  readonly #words = new SearchableMap<T>();
  /** Caches `entriesOf`, as the radix tree is slow. */
  readonly #entries = new Map<string, readonly T[]>();
  /** Words by stem. */
  readonly #stems = new SearchableMap<Set<string>>();
  readonly #prefixes = new Map<string, T>();
  readonly #create: () => T;

  constructor(create: () => T) {
    this.#create = create;
  }

  /** The entries to update for a word: its own and those of its short prefixes. Creates missing ones. */
  entriesOf(word: string): readonly T[] {
    return this.#entries.get(word) ?? this.#addWord(word);
  }

  /** Entries of the words with the same stem; with `unfinished`, also of the words that start with it. */
  exact(word: string, unfinished: boolean): Set<T> {
    const found = new Set<T>();
    for (const same of this.#stems.get(stemWord(word)) ?? []) this.#collect(same, found);
    this.#collect(word, found);
    if (!unfinished) return found;
    const prefix = this.#prefixes.get(word);
    if (prefix) return found.add(prefix);
    if (word.length > MAX_PREFIX_LENGTH) for (const [, entry] of this.#words.atPrefix(word)) found.add(entry);
    return found;
  }

  /**
   * Entries of the words within one edit of a word or of its stem: insertion, deletion, substitution, or transposition
   * of two neighbours (Damerau-Levenshtein).
   */
  fuzzy(word: string): Set<T> {
    const found = new Set<T>();
    if (word.length < MIN_TYPO_WORD_LENGTH) return found;
    const stem = stemWord(word);
    const typos = [...withinOneEdit(this.#words, word), ...transpositionsOf(word)];
    const stemTypos =
      stem.length < MIN_TYPO_WORD_LENGTH ? [] : [...withinOneEdit(this.#stems, stem), ...transpositionsOf(stem)];
    for (const typo of typos) this.#collect(typo, found);
    for (const typo of stemTypos) for (const same of this.#stems.get(typo) ?? []) this.#collect(same, found);
    return found;
  }

  #collect(word: string, found: Set<T>): void {
    const [own] = this.#entries.get(word) ?? [];
    if (own !== undefined) found.add(own);
  }

  #addWord(word: string): readonly T[] {
    const own = this.#create();
    this.#words.set(word, own);
    this.#stems.fetch(stemWord(word), () => new Set()).add(word);
    const prefixes = prefixesOf(word).map((prefix) => {
      const entry = this.#prefixes.get(prefix) ?? this.#create();
      this.#prefixes.set(prefix, entry);
      return entry;
    });
    const entries = [own, ...prefixes];
    this.#entries.set(word, entries);
    return entries;
  }
}

/** The first letter, and the first two. */
const prefixesOf = (word: string): string[] =>
  Array.from({ length: Math.min(MAX_PREFIX_LENGTH, word.length) }, (_, n) => word.slice(0, n + 1));

const withinOneEdit = <V>(words: SearchableMap<V>, word: string): Iterable<string> => words.fuzzyGet(word, 1).keys();

/** The word with each pair of neighbours swapped: one typing mistake, but two edits in Levenshtein distance. */
const transpositionsOf = (word: string): string[] =>
  Array.from({ length: word.length - 1 }, (_, n) => word.slice(0, n) + word[n + 1] + word[n] + word.slice(n + 2));
