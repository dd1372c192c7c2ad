import * as allotment from '../../lib/allotment.ts';
import { readPage } from '../../lib/books.ts';
import type { Config } from '../../lib/config.ts';
import type { Params } from '../../lib/contract.ts';
import { errors } from '../../lib/errors.ts';
import { DEFAULT_LIMIT, decodeCursor, page } from '../../lib/page.ts';
import { service } from '../../lib/service.ts';
import { type Store, store } from '../../mixins/store.ts';
import { coupon } from './coupon.contract.ts';
import {
  type Coupon,
  type CouponInput,
  changeTerms,
  codeOf,
  couponView,
  customersPart,
  newCoupon,
  refused,
  termsOf,
} from './coupon.ts';
import { eachPart, giveBack, redeem, release, take } from './coupon-uses.ts';

/** @throws invalid-request when a field of its kind is missing */
function inputOf({ code: _, validFrom, validUntil, ...input }: Params<'coupon.put'>): CouponInput {
  const needed = { percentage: 'percent', fixed: 'amount', 'free-shipping': undefined } as const;
  const field = needed[input.kind];
  if (field && input[field] === undefined) {
    throw errors.invalidRequest([{ pointer: `/${field}`, detail: `A ${input.kind} coupon needs ${field}.` }]);
  }
  const dates = {
    ...(validFrom ? { validFrom: new Date(validFrom) } : {}),
    ...(validUntil ? { validUntil: new Date(validUntil) } : {}),
  };
  return { ...input, ...dates };
}

export default function couponService(config: Config) {
  return service<{ store: Store<Coupon> }>()(coupon, config, {
    mixins: [
      store<Coupon>(config, {
        node: 'shopping',
        collection: 'coupons',
        indexes: [{ fields: { customerId: 1, _id: 1 } }],
      }),
    ],

    handlers: {
      async put(ctx) {
        const [code, input] = [codeOf(ctx.params.code), inputOf(ctx.params)];
        const draft = newCoupon(code, input, new Date());
        if (await this.store.insert(draft)) return couponView({ ...draft, rev: 0 });
        return couponView(await this.store.change(code, (known) => changeTerms(known, input)));
      },

      async read(ctx) {
        const found = await this.store.get(codeOf(ctx.params.code));
        if (!found) throw errors.notFound('This coupon');
        return couponView(found);
      },

      async list(ctx) {
        const { limit = DEFAULT_LIMIT, cursor } = ctx.params;
        const after = cursor === undefined ? {} : { _id: { $gt: String(decodeCursor(cursor, ['string'])[0]) } };
        const found = await this.store.find({ customerId: '', ...after }, { sort: { _id: 1 }, limit: limit + 1 });
        const { items, nextCursor } = page(found, limit, ({ _id }) => [_id]);
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
            if (found.limit !== null && found.available < 1) throw refused(code, 'used-up');
            const part = customerId ? await this.store.get(customersPart(code, customerId)) : null;
            if (part && part.available < 1) throw refused(code, 'already-used');
            return termsOf(found, now);
          }),
        );
      },

      async take(ctx) {
        return { outcome: await take(this.store, ctx.params) };
      },

      redeem(ctx) {
        const { orderId } = ctx.params;
        return eachPart(this.store, ctx.params, (part, now) => redeem(part, orderId, now));
      },

      release(ctx) {
        return release(this.store, ctx.params);
      },

      giveBack(ctx) {
        const { orderId, until } = ctx.params;
        return eachPart(this.store, ctx.params, (part, now) => giveBack(part, orderId, until, now));
      },

      forget(ctx) {
        const { orderId } = ctx.params;
        return eachPart(this.store, ctx.params, (part) => allotment.forget(part, orderId));
      },

      books(ctx) {
        return readPage(this.store, ctx.params, ({ _id: id, code, limit, available, reserved, sold, res }) => ({
          id,
          code,
          limit,
          available,
          reserved,
          sold,
          res,
        }));
      },
    },
  });
}
