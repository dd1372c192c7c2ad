import type { Self } from '../../../lib/contract/mixin.ts';
import { customerOf, service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { type Store, store } from '../../../mixins/store/store.ts';
import { type Worker, worker } from '../../../mixins/worker.ts';
import { newId } from '../../shared/ids.ts';
import { errors } from '../../shared/problems.ts';
import { stockAlert } from './stock-alert.contract.ts';
import {
  type AlertContext,
  alertView,
  findOffer,
  MAX_ALERTS_PER_CUSTOMER,
  notifyAll,
  type StockAlert,
} from './stock-alert.ts';

/** Polling costs less than events: nearly every sale sends one, and few customers wait. */
const POLL_INTERVAL_MS = 2000;

type StockAlertSelf = Self<{ store: Store<StockAlert>; worker: Worker }>;

export default function stockAlertService(config: Config) {
  const contextOf = ({ store, broker: rpc }: StockAlertSelf): AlertContext => ({
    store,
    rpc,
    currencies: config.currencies,
  });
  const alertsOf = async ({ store }: Pick<StockAlertSelf, 'store'>, customerId: string) =>
    (await store.find({ customerId }, { sort: { _id: -1 }, limit: 2 * MAX_ALERTS_PER_CUSTOMER })).map(alertView);

  return service(stockAlert, config, {
    mixins: [
      worker<StockAlertSelf>({
        every: POLL_INTERVAL_MS,
        run() {
          return notifyAll(contextOf(this));
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
        return { items: await alertsOf(this, customerOf(ctx)), nextCursor: null };
      },

      async put(ctx) {
        const { sku } = ctx.params;
        const customerId = customerOf(ctx);
        const offer = await findOffer(sku, contextOf(this));
        if (!offer) throw errors.notFound('This SKU');
        const known = await alertsOf(this, customerId);
        if (known.length >= MAX_ALERTS_PER_CUSTOMER && !known.some((one) => one.sku === sku)) {
          throw errors.limitReached(`A customer may have at most ${MAX_ALERTS_PER_CUSTOMER} stock alerts.`);
        }
        const { productId } = offer;
        const [level] = await ctx.call('inventory.current', { skus: [sku] });
        if (level && level.available > 0) throw errors.inStock(sku);
        // Stock that arrives in between is found by the next poll.
        await this.store.insert({ _id: newId('alr'), customerId, sku, productId, createdAt: new Date() });
      },

      async remove(ctx) {
        await this.store.remove({ customerId: customerOf(ctx), sku: ctx.params.sku });
      },

      async export(ctx) {
        return { items: await alertsOf(this, ctx.params.customerId) };
      },

      async erase(ctx) {
        await this.store.remove({ customerId: ctx.params.customerId });
        await this.store.purge();
      },
    },
  });
}
