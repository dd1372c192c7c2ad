import type { CursorPage } from '../../../lib/contract/page.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { REVIEW_SORTS } from './review.rules.ts';
import type { Review } from './review.ts';

type Sort = (typeof REVIEW_SORTS)[number];

/** Field and direction of each order. Equal values are ordered by id, in the same direction. */
const ORDER_BY_SORT: Record<Sort, { field?: 'helpful' | 'rating'; direction: 1 | -1 }> = {
  helpful: { field: 'helpful', direction: -1 },
  newest: { direction: -1 },
  rating: { field: 'rating', direction: 1 },
  '-rating': { field: 'rating', direction: -1 },
};

/** One index for each filter and order: the cost of a page does not depend on its position. */
export const REVIEW_LIST_INDEXES = [
  { fields: { productId: 1, status: 1, _id: -1 } },
  { fields: { productId: 1, status: 1, helpful: -1, _id: -1 } },
  { fields: { productId: 1, status: 1, rating: -1, _id: -1 } },
  { fields: { productId: 1, status: 1, rating: -1, helpful: -1, _id: -1 } },
] as const;

interface ReviewQuery {
  id: string;
  sort?: Sort | undefined;
  rating?: number | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** A page of the approved reviews of a product. @throws invalid-request for a cursor of another list */
export function approvedReviews(
  reviews: Pick<Store<Review>, 'page'>,
  { id: productId, sort = 'helpful', rating, limit, cursor }: ReviewQuery,
): Promise<CursorPage<Review>> {
  const filter = { productId, status: 'approved', ...(rating === undefined ? {} : { rating }) };
  const { field: by, direction } = ORDER_BY_SORT[sort];
  // With a rating filter, all reviews have the same rating, so the order is by id.
  const field = by === 'rating' && rating !== undefined ? undefined : by;
  return reviews.page(filter, { limit, cursor, order: { direction, name: sort, field } });
}
