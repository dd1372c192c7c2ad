import { Dictionary } from './dictionary.ts';

/** Things by the words of their names. A thing that is gone stays, and whoever asks knows that it is. */
export class Names extends Dictionary<Set<string>> {
  constructor() {
    super(() => new Set());
  }

  name(thing: string, words: readonly string[]): void {
    for (const word of words) for (const things of this.entriesOf(word)) things.add(thing);
  }

  /** Whose name has all of some words, the last of which may be unfinished. */
  withAll(words: readonly string[]): string[] {
    const [first = new Set<string>(), ...others] = words.map((word, n) => this.#with(word, n === words.length - 1));
    return [...first].filter((thing) => others.every((things) => things.has(thing)));
  }

  #with(word: string, unfinished: boolean): Set<string> {
    return new Set([...this.exact(word, unfinished)].flatMap((things) => [...things]));
  }
}
