import type { Ctx } from '../../../lib/contract/contract.ts';
import { parseIfMatch } from '../../../lib/contract/etag.ts';
import type { Handlers } from '../../../lib/contract/service.ts';
import { isProblem } from '../../shared/problem-codes.ts';
import { errors } from '../../shared/problems.ts';
import { recordChange } from '../../shared/record-change.ts';
import { MODERATED, moderated } from './review.ts';
import { type ReviewService, settleReview } from './review-service.ts';
import type { reviewStaffActions } from './review-staff.contract.ts';
import { auditView, staffView } from './review-view.ts';

/** The handlers of how staff moderates reviews. */
export const reviewStaffHandlers: Handlers<typeof reviewStaffActions, ReviewService> = {
  async search(ctx) {
    const { status, productId, limit, cursor } = ctx.params;
    const filter = { ...(productId ? { productId } : {}), status: status ?? { $in: MODERATED } };
    const { items, nextCursor } = await this.store.page(filter, { limit, cursor });
    return { items: items.map(staffView), nextCursor };
  },

  approve(ctx) {
    const { id, ifMatch } = ctx.params;
    return moderate(this, ctx, id, { status: 'approved' }, ifMatch);
  },

  reject(ctx) {
    const { id, ifMatch, reason } = ctx.params;
    return moderate(this, ctx, id, { status: 'rejected', reason }, ifMatch);
  },
};

async function moderate(
  reviews: ReviewService,
  ctx: Ctx<unknown>,
  id: string,
  verdict: Parameters<typeof moderated>[1],
  ifMatch: string,
) {
  const { before, after } = await reviews.store
    .change(id, (review, now) => moderated(review, verdict, parseIfMatch(ifMatch), now))
    .catch((error: unknown) => {
      throw isProblem(error, 'not-found') ? errors.notFound('This review') : error;
    });
  await settleReview(reviews, id);
  recordChange(ctx, auditView(before), auditView(after));
  return staffView(after);
}
