import type { Self } from '../../../lib/contract/mixin.ts';
import { customerOf, service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { dueWork } from '../../../mixins/due-work/due-work.ts';
import { PARKED_INDEX } from '../../../mixins/due-work/queue.ts';
import { type Store, store } from '../../../mixins/store/store.ts';
import type { Worker } from '../../../mixins/worker.ts';
import { newId } from '../../shared/ids.ts';
import { isProblem } from '../../shared/problem-codes.ts';
import { errors } from '../../shared/problems.ts';
import {
  type AggregateUpdate,
  eraseContributions,
  ignoreRemoved,
  settleContribution,
  settleNowOrLater,
} from './aggregate-update.ts';
import { transferQueue } from './contribution.ts';
import { reviewVote } from './review-vote.contract.ts';
import { cast, type Vote, voiceOf, withdrawVote } from './review-vote.ts';

type This = Self<{ store: Store<Vote>; worker: Worker }>;

const AT_ONCE = 50;
/** How often a vote may be withdrawn by one request while another casts it. */
const TRIES = 5;

/** Votes that are to be counted. */
export const voteMoves = transferQueue<Vote>('review-votes');

/** Votes count one each, in what helps of their review. */
export const voteContribution = ({ store, broker }: This): AggregateUpdate<Vote> => ({
  store,
  wanted: voiceOf,
  async apply({ reviewId: id }, { key, until, sum }) {
    try {
      await broker.call('review.tally', { id, key, until, sum });
      return true;
    } catch (error) {
      if (isProblem(error, 'not-found')) return false; // the review is gone, or about to go
      throw error;
    }
  },
  forget: ({ reviewId: id }, key) => broker.call('review.forgetTally', { id, key }),
});

export default function reviewVoteService(config: Config) {
  return service(reviewVote, config, {
    mixins: [
      dueWork<Vote, This>({
        queue: voteMoves,
        atOnce: AT_ONCE,
        work({ _id }) {
          return settleContribution(_id, voteContribution(this));
        },
      }),
      store<Vote>(config, {
        node: 'product',
        collection: 'review-votes',
        indexes: [
          { fields: { reviewId: 1, customerId: 1 }, unique: true },
          { fields: { customerId: 1, _id: 1 } },
          { fields: { dueAt: 1 } },
          PARKED_INDEX,
        ],
      }),
    ],

    handlers: {
      async cast(ctx) {
        const customerId = customerOf(ctx);
        const { id: productId, reviewId } = ctx.params;
        const votable = { id: reviewId, productId };
        const review = await ctx.call('review.votable', votable);
        if (review.customerId === customerId) throw errors.ownReview();
        for (let tries = 0; tries < TRIES; tries += 1) {
          const known = await this.store.findOne({ reviewId, customerId });
          if (known?.withdrawn) {
            await settleContribution(known._id, voteContribution(this)); // it has to be gone first
            continue;
          }
          const vote = known ?? cast(newId('vot'), { reviewId, customerId, productId }, new Date());
          if (!known && !(await this.store.insert(vote))) continue;
          await settleNowOrLater(vote._id, voteContribution(this), this.logger);
          return { id: reviewId, helpful: (await ctx.call('review.votable', votable)).helpful };
        }
        throw errors.unavailable('This vote is being withdrawn at the same time.');
      },

      async withdraw(ctx) {
        const { id: productId, reviewId } = ctx.params;
        const votable = { id: reviewId, productId };
        await ctx.call('review.votable', votable);
        const known = await this.store.findOne({ reviewId, customerId: customerOf(ctx) });
        if (known) {
          await ignoreRemoved(this.store.change(known._id, withdrawVote));
          await settleNowOrLater(known._id, voteContribution(this), this.logger);
        }
        return { id: reviewId, helpful: (await ctx.call('review.votable', votable)).helpful };
      },

      async drop(ctx) {
        await this.store.remove({ reviewId: ctx.params.reviewId });
      },

      async export(ctx) {
        const { customerId, limit, cursor } = ctx.params;
        const { items, nextCursor } = await this.store.page({ customerId }, { limit, cursor });
        return {
          items: items.map(({ reviewId, productId, createdAt }) => ({
            ...{ reviewId, productId, at: createdAt.toISOString() },
          })),
          nextCursor,
        };
      },

      async erase(ctx) {
        await eraseContributions(ctx.params.customerId, voteContribution(this), withdrawVote);
      },
    },
  });
}
