import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { readAuditPage } from '../../../mixins/store/audit-page.ts';
import { type Store, store } from '../../../mixins/store/store.ts';
import { errors } from '../../shared/problems.ts';
import { recordChange } from '../../shared/record-change.ts';
import { coupon } from './coupon.contract.ts';
import {
  type Coupon,
  changeTerms,
  checkUses,
  codeOf,
  couponRefused,
  couponView,
  customerCouponId,
  newCoupon,
  termsOf,
} from './coupon.ts';
import { parseCouponInput } from './coupon-input.ts';
import { type CouponContext, forgetUse, giveBackUse, redeemUse, releaseUse, takeUse } from './coupon-uses.ts';

export default function couponService(config: Config) {
  const { holdTime } = config;
  const contextOf = ({ store }: { store: Store<Coupon> }): CouponContext => ({ store, holdTime });

  return service(coupon, config, {
    mixins: [
      store<Coupon>(config, {
        node: 'shopping',
        collection: 'coupons',
        indexes: [{ fields: { customerId: 1, _id: 1 } }],
      }),
    ],

    handlers: {
      async put(ctx) {
        const [code, input] = [codeOf(ctx.params.code), parseCouponInput(ctx.params, config)];
        const draft = newCoupon(code, input, new Date());
        const before = await this.store.get(code);
        const isNew = await this.store.insert(draft);
        const view = couponView(isNew ? draft : await this.store.change(code, (known) => changeTerms(known, input)));
        recordChange(ctx, before && couponView(before), view);
        return view;
      },

      async read(ctx) {
        const found = await this.store.get(codeOf(ctx.params.code));
        if (!found) throw errors.notFound('This coupon');
        return couponView(found);
      },

      async list(ctx) {
        const { limit, cursor } = ctx.params;
        const { items, nextCursor } = await this.store.page({ customerId: '' }, { limit, cursor });
        return { items: items.map(couponView), nextCursor };
      },

      async terms(ctx) {
        const { customerId } = ctx.params;
        const codes = ctx.params.codes.map(codeOf);
        const now = new Date();
        return Promise.all(
          codes.map(async (code) => {
            const found = await this.store.get(code);
            if (!found?.input) throw couponRefused(code, 'unknown');
            checkUses(found, customerId ? await this.store.get(customerCouponId(code, customerId)) : null);
            return termsOf(found, config.currency, now);
          }),
        );
      },

      async take(ctx) {
        return { outcome: await takeUse(contextOf(this), ctx.params) };
      },

      redeem(ctx) {
        return redeemUse(contextOf(this), ctx.params);
      },

      release(ctx) {
        return releaseUse(contextOf(this), ctx.params);
      },

      giveBack(ctx) {
        const { until, ...use } = ctx.params;
        return giveBackUse(contextOf(this), use, until);
      },

      forget(ctx) {
        return forgetUse(contextOf(this), ctx.params);
      },

      books(ctx) {
        return readAuditPage(
          this.store,
          ctx.params,
          ({ _id: id, code, customerId, limit, available, reserved, sold, res }) => ({
            id,
            code,
            customerId,
            limit,
            available,
            reserved,
            sold,
            res,
          }),
        );
      },
    },
  });
}
