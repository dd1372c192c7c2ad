import type { Self } from '../../../lib/contract/mixin.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { Worker } from '../../../mixins/worker.ts';
import { type AggregateUpdate, settleNowOrLater } from './aggregate-update.ts';
import { transferQueue } from './contribution.ts';
import { countedStars, type Review } from './review.ts';

/** The due transfers of reviews. */
export const reviewTransfers = transferQueue<Review>('reviews');

/** The `review` service, as its handlers see it. */
export type ReviewService = Self<{ store: Store<Review>; worker: Worker }>;

/** A review contributes its stars to the rating of its product. */
export const ratingUpdate = ({ store, broker }: ReviewService): AggregateUpdate<Review> => ({
  store,
  amountOf: countedStars,
  async apply({ productId: id }, difference) {
    await broker.call('product.tally', { id, ...difference });
    return true;
  },
  forget: ({ productId: id }, key) => broker.call('product.forgetTally', { id, key }),
  removeDependents: ({ _id: reviewId }) => broker.call('review-vote.drop', { reviewId }),
});

/** Updates the rating now, or leaves it to a worker: a failure here must not fail the request. */
export const settleReview = (reviews: ReviewService, id: string): Promise<void> =>
  settleNowOrLater(id, ratingUpdate(reviews), reviews.logger);
