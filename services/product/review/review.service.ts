import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { dueWork } from '../../../mixins/due-work/due-work.ts';
import { PARKED_INDEX } from '../../../mixins/due-work/queue.ts';
import { readAuditPage } from '../../../mixins/store/audit-page.ts';
import { acknowledge } from '../../../mixins/store/idempotency-log.ts';
import { store } from '../../../mixins/store/store.ts';
import { errors } from '../../shared/problems.ts';
import { eraseContributions, ignoreRemoved, settleContribution } from './aggregate-update.ts';
import { review } from './review.contract.ts';
import { countVote, type Review, withdrawReview } from './review.ts';
import { approvedReviews, REVIEW_LIST_INDEXES } from './review-list.ts';
import { ownReviewHandlers } from './review-own.ts';
import { type ReviewService, ratingUpdate, reviewTransfers } from './review-service.ts';
import { reviewStaffHandlers } from './review-staff.ts';
import { ownView, reviewView } from './review-view.ts';

const MAX_CONCURRENT_TRANSFERS = 50;

export default function reviewService(config: Config) {
  return service(review, config, {
    mixins: [
      dueWork<Review, ReviewService>({
        queue: reviewTransfers,
        atOnce: MAX_CONCURRENT_TRANSFERS,
        work({ _id }) {
          return settleContribution(_id, ratingUpdate(this));
        },
      }),
      store<Review>(config, {
        node: 'product',
        collection: 'reviews',
        indexes: [
          { fields: { customerId: 1, productId: 1 }, unique: true },
          { fields: { customerId: 1, _id: 1 } },
          ...REVIEW_LIST_INDEXES,
          { fields: { status: 1, _id: 1 } },
          { fields: { dueAt: 1 } },
          PARKED_INDEX,
        ],
      }),
    ],

    handlers: {
      ...reviewStaffHandlers,
      ...ownReviewHandlers,

      async list(ctx) {
        const { items: known } = await ctx.call('product.lookup', { ids: [ctx.params.id] });
        if (known.length === 0) throw errors.notFound('This product');
        const { items, nextCursor } = await approvedReviews(this.store, ctx.params);
        return { items: items.map(reviewView), nextCursor };
      },

      async votable(ctx) {
        const { id, productId } = ctx.params;
        const found = await this.store.findOne({ _id: id, productId, status: 'approved' });
        if (!found) throw errors.notFound('This review');
        return { customerId: found.customerId, helpful: found.helpful };
      },

      tally(ctx) {
        const { id, ...vote } = ctx.params;
        return this.store.change(id, (found, now) => countVote(found, { ...vote, count: 0 }, now));
      },

      async forgetTally(ctx) {
        const { id, key } = ctx.params;
        await ignoreRemoved(this.store.change(id, (found, now) => acknowledge(found, key, now)));
      },

      async export(ctx) {
        const { customerId, limit, cursor } = ctx.params;
        const { items, nextCursor } = await this.store.page({ customerId }, { limit, cursor });
        return { items: items.map(ownView), nextCursor };
      },

      async erase(ctx) {
        await eraseContributions(ctx.params.customerId, ratingUpdate(this), withdrawReview);
      },

      books(ctx) {
        return readAuditPage(this.store, ctx.params, ({ _id: id, productId, status, rating, counted, move }) => ({
          ...{ id, productId, status, rating, counted },
          moving: move !== null,
        }));
      },
    },
  });
}
