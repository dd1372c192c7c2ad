import { DEFAULT_LIMIT, decodeCursor, foreignCursor, page } from '../../../lib/contract/page.ts';
import type { Filter } from '../../../mixins/store/engine.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { REVIEW_SORTS } from './review.rules.ts';
import type { Review } from './review.ts';

type Sort = (typeof REVIEW_SORTS)[number];

/** What a list is ordered by, and which way; what is equal in it is ordered by the id, the same way. */
const ORDERS: Record<Sort, { field?: 'helpful' | 'rating'; way: 1 | -1 }> = {
  helpful: { field: 'helpful', way: -1 },
  newest: { way: -1 },
  rating: { field: 'rating', way: 1 },
  '-rating': { field: 'rating', way: -1 },
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
export async function shownReviews(
  reviews: Store<Review>,
  { id: productId, sort = 'helpful', rating, limit = DEFAULT_LIMIT, cursor }: Query,
): Promise<{ items: Review[]; nextCursor: string | null }> {
  const all: Filter = { productId, status: 'approved', ...(rating === undefined ? {} : { rating }) };
  const { field: by, way } = ORDERS[sort];
  // All of a list have the rating that it was asked for.
  const field = by === 'rating' && rating !== undefined ? undefined : by;
  const order = { ...(field ? { [field]: way } : {}), _id: way };
  const find = (filter: Filter, count: number) => reviews.find({ ...all, ...filter }, { sort: order, limit: count });
  const found = cursor === undefined ? await find({}, limit + 1) : await after(placeIn(sort, cursor));
  return page(found, limit, (last) => [sort, field ? last[field] : 0, last._id]);

  /** Those that are equal to the last one shown in what the list is ordered by, and then the others. */
  async function after({ value, id }: { value: number; id: string }): Promise<Review[]> {
    const beyond = <V>(bound: V) => (way === 1 ? { $gt: bound } : { $lt: bound });
    const equal = await find({ ...(field ? { [field]: value } : {}), _id: beyond(id) }, limit + 1);
    if (!field || equal.length > limit) return equal;
    return [...equal, ...(await find({ [field]: beyond(value) }, limit + 1 - equal.length))];
  }
}

/** @throws invalid-request for a cursor of another order, whose values mean something else */
function placeIn(sort: Sort, cursor: string): { value: number; id: string } {
  const [of, value, id] = decodeCursor(cursor, ['string', 'number', 'string']);
  if (of !== sort) throw foreignCursor();
  return { value: Number(value), id: String(id) };
}
