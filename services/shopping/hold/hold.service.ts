import type { Self } from '../../../lib/contract/mixin.ts';
import { customerOf, service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { readPage } from '../../../mixins/store/books.ts';
import { type Store, store } from '../../../mixins/store/store.ts';
import { type Worker, worker } from '../../../mixins/worker.ts';
import { newId } from '../../shared/ids.ts';
import { errors } from '../../shared/problems.ts';
import { hold } from './hold.contract.ts';
import { type Hold, holdView, newHold } from './hold.ts';
import { consumeHold, hold as holdItems, type Keeper, keepHolds, letGo } from './hold-keeper.ts';
import { holdLimits } from './hold-limits.ts';

const PAUSE = 1000;

type This = Self<{ store: Store<Hold>; worker: Worker }>;

export default function holdService(config: Config) {
  const keeperOf = ({ store, broker }: This): Keeper => ({ store, rpc: broker });

  return service(hold, config, {
    mixins: [
      worker<This>({
        every: PAUSE,
        run() {
          return keepHolds(keeperOf(this));
        },
      }),
      store<Hold>(config, {
        node: 'shopping',
        collection: 'holds',
        indexes: [{ fields: { nextAt: 1 } }],
        create: newHold,
      }),
    ],

    handlers: {
      async put(ctx) {
        const customerId = customerOf(ctx);
        const { items, openOrder } = await ctx.call('cart.content', { customerId });
        // The order has its stock already.
        if (openOrder) throw errors.orderOpen(openOrder.id, openOrder.status);
        if (items.length === 0) throw errors.emptyCart();
        // A customer of whom nothing is to be known right now counts as unverified.
        const { emailVerified } = await ctx.call('customer.profile').catch(() => ({ emailVerified: false }));
        const limits = holdLimits(emailVerified, config.holdTime);
        return viewOf(await holdItems(customerId, { orderId: newId('ord'), items }, limits, keeperOf(this)));
      },

      async get(ctx) {
        return viewOf(await this.store.get(customerOf(ctx)));
      },

      drop(ctx) {
        return letGo(customerOf(ctx), keeperOf(this));
      },

      async consume(ctx) {
        const { customerId, cartClaim, items } = ctx.params;
        return { orderId: await consumeHold(customerId, cartClaim, items, keeperOf(this)) };
      },

      erase(ctx) {
        return letGo(ctx.params.customerId, keeperOf(this));
      },

      books(ctx) {
        return readPage(this.store, ctx.params, ({ _id: customerId, current, consumed, releasing }) => ({
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
