import { contract } from '../../../lib/contract/contract.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { internal, ownData, publicRead } from '../../../lib/contract/presets.ts';
import { auditPageOf, auditPageParams } from '../../../mixins/store/audit-page.ts';
import { anyId, idRule } from '../../shared/ids.ts';
import { transferKey, until } from '../product/tally.contract.ts';
import { opinionRules, ownReview, reviewListParams, reviewRule } from './review.rules.ts';
import { reviewStaffActions } from './review-staff.contract.ts';

const own = { ...ownData, idempotent: true } as const;
const reviewId = idRule('rev');
const customerId = idRule('cus');
/** Sharded by review: one node changes a review, except while nodes come and go. */
const keyed = { ...internal, timeout: 2000, shardKey: 'id' } as const;

export const review = contract(
  'review',
  {
    ...reviewStaffActions,
    list: {
      summary: 'List the approved reviews of a product',
      ...publicRead,
      timeout: 1000,
      rest: 'GET /v1/products/:id/reviews',
      params: reviewListParams,
      returns: pageOf(reviewRule),
      problems: ['not-found'],
      nearCache: { ttl: 1000, dropOn: {} },
    },
    mine: {
      ...own,
      summary: 'Get my review of a product, of any status',
      rest: 'GET /v1/products/:id/reviews/mine',
      params: { id: anyId },
      returns: ownReview,
      problems: ['not-found'],
    },
    put: {
      ...own,
      summary: 'Write or change my review of a product that I have bought; it is shown once staff has approved it',
      rest: 'PUT /v1/products/:id/reviews/mine',
      mayAnswer: [201],
      params: { id: anyId, ...opinionRules },
      returns: ownReview,
      problems: ['not-found', 'not-purchased', 'unavailable'],
    },
    withdraw: {
      ...own,
      summary: 'Remove my review of a product',
      rest: 'DELETE /v1/products/:id/reviews/mine',
      status: 204,
      params: { id: anyId },
    },
    votable: {
      ...internal,
      summary: 'Get the author and helpful votes of an approved review',
      params: { id: anyId, productId: anyId },
      returns: { type: 'object', props: { customerId: 'string', helpful: 'number' } },
      problems: ['not-found'],
    },
    tally: {
      ...keyed,
      summary: "Add a vote to a review's count, or subtract it, once for each key",
      params: { id: reviewId, key: transferKey, until, sum: { type: 'number', integer: true, min: -1, max: 1 } },
      problems: ['not-found'],
    },
    forgetTally: {
      ...keyed,
      summary: 'Forget the key of an acknowledged tally',
      params: { id: reviewId, key: transferKey },
    },
    export: {
      ...internal,
      summary: 'Export the reviews of a customer',
      params: { customerId, ...pageParams },
      returns: pageOf(ownReview),
    },
    erase: {
      ...internal,
      summary: 'Remove the reviews of an erased customer, and their ratings',
      params: { customerId },
    },
    books: {
      ...internal,
      summary: 'Page through all reviews for the auditor, by id',
      params: auditPageParams,
      returns: auditPageOf({
        id: 'string',
        productId: 'string',
        status: 'string',
        rating: 'number',
        counted: 'number',
        /** Whether a transfer is under way. */
        moving: 'boolean',
      }),
    },
  },
  {},
);
