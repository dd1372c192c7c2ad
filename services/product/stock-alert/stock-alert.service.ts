import { onMissedEvents } from '../../../lib/cluster/missed-events.ts';
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
  notifyAwaited,
  type StockAlert,
} from './stock-alert.ts';

/** The node that has made a SKU available looks at once; this finds what it has missed. */
const POLL_INTERVAL_MS = 10_000;

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
      onMissedEvents<StockAlertSelf>(function () {
        this.worker.wake();
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

    events: {
      async 'inventory.changed'(ctx) {
        // By one node: all nodes are told, and each would have the same mails queued.
        if (ctx.nodeID !== this.broker.nodeID) return;
        const skus = ctx.params.levels.filter(({ available }) => available > 0).map(({ sku }) => sku);
        if (skus.length > 0) await notifyAwaited(skus, contextOf(this));
      },
    },

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
        await this.store.insert({ _id: newId('alr'), customerId, sku, productId, createdAt: new Date() });
        // Stock may have arrived in between.
        this.worker.background(notifyAwaited([sku], contextOf(this)));
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
