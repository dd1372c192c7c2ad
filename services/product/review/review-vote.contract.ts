import { contract } from '../../../lib/contract/contract.ts';
import { named } from '../../../lib/contract/named.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { internal, ownData } from '../../../lib/contract/presets.ts';
import { anyId, idRule } from '../../shared/ids.ts';

const customerId = idRule('cus');
const vote = {
  ...ownData,
  idempotent: true,
  params: { id: anyId, reviewId: anyId },
  returns: named('HelpfulVotes', { type: 'object', props: { id: 'string', helpful: 'number' } }),
} as const;

export const reviewVote = contract(
  'review-vote',
  {
    cast: {
      ...vote,
      summary: 'Vote for a review as helpful; again changes nothing',
      rest: 'PUT /v1/products/:id/reviews/:reviewId/helpful',
      problems: ['not-found', 'own-review', 'unavailable'],
    },
    withdraw: {
      ...vote,
      summary: 'Withdraw my vote for a review',
      rest: 'DELETE /v1/products/:id/reviews/:reviewId/helpful',
      problems: ['not-found'],
    },
    drop: {
      ...internal,
      summary: 'Remove the votes for a review before it is removed',
      params: { reviewId: idRule('rev') },
    },
    export: {
      ...internal,
      summary: 'Export the votes of a customer',
      params: { customerId, ...pageParams },
      returns: pageOf({ type: 'object', props: { reviewId: 'string', productId: 'string', at: 'string' } }),
    },
    erase: {
      ...internal,
      summary: 'Remove the votes of an erased customer, also from the counts',
      params: { customerId },
    },
  },
  {},
);
