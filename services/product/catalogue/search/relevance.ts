import { BitSet } from './bit-set.ts';
import type { Categories } from './categories.ts';
import type { Order } from './order.ts';
import { MOST_POPULAR, type Projection } from './projection.ts';
import { FIELDS, type TextIndex, unite } from './text-index.ts';

/** What a typo costs: more than the worst field for each of ten words, as a guess comes after what was asked for. */
const TYPO = 100;
/** The rank of a category's title; a brand has the same. */
const CATEGORY = 1;

/** A word of a query: who has it, and how well, the best first. */
type Levels = { cost: number; set: BitSet }[];

/**
 * The products that have all words of a query, in whatever order. How relevant one is depends on the query and on
 * itself alone, so that cursors stay true while the rest of the catalogue changes: first on how many words needed a
 * typo forgiven, then on where the words stand (title, brand or category, attributes, description), summed up.
 */
export class Relevance {
  readonly matches: BitSet;
  readonly #words: Levels[];

  /**
   * @param words folded; the last may be unfinished
   * @param categories whose titles count, too; without them, the titles of products are all that counts
   */
  constructor(words: readonly string[], text: TextIndex, categories?: Categories) {
    this.#words = words.map((word, n) => levelsOf(word, n === words.length - 1, text, categories));
    const [first = new BitSet(), ...others] = this.#words.map(anyOf);
    this.matches = others.reduce((all, one) => all.and(one), first);
  }

  /** The rank that all have; undefined: it is not the same. */
  get commonRank(): number | undefined {
    if (this.#words.some((levels) => levels.length > 1)) return undefined;
    return this.#words.reduce((sum, [level]) => sum + (level?.cost ?? 0), 0);
  }

  /** 0 is the best. */
  rank(ordinal: number): number {
    let sum = 0;
    for (const levels of this.#words) sum += levels.find(({ set }) => set.has(ordinal))?.cost ?? 0;
    return sum;
  }
}

/** The most relevant first, of those that are equally so the most popular. */
export function byRelevance({ idOf, popularity }: Projection, relevance: Relevance): Order {
  const { commonRank } = relevance;
  return {
    idOf,
    keyOf: (ordinal) => relevance.rank(ordinal) * MOST_POPULAR + popularity.keyOf(ordinal),
    ...(commonRank === undefined ? {} : { list: popularity.list, base: commonRank * MOST_POPULAR }),
  };
}

function levelsOf(word: string, unfinished: boolean, { words }: TextIndex, categories: Categories | undefined): Levels {
  const fields = categories ? FIELDS.length : 1;
  const exact = unite(words.exact(word, unfinished), fields);
  const typos = unite(words.misspelt(word), fields);
  if (categories) {
    addCategories(exact, categories, categories.names.exact(word, unfinished));
    addCategories(typos, categories, categories.names.misspelt(word));
  }
  return [...exact, ...typos].flatMap((set, n) => (set ? [{ cost: n < fields ? n : TYPO + n - fields, set }] : []));
}

function addCategories(sets: (BitSet | undefined)[], categories: Categories, found: Iterable<Set<string>>): void {
  for (const slugs of found) {
    for (const slug of slugs) {
      sets[CATEGORY] ??= new BitSet();
      categories.addTo(slug, sets[CATEGORY]);
    }
  }
}

const anyOf = (levels: Levels): BitSet => levels.reduce((all, { set }) => all.or(set), new BitSet());
