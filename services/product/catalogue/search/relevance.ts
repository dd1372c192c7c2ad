import { BitSet } from './bit-set.ts';
import type { CategoryIndex } from './category-index.ts';
import { POPULARITY_LIMIT, type Projection } from './projection.ts';
import type { SortOrder } from './sort-order.ts';
import { FIELDS, type TextIndex, uniteByField } from './text-index.ts';

/** More than the worst field for each of ten words: exact matches come before corrected typos. */
const TYPO_COST = 100;
/** The rank of a category's title; the same as a brand's. */
const CATEGORY_RANK = 1;

/** The products that match one word of a query, by cost, lowest cost first. */
type WordMatches = { cost: number; set: BitSet }[];

/**
 * The products that contain all words of a query, in any order, with their costs. The cost sums, per word, whether a
 * typo was corrected, then the field that matched (title, brand or category, attributes, description). It depends on
 * the query and the product alone, so that cursors stay valid while the rest of the catalogue changes.
 */
export class Relevance {
  readonly matches: BitSet;
  readonly #words: WordMatches[];

  /**
   * @param words folded; the last may be unfinished
   * @param categories also match by their titles; without this parameter only product titles match
   */
  constructor(words: readonly string[], text: TextIndex, categories?: CategoryIndex) {
    this.#words = words.map((word, n) => matchesOf(word, n === words.length - 1, text, categories));
    const [first = new BitSet(), ...others] = this.#words.map(anyOf);
    this.matches = others.reduce((all, one) => all.and(one), first);
  }

  /** The cost that all matches share; undefined when costs differ. */
  get commonRank(): number | undefined {
    if (this.#words.some((levels) => levels.length > 1)) return undefined;
    return this.#words.reduce((sum, [level]) => sum + (level?.cost ?? 0), 0);
  }

  /** 0 is the best match. */
  rank(ordinal: number): number {
    let sum = 0;
    for (const levels of this.#words) sum += levels.find(({ set }) => set.has(ordinal))?.cost ?? 0;
    return sum;
  }
}

/** Most relevant first; ties by popularity. */
export function relevanceOrder({ idOf, popularity }: Projection, relevance: Relevance): SortOrder {
  const { commonRank } = relevance;
  return {
    idOf,
    keyOf: (ordinal) => relevance.rank(ordinal) * POPULARITY_LIMIT + popularity.keyOf(ordinal),
    ...(commonRank === undefined ? {} : { list: popularity.list, keyOffset: commonRank * POPULARITY_LIMIT }),
  };
}

function matchesOf(
  word: string,
  unfinished: boolean,
  { words }: TextIndex,
  categories: CategoryIndex | undefined,
): WordMatches {
  const fields = categories ? FIELDS.length : 1;
  const exact = uniteByField(words.exact(word, unfinished), fields);
  const typos = uniteByField(words.fuzzy(word), fields);
  if (categories) {
    addCategories(exact, categories, categories.names.exact(word, unfinished));
    addCategories(typos, categories, categories.names.fuzzy(word));
  }
  return [...exact, ...typos].flatMap((set, n) =>
    set ? [{ cost: n < fields ? n : TYPO_COST + n - fields, set }] : [],
  );
}

function addCategories(sets: (BitSet | undefined)[], categories: CategoryIndex, found: Iterable<Set<string>>): void {
  for (const slugs of found) {
    for (const slug of slugs) {
      sets[CATEGORY_RANK] ??= new BitSet();
      categories.addTo(slug, sets[CATEGORY_RANK]);
    }
  }
}

const anyOf = (levels: WordMatches): BitSet => levels.reduce((all, { set }) => all.or(set), new BitSet());
