import type { Self } from '../../../lib/contract/mixin.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { Worker } from '../../../mixins/worker.ts';
import { type AggregateUpdate, settleNowOrLater } from './aggregate-update.ts';
import { transferQueue } from './contribution.ts';
import { type Review, starsOf } from './review.ts';

/** Reviews whose stars are to be counted. */
export const reviewMoves = transferQueue<Review>('reviews');

/** The `review` service, as its handlers see it. */
export type ReviewService = Self<{ store: Store<Review>; worker: Worker }>;

/** Reviews count by their stars, in the rating of their product. */
export const reviewContribution = ({ store, broker }: ReviewService): AggregateUpdate<Review> => ({
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
export const settleReview = (reviews: ReviewService, id: string): Promise<void> =>
  settleNowOrLater(id, reviewContribution(reviews), reviews.logger);
