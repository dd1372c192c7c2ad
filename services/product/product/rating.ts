import type { Decision } from '../../../mixins/store/changes.ts';
import { once } from '../../../mixins/store/once.ts';
import type { Difference } from '../review/settle.ts';
import type { Product } from './product.ts';

/**
 * Counts a review in, out, or with other stars: once for each key. It is no change by staff, so the version stays; the
 * time of the last change moves, by which lists and search notice it.
 * @throws unavailable when it comes too late
 */
export function tallied(
  product: Readonly<Product>,
  { count, sum, ...command }: Difference,
  now: Date,
): Decision<undefined> {
  const { rating } = product;
  return once(product, command, now, () => ({
    rating: { count: rating.count + count, sum: rating.sum + sum },
    updatedAt: now,
  }));
}
