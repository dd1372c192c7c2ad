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
import { countedVote, newVote, type Vote, withdrawVote } from './review-vote.ts';

type ReviewVoteService = Self<{ store: Store<Vote>; worker: Worker }>;

const MAX_CONCURRENT_TRANSFERS = 50;
/** Each try is lost to another request that withdraws or casts the same vote. */
const MAX_TRIES = 5;

/** The due transfers of votes. */
export const voteTransfers = transferQueue<Vote>('review-votes');

/** A vote contributes one to the helpful votes of its review. */
export const helpfulUpdate = ({ store, broker }: ReviewVoteService): AggregateUpdate<Vote> => ({
  store,
  amountOf: countedVote,
  async apply({ reviewId: id }, { key, until, sum }) {
    try {
      await broker.call('review.tally', { id, key, until, sum });
      return true;
    } catch (error) {
      if (isProblem(error, 'not-found')) return false; // the review is removed or withdrawn
      throw error;
    }
  },
  forget: ({ reviewId: id }, key) => broker.call('review.forgetTally', { id, key }),
});

export default function reviewVoteService(config: Config) {
  return service(reviewVote, config, {
    mixins: [
      dueWork<Vote, ReviewVoteService>({
        queue: voteTransfers,
        atOnce: MAX_CONCURRENT_TRANSFERS,
        work({ _id }) {
          return settleContribution(_id, helpfulUpdate(this));
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
        for (let tries = 0; tries < MAX_TRIES; tries += 1) {
          const known = await this.store.findOne({ reviewId, customerId });
          if (known?.withdrawn) {
            await settleContribution(known._id, helpfulUpdate(this)); // a new vote needs the withdrawn one to be removed
            continue;
          }
          const vote = known ?? newVote(newId('vot'), { reviewId, customerId, productId }, new Date());
          if (!known && !(await this.store.insert(vote))) continue;
          await settleNowOrLater(vote._id, helpfulUpdate(this), this.logger);
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
          await settleNowOrLater(known._id, helpfulUpdate(this), this.logger);
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
        await eraseContributions(ctx.params.customerId, helpfulUpdate(this), withdrawVote);
      },
    },
  });
}
