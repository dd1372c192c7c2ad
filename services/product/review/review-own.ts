import type { Ctx } from '../../../lib/contract/contract.ts';
import { customerOf, type Handlers } from '../../../lib/contract/service.ts';
import { newId } from '../../shared/ids.ts';
import { isProblem } from '../../shared/problem-codes.ts';
import { errors } from '../../shared/problems.ts';
import { ignoreRemoved, settleContribution } from './aggregate-update.ts';
import type { review } from './review.contract.ts';
import { rewritten, withdrawReview, written } from './review.ts';
import { type ReviewService, reviewContribution, settleReview } from './review-service.ts';
import { displayName, opinionOf } from './review-text.ts';
import { ownView } from './review-view.ts';

type OwnActions = Pick<typeof review.actions, 'mine' | 'put' | 'withdraw'>;

/** How often a review may be withdrawn by one request while another writes it. */
const TRIES = 5;

/** The handlers of what customers do with reviews of their own. */
export const ownReviewHandlers: Handlers<OwnActions, ReviewService> = {
  async mine(ctx) {
    const found = await this.store.findOne({ customerId: customerOf(ctx), productId: ctx.params.id });
    if (!found || found.status === 'withdrawn') throw errors.notFound('A review of yours');
    return ownView(found);
  },

  async put(ctx) {
    const customerId = customerOf(ctx);
    const { id: productId, ...said } = ctx.params;
    const opinion = opinionOf(said);
    const author = await buyer(ctx, customerId, productId);
    for (let tries = 0; tries < TRIES; tries += 1) {
      const known = await this.store.findOne({ customerId, productId });
      if (!known) {
        const draft = written({ id: newId('rev'), productId, customerId, author, opinion }, new Date());
        if (!(await this.store.insert(draft))) continue;
        ctx.meta.$statusCode = 201;
        return ownView({ ...draft, rev: 0 });
      }
      if (known.status === 'withdrawn') {
        // It has to be gone first, and its votes with it.
        await settleContribution(known._id, reviewContribution(this));
        continue;
      }
      const changed = await ignoreRemoved(
        this.store.change(known._id, (review, now) => rewritten(review, opinion, author, now)),
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
 * The name of a customer who may review a product, as others see it.
 * @throws not-found for what is not sold, not-purchased, invalid-token for a customer who is gone
 */
async function buyer(ctx: Ctx<unknown>, customerId: string, productId: string): Promise<string> {
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
