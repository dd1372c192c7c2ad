import type { Self } from '../../../lib/contract/mixin.ts';
import { customerOf, service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { dueWork } from '../../../mixins/due-work/due-work.ts';
import { PARKED_INDEX } from '../../../mixins/due-work/queue.ts';
import { readAuditPage } from '../../../mixins/store/audit-page.ts';
import { type Store, store } from '../../../mixins/store/store.ts';
import type { Worker } from '../../../mixins/worker.ts';
import { newId } from '../../shared/ids.ts';
import { errors } from '../../shared/problems.ts';
import { hold } from './hold.contract.ts';
import { type Hold, holdView, newHold } from './hold.ts';
import { giveHoldToOrder, type HoldKeeper, holdQueue, placeHold, releaseHold, reviewDueHold } from './hold-keeper.ts';
import { holdLimits } from './hold-limits.ts';

const MAX_HOLDS_AT_ONCE = 50;
/** Orders look for a hold until so long after its end: the clocks of nodes differ, and its order may be sent again. */
const LOOK_UP_GRACE_MS = 5 * 60_000;

type This = Self<{ store: Store<Hold>; worker: Worker }>;

export default function holdService(config: Config) {
  const keeperOf = ({ store, broker }: This): HoldKeeper => ({ store, rpc: broker });

  return service(hold, config, {
    mixins: [
      dueWork<Hold, This>({
        queue: holdQueue,
        atOnce: MAX_HOLDS_AT_ONCE,
        work(doc) {
          return reviewDueHold(doc, keeperOf(this));
        },
      }),
      store<Hold>(config, {
        node: 'shopping',
        collection: 'holds',
        indexes: [{ fields: { nextAt: 1 } }, PARKED_INDEX],
        create: newHold,
      }),
    ],

    handlers: {
      async put(ctx) {
        const customerId = customerOf(ctx);
        const { items, openOrder } = await ctx.call('cart.content', { customerId });
        // The stock is reserved for the order.
        if (openOrder) throw errors.orderOpen(openOrder.id, openOrder.status);
        if (items.length === 0) throw errors.emptyCart();
        // Without an answer of the customer service, the address counts as unverified.
        const { emailVerified } = await ctx.call('customer.profile').catch(() => ({ emailVerified: false }));
        const limits = holdLimits(emailVerified, config.holdTime);
        // Before the hold, so that each order finds it.
        await ctx.call('cart.expectHold', { customerId, until: Date.now() + config.holdTime + LOOK_UP_GRACE_MS });
        return viewOf(await placeHold(customerId, { orderId: newId('ord'), items }, limits, keeperOf(this)));
      },

      async get(ctx) {
        return viewOf(await this.store.get(customerOf(ctx)));
      },

      drop(ctx) {
        return releaseHold(customerOf(ctx), keeperOf(this));
      },

      async held(ctx) {
        const hold = await this.store.get(ctx.params.customerId);
        return { items: (hold && holdView(hold, new Date()))?.items ?? [] };
      },

      async consume(ctx) {
        const { customerId, cartClaim, items } = ctx.params;
        return { orderId: await giveHoldToOrder(customerId, cartClaim, items, keeperOf(this)) };
      },

      erase(ctx) {
        return releaseHold(ctx.params.customerId, keeperOf(this));
      },

      books(ctx) {
        return readAuditPage(this.store, ctx.params, ({ _id: customerId, current, consumed, releasing }) => ({
          customerId,
          orderIds: [...(current ? [current] : []), ...consumed, ...releasing].map(({ orderId }) => orderId),
        }));
      },
    },
  });
}

function viewOf(hold: Hold | null) {
  const view = hold && holdView(hold, new Date());
  if (!view) throw errors.notFound('A hold');
  return view;
}
