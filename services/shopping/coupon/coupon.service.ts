import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { readPage } from '../../../mixins/store/books.ts';
import { type Store, store } from '../../../mixins/store/store.ts';
import { errors } from '../../shared/problems.ts';
import { recordChange } from '../../shared/record-change.ts';
import { coupon } from './coupon.contract.ts';
import {
  type Coupon,
  changeTerms,
  checkUses,
  codeOf,
  couponView,
  customersPart,
  newCoupon,
  refused,
  termsOf,
} from './coupon.ts';
import { inputOf } from './coupon-input.ts';
import { forget, giveBack, redeem, release, take, type UseBook } from './coupon-uses.ts';

export default function couponService(config: Config) {
  const { holdTime } = config;
  const bookOf = ({ store }: { store: Store<Coupon> }): UseBook => ({ store, holdTime });

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
        const [code, input] = [codeOf(ctx.params.code), inputOf(ctx.params, config)];
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
            if (!found?.input) throw refused(code, 'unknown');
            checkUses(found, customerId ? await this.store.get(customersPart(code, customerId)) : null);
            return termsOf(found, config.currency, now);
          }),
        );
      },

      async take(ctx) {
        return { outcome: await take(bookOf(this), ctx.params) };
      },

      redeem(ctx) {
        return redeem(bookOf(this), ctx.params);
      },

      release(ctx) {
        return release(bookOf(this), ctx.params);
      },

      giveBack(ctx) {
        const { until, ...use } = ctx.params;
        return giveBack(bookOf(this), use, until);
      },

      forget(ctx) {
        return forget(bookOf(this), ctx.params);
      },

      books(ctx) {
        return readPage(
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
