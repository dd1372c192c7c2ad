import type { Ctx } from '../../../lib/contract/contract.ts';
import { parseIfMatch } from '../../../lib/contract/etag.ts';
import type { Handlers } from '../../../lib/contract/service.ts';
import { isProblem } from '../../shared/problem-codes.ts';
import { errors } from '../../shared/problems.ts';
import { recordChange } from '../../shared/record-change.ts';
import { MODERATION_STATUSES, moderateReview } from './review.ts';
import { type ReviewService, settleReview } from './review-service.ts';
import type { reviewStaffActions } from './review-staff.contract.ts';
import { auditView, staffView } from './review-view.ts';

/** The handlers of moderation by staff. */
export const reviewStaffHandlers: Handlers<typeof reviewStaffActions, ReviewService> = {
  async search(ctx) {
    const { status, productId, limit, cursor } = ctx.params;
    const filter = { ...(productId ? { productId } : {}), status: status ?? { $in: MODERATION_STATUSES } };
    const { items, nextCursor } = await this.store.page(filter, { limit, cursor });
    return { items: items.map(staffView), nextCursor };
  },

  approve(ctx) {
    const { id, ifMatch } = ctx.params;
    return applyVerdict(this, ctx, id, { status: 'approved' }, ifMatch);
  },

  reject(ctx) {
    const { id, ifMatch, reason } = ctx.params;
    return applyVerdict(this, ctx, id, { status: 'rejected', reason }, ifMatch);
  },
};

async function applyVerdict(
  reviews: ReviewService,
  ctx: Ctx<unknown>,
  id: string,
  verdict: Parameters<typeof moderateReview>[1],
  ifMatch: string,
) {
  const { before, after } = await reviews.store
    .change(id, (review, now) => moderateReview(review, verdict, parseIfMatch(ifMatch), now))
    .catch((error: unknown) => {
      throw isProblem(error, 'not-found') ? errors.notFound('This review') : error;
    });
  await settleReview(reviews, id);
  recordChange(ctx, auditView(before), auditView(after));
  return staffView(after);
}
