import type { Self } from '../../../lib/contract/mixin.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { Worker } from '../../../mixins/worker.ts';
import { moves } from './counted.ts';
import { type Review, starsOf } from './review.ts';
import { applyContribution, type Counting } from './settle.ts';

/** Reviews whose stars are to be counted. */
export const reviewMoves = moves<Review>('reviews');

/** The `review` service, as its handlers see it. */
export type ReviewService = Self<{ store: Store<Review>; worker: Worker }>;

/** Reviews count by their stars, in the rating of their product. */
export const countingOf = ({ store, broker }: ReviewService): Counting<Review> => ({
  store,
  wanted: starsOf,
  async apply({ productId: id }, difference) {
    await broker.call('product.tally', { id, ...difference });
    return true;
  },
  forget: ({ productId: id }, key) => broker.call('product.forgetTally', { id, key }),
  leave: ({ _id: reviewId }) => broker.call('review-vote.drop', { reviewId }),
});

/** Has a review counted now. What cannot be done yet is done by a worker, so that it is no failure of who asked. */
export async function settled(reviews: ReviewService, id: string): Promise<void> {
  await applyContribution(id, countingOf(reviews)).catch((error: unknown) => {
    reviews.logger.warn(`${id} is counted later`, error);
  });
}
