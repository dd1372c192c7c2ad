import type { Product } from '../../product/product.ts';
import { BitSet } from './bit-set.ts';
import type { FacetCount } from './facet-values.ts';
import { PostingList } from './posting-list.ts';
import { SortIndex } from './sort-order.ts';

const STAR_LEVELS = [4, 3, 2, 1];
/** Exclusive upper limit of a product's number of reviews. */
const MAX_REVIEW_COUNT = 1e6;
/** Precision of averages in the order; closer averages are ordered by the number of reviews. */
const AVERAGE_STEPS_PER_STAR = 1e4;

/** Products by average rating. */
export class RatingIndex {
  /** Highest average first, then most reviews; products without reviews last. */
  readonly bestFirst: SortIndex;
  /** Products by minimum average, in stars. */
  readonly #atLeast = new Map(STAR_LEVELS.map((stars) => [stars, new PostingList()]));
  readonly #averages: number[] = [];

  constructor(idOf: (ordinal: number) => string) {
    this.bestFirst = new SortIndex(idOf);
  }

  set(ordinal: number, rating: Product['rating'] | undefined): void {
    const { count, sum } = rating ?? { count: 0, sum: 0 };
    const average = count > 0 ? sum / count : 0;
    while (this.#averages.length < ordinal) this.#averages.push(0);
    this.#averages[ordinal] = average;
    for (const [stars, postings] of this.#atLeast) {
      if (average >= stars) postings.add(ordinal);
      else postings.delete(ordinal);
    }
    this.bestFirst.set(
      ordinal,
      rating &&
        -(Math.round(average * AVERAGE_STEPS_PER_STAR) * MAX_REVIEW_COUNT + Math.min(count, MAX_REVIEW_COUNT - 1)),
    );
  }

  /** Products with at least this average, in stars; any number. */
  atLeast(stars: number): BitSet {
    const set = new BitSet();
    this.#averages.forEach((average, ordinal) => {
      if (average >= stars) set.add(ordinal);
    });
    return set;
  }

  /** Number of products of a set with an average of at least 4, 3, 2 and 1 stars. */
  countsIn(set: BitSet): FacetCount[] {
    return [...this.#atLeast].map(([stars, postings]) => ({ value: String(stars), count: postings.countIn(set) }));
  }
}
