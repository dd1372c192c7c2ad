import type { Ctx } from '../../../lib/contract/contract.ts';
import { customerOf, type Handlers } from '../../../lib/contract/service.ts';
import { newId } from '../../shared/ids.ts';
import { isProblem } from '../../shared/problem-codes.ts';
import { errors } from '../../shared/problems.ts';
import { ignoreRemoved, settleContribution } from './aggregate-update.ts';
import type { review } from './review.contract.ts';
import { newReview, rewriteReview, withdrawReview } from './review.ts';
import { type ReviewService, ratingUpdate, settleReview } from './review-service.ts';
import { displayName, sanitizeOpinion } from './review-text.ts';
import { ownView } from './review-view.ts';

type OwnActions = Pick<typeof review.actions, 'mine' | 'put' | 'withdraw'>;

/** Each try is lost to another request that withdraws or writes the same review. */
const MAX_TRIES = 5;

/** The handlers of a customer's own reviews. */
export const ownReviewHandlers: Handlers<OwnActions, ReviewService> = {
  async mine(ctx) {
    const found = await this.store.findOne({ customerId: customerOf(ctx), productId: ctx.params.id });
    if (!found || found.status === 'withdrawn') throw errors.notFound('A review of yours');
    return ownView(found);
  },

  async put(ctx) {
    const customerId = customerOf(ctx);
    const { id: productId, ...input } = ctx.params;
    const opinion = sanitizeOpinion(input);
    const author = await requireBuyer(ctx, customerId, productId);
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const known = await this.store.findOne({ customerId, productId });
      if (!known) {
        const draft = newReview({ id: newId('rev'), productId, customerId, author, opinion }, new Date());
        if (!(await this.store.insert(draft))) continue;
        ctx.meta.$statusCode = 201;
        return ownView({ ...draft, rev: 0 });
      }
      if (known.status === 'withdrawn') {
        // A new review needs the withdrawn one and its votes to be removed.
        await settleContribution(known._id, ratingUpdate(this));
        continue;
      }
      const changed = await ignoreRemoved(
        this.store.change(known._id, (review, now) => rewriteReview(review, opinion, author, now)),
      );
      if (!changed) continue;
      await settleReview(this, changed._id);
      return ownView(changed);
    }
    throw errors.unavailable('This review is being withdrawn at the same time.');
  },

  async withdraw(ctx) {
    const known = await this.store.findOne({ customerId: customerOf(ctx), productId: ctx.params.id });
    if (!known) return;
    await ignoreRemoved(this.store.change(known._id, withdrawReview));
    await settleReview(this, known._id);
  },
};

/**
 * The display name of a customer who may review a product.
 * @throws not-found for a product that is not sold, not-purchased, invalid-token for a customer who is erased
 */
async function requireBuyer(ctx: Ctx<unknown>, customerId: string, productId: string): Promise<string> {
  const [{ items }, bought, { name }] = await Promise.all([
    ctx.call('product.lookup', { ids: [productId] }),
    ctx.call('order.bought', { customerId, productId }),
    ctx.call('customer.contact', { customerId }).catch((error: unknown) => {
      throw isProblem(error, 'not-found') ? errors.invalidToken() : error;
    }),
  ]);
  if (items.length === 0) throw errors.notFound('This product');
  if (!bought) throw errors.notPurchased();
  return displayName(name);
}
