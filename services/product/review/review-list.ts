import type { CursorPage } from '../../../lib/contract/page.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { REVIEW_SORTS } from './review.rules.ts';
import type { Review } from './review.ts';

type Sort = (typeof REVIEW_SORTS)[number];

/** What a list is ordered by, and which way; what is equal in it is ordered by the id, the same way. */
const ORDERS: Record<Sort, { field?: 'helpful' | 'rating'; direction: 1 | -1 }> = {
  helpful: { field: 'helpful', direction: -1 },
  newest: { direction: -1 },
  rating: { field: 'rating', direction: 1 },
  '-rating': { field: 'rating', direction: -1 },
};

/** The indexes that serve each list with its order: a page costs the same wherever it is. */
export const LIST_INDEXES = [
  { fields: { productId: 1, status: 1, _id: -1 } },
  { fields: { productId: 1, status: 1, helpful: -1, _id: -1 } },
  { fields: { productId: 1, status: 1, rating: -1, _id: -1 } },
  { fields: { productId: 1, status: 1, rating: -1, helpful: -1, _id: -1 } },
] as const;

interface Query {
  id: string;
  sort?: Sort | undefined;
  rating?: number | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** A page of what is shown of a product. @throws invalid-request on a cursor of another list */
export function shownReviews(
  reviews: Pick<Store<Review>, 'page'>,
  { id: productId, sort = 'helpful', rating, limit, cursor }: Query,
): Promise<CursorPage<Review>> {
  const filter = { productId, status: 'approved', ...(rating === undefined ? {} : { rating }) };
  const { field: by, direction } = ORDERS[sort];
  // All of a list have the rating that it was asked for.
  const field = by === 'rating' && rating !== undefined ? undefined : by;
  return reviews.page(filter, { limit, cursor, order: { direction, name: sort, field } });
}
