import { contract } from '../../../lib/contract/contract.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { booksOf, booksParams } from '../../../mixins/store/books.ts';
import { anyId, idRule } from '../../shared/ids.ts';
import { moveKey, until } from '../product/tally.contract.ts';
import { listParams, opinion, ownReview, reviewRule } from './review.rules.ts';
import { reviewStaffActions } from './review-staff.contract.ts';

const internal = { visibility: 'public', auth: 'internal', idempotent: true } as const;
const own = { visibility: 'published', auth: 'customer', idempotent: true } as const;
const reviewId = idRule('rev');
const customerId = idRule('cus');
/** One review is changed by one node at a time, as far as nodes come and go. */
const keyed = { ...internal, timeout: 2000, shardKey: 'id' } as const;

export const review = contract(
  'review',
  {
    ...reviewStaffActions,
    list: {
      summary: 'What customers say of a product that they have bought, as far as staff has let it pass',
      visibility: 'published',
      auth: 'public',
      idempotent: true,
      timeout: 1000,
      rest: 'GET /v1/products/:id/reviews',
      params: listParams,
      returns: pageOf(reviewRule),
      problems: ['not-found'],
      nearCache: { ttl: 1000, dropOn: {} },
    },
    mine: {
      ...own,
      summary: 'My review of a product, whatever its status',
      rest: 'GET /v1/products/:id/reviews/mine',
      params: { id: anyId },
      returns: ownReview,
      problems: ['not-found'],
    },
    put: {
      ...own,
      summary: 'Review a product that I have bought, or change my review; staff sees it before it is shown',
      rest: 'PUT /v1/products/:id/reviews/mine',
      mayAnswer: [201],
      params: { id: anyId, ...opinion },
      returns: ownReview,
      problems: ['not-found', 'not-purchased', 'unavailable'],
    },
    withdraw: {
      ...own,
      summary: 'Take my review back; it is removed',
      rest: 'DELETE /v1/products/:id/reviews/mine',
      status: 204,
      params: { id: anyId },
    },
    votable: {
      ...internal,
      summary: 'Whose review it is, and how many found it helpful; of those that are shown',
      params: { id: anyId, productId: anyId },
      returns: { type: 'object', props: { customerId: 'string', helpful: 'number' } },
      problems: ['not-found'],
    },
    tally: {
      ...keyed,
      summary: 'Count a vote for a review, or count it no more, once for each key',
      params: { id: reviewId, key: moveKey, until, sum: { type: 'number', integer: true, min: -1, max: 1 } },
      problems: ['not-found'],
    },
    forgetTally: {
      ...keyed,
      summary: 'The key of a tally was acknowledged, and will not come again',
      params: { id: reviewId, key: moveKey },
    },
    export: {
      ...internal,
      summary: 'The reviews of a customer',
      params: { customerId, ...pageParams },
      returns: pageOf(ownReview),
    },
    erase: {
      ...internal,
      summary: 'Remove the reviews of a customer who is gone, and take them out of the ratings',
      params: { customerId },
    },
    books: {
      ...internal,
      summary: 'All reviews as the auditor needs them, page by page by id',
      params: booksParams,
      returns: booksOf({
        id: 'string',
        productId: 'string',
        status: 'string',
        rating: 'number',
        counted: 'number',
        /** What of it is counted is about to change. */
        moving: 'boolean',
      }),
    },
  },
  {},
);
