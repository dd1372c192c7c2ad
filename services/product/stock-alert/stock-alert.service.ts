import type { Self } from '../../../lib/contract/mixin.ts';
import { customerOf, service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { type Store, store } from '../../../mixins/store/store.ts';
import { type Worker, worker } from '../../../mixins/worker.ts';
import { newId } from '../../shared/ids.ts';
import { errors } from '../../shared/problems.ts';
import { stockAlert } from './stock-alert.contract.ts';
import { alertView, MOST_ALERTS, offerOf, type StockAlert, tellAll, type Waiters } from './stock-alert.ts';

/** Between two looks, in ms. Not by events: there is one with nearly every sale, and hardly anybody waits. */
const LOOK_PAUSE = 2000;

type This = Self<{ store: Store<StockAlert>; worker: Worker }>;

export default function stockAlertService(config: Config) {
  const waitersOf = ({ store, broker: rpc }: This): Waiters => ({ store, rpc, currencies: config.currencies });
  const ofCustomer = async ({ store }: Pick<This, 'store'>, customerId: string) =>
    (await store.find({ customerId }, { sort: { _id: -1 }, limit: 2 * MOST_ALERTS })).map(alertView);

  return service(stockAlert, config, {
    mixins: [
      worker<This>({
        every: LOOK_PAUSE,
        run() {
          return tellAll(waitersOf(this));
        },
      }),
      store<StockAlert>(config, {
        node: 'product',
        collection: 'stock-alerts',
        indexes: [
          { fields: { customerId: 1, sku: 1 }, unique: true },
          { fields: { customerId: 1, _id: -1 } },
          { fields: { sku: 1 } },
        ],
      }),
    ],

    handlers: {
      async list(ctx) {
        return { items: await ofCustomer(this, customerOf(ctx)), nextCursor: null };
      },

      async put(ctx) {
        const { sku } = ctx.params;
        const customerId = customerOf(ctx);
        const offer = await offerOf(sku, waitersOf(this));
        if (!offer) throw errors.notFound('This SKU');
        const known = await ofCustomer(this, customerId);
        if (known.length >= MOST_ALERTS && !known.some((one) => one.sku === sku)) {
          throw errors.limitReached(`You may wait for ${MOST_ALERTS} SKUs.`);
        }
        const { productId } = offer;
        const [level] = await ctx.call('inventory.current', { skus: [sku] });
        if (level && level.available > 0) throw errors.inStock(sku);
        // What comes in between is found by the next look.
        await this.store.insert({ _id: newId('alr'), customerId, sku, productId, createdAt: new Date() });
      },

      async remove(ctx) {
        await this.store.remove({ customerId: customerOf(ctx), sku: ctx.params.sku });
      },

      async export(ctx) {
        return { items: await ofCustomer(this, ctx.params.customerId) };
      },

      async erase(ctx) {
        await this.store.remove({ customerId: ctx.params.customerId });
        await this.store.purge();
      },
    },
  });
}
