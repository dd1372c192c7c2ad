import { TermDictionary } from './term-dictionary.ts';

/** Keys (slugs, brands) by the words of their names. Entries are never removed; callers ignore keys without products. */
export class NameIndex extends TermDictionary<Set<string>> {
  constructor() {
    super(() => new Set());
  }

  add(key: string, words: readonly string[]): void {
    for (const word of words) for (const keys of this.entriesOf(word)) keys.add(key);
  }

  /** Keys whose name has all of the words; the last word may be unfinished. */
  findAll(words: readonly string[]): string[] {
    const [first = new Set<string>(), ...others] = words.map((word, n) => this.#matching(word, n === words.length - 1));
    return [...first].filter((key) => others.every((keys) => keys.has(key)));
  }

  #matching(word: string, unfinished: boolean): Set<string> {
    return new Set([...this.exact(word, unfinished)].flatMap((keys) => [...keys]));
  }
}
