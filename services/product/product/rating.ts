import type { Decision } from '../../../mixins/store/changes.ts';
import { applyOnce } from '../../../mixins/store/idempotency-log.ts';
import type { AggregateDifference } from '../review/aggregate-update.ts';
import type { Product } from './product.ts';

/**
 * Counts a review in, out, or with other stars; idempotent by key. It is no change by staff, so the version stays.
 * `updatedAt` changes, as lists and search find changes by it.
 * @throws unavailable after the deadline of the request
 */
export function countReview(
  product: Readonly<Product>,
  { count, sum, ...command }: AggregateDifference,
  now: Date,
): Decision<undefined> {
  const { rating } = product;
  return applyOnce(product, command, now, () => ({
    rating: { count: rating.count + count, sum: rating.sum + sum },
    updatedAt: now,
  }));
}
