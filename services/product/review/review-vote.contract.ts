import { contract } from '../../../lib/contract/contract.ts';
import { pageOf, pageParams } from '../../../lib/contract/page.ts';
import { anyId, idRule } from '../../shared/ids.ts';

const internal = { visibility: 'public', auth: 'internal', idempotent: true } as const;
const customerId = idRule('cus');
const vote = {
  visibility: 'published',
  auth: 'customer',
  idempotent: true,
  params: { id: anyId, reviewId: anyId },
  returns: { type: 'object', props: { id: 'string', helpful: 'number' } },
} as const;

export const reviewVote = contract(
  'review-vote',
  {
    cast: {
      ...vote,
      summary: 'I find a review helpful; again changes nothing',
      rest: 'PUT /v1/products/:id/reviews/:reviewId/helpful',
      problems: ['not-found', 'own-review', 'unavailable'],
    },
    withdraw: {
      ...vote,
      summary: 'I do not find it helpful any more',
      rest: 'DELETE /v1/products/:id/reviews/:reviewId/helpful',
      problems: ['not-found'],
    },
    drop: {
      ...internal,
      summary: 'Remove the votes for a review that is about to be removed',
      params: { reviewId: idRule('rev') },
    },
    export: {
      ...internal,
      summary: 'The votes of a customer',
      params: { customerId, ...pageParams },
      returns: pageOf({ type: 'object', props: { reviewId: 'string', productId: 'string', at: 'string' } }),
    },
    erase: {
      ...internal,
      summary: 'Remove the votes of a customer who is gone, and count them no more',
      params: { customerId },
    },
  },
  {},
);
