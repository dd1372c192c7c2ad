import type { Handlers } from '../../../lib/contract/service.ts';
import { readAuditPage } from '../../../mixins/store/audit-page.ts';
import { acknowledge } from '../../../mixins/store/idempotency-log.ts';
import type { ProductService } from './product-service.ts';
import { countReview } from './rating.ts';
import type { tallyActions } from './tally.contract.ts';

/** The handlers that count reviews in the rating of their product. */
export const tallyHandlers: Handlers<typeof tallyActions, ProductService> = {
  tally(ctx) {
    const { id, ...difference } = ctx.params;
    return this.store.change(id, (product, now) => countReview(product, difference, now));
  },

  forgetTally(ctx) {
    const { id, key } = ctx.params;
    return this.store.change(id, (product, now) => acknowledge(product, key, now));
  },

  books(ctx) {
    return readAuditPage(this.store, ctx.params, ({ _id: id, rev, rating: { count, sum } }) => ({
      id,
      rev,
      count,
      sum,
    }));
  },
};
