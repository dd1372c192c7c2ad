import type { Ctx } from '../../../lib/contract/contract.ts';
import { versionIn } from '../../../lib/contract/etag.ts';
import { DEFAULT_LIMIT, decodeCursor, page } from '../../../lib/contract/page.ts';
import type { Handlers } from '../../../lib/contract/service.ts';
import { isProblem } from '../../shared/problem-codes.ts';
import { errors } from '../../shared/problems.ts';
import { recordChange } from '../../shared/record-change.ts';
import { MODERATED, moderated } from './review.ts';
import { type ReviewService, settled } from './review-service.ts';
import type { reviewStaffActions } from './review-staff.contract.ts';
import { auditView, staffView } from './review-view.ts';

/** The handlers of how staff moderates reviews. */
export const reviewStaffHandlers: Handlers<typeof reviewStaffActions, ReviewService> = {
  async search(ctx) {
    const { status, productId, limit = DEFAULT_LIMIT, cursor } = ctx.params;
    const filter = {
      ...(productId ? { productId } : {}),
      status: status ?? { $in: MODERATED },
      ...(cursor === undefined ? {} : { _id: { $gt: String(decodeCursor(cursor, ['string'])[0]) } }),
    };
    const found = await this.store.find(filter, { sort: { _id: 1 }, limit: limit + 1 });
    const { items, nextCursor } = page(found, limit, ({ _id }) => [_id]);
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
    .change(id, (review, now) => moderated(review, verdict, versionIn(ifMatch), now))
    .catch((error: unknown) => {
      throw isProblem(error, 'not-found') ? errors.notFound('This review') : error;
    });
  await settled(reviews, id);
  recordChange(ctx, auditView(before), auditView(after));
  return staffView(after);
}
