import type { Product } from '../../product/product.ts';
import { BitSet } from './bit-set.ts';
import { KeptOrder } from './order.ts';
import { Postings } from './postings.ts';
import type { Count } from './values.ts';

const STARS = [4, 3, 2, 1];
/** Above any count of reviews. */
const MOST = 1e6;
/** How exactly averages are told apart; what is closer goes by the number of reviews. */
const GRAIN = 1e4;

/** How products are rated. */
export class Ratings {
  /** The best average first, of equal ones that with more reviews; those without a review last. */
  readonly best: KeptOrder;
  /** By stars, those whose average is at least that. */
  readonly #atLeast = new Map(STARS.map((stars) => [stars, new Postings()]));
  readonly #averages: number[] = [];

  constructor(idOf: (ordinal: number) => string) {
    this.best = new KeptOrder(idOf);
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
    this.best.set(ordinal, rating && -(Math.round(average * GRAIN) * MOST + Math.min(count, MOST - 1)));
  }

  /** Those whose average is at least so many stars. */
  atLeast(stars: number): BitSet {
    const set = new BitSet();
    this.#averages.forEach((average, ordinal) => {
      if (average >= stars) set.add(ordinal);
    });
    return set;
  }

  /** How many of a set have at least 4, 3, 2 and 1 stars. */
  countsIn(set: BitSet): Count[] {
    return [...this.#atLeast].map(([stars, postings]) => ({ value: String(stars), count: postings.countIn(set) }));
  }
}
