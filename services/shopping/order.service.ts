import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../lib/config.ts';
import { errors } from '../../lib/errors.ts';
import { newId } from '../../lib/ids.ts';
import { DEFAULT_LIMIT, decodeCursor, page } from '../../lib/page.ts';
import { customerOf, type Self, service } from '../../lib/service.ts';
import { type Store, store } from '../../mixins/store.ts';
import { type Worker, worker } from '../../mixins/worker.ts';
import { order } from './order.contract.ts';
import { begin, fingerprintOf, type Order, orderView } from './order.ts';
import { place, type Shop, settle } from './placement.ts';
import { finish, recoverOrders } from './recovery.ts';
import { answerOf } from './replay.ts';

/** How long a customer waits for the end of a placement, in ms; then it goes on without them. */
const PATIENCE = 4000;
const RECOVERY_PAUSE = 1000;

type This = Self<{ store: Store<Order>; worker: Worker }>;

export default function orderService(config: Config) {
  const shopOf = ({ store, broker }: This): Shop => ({ store, rpc: broker });
  const failing =
    (service: This) =>
    (error: unknown, { _id }: Order) =>
      service.logger.warn(`${_id} could not be driven on, will be tried again`, error);

  return service<{ store: Store<Order>; worker: Worker }>()(order, config, {
    mixins: [
      // Before the store: a service stops in the order of its mixins, and starts in the opposite one.
      worker<This>({
        every: RECOVERY_PAUSE,
        run() {
          return recoverOrders(shopOf(this), config.nodeId, failing(this));
        },
      }),
      store<Order>(config, {
        node: 'shopping',
        collection: 'orders',
        indexes: [
          { fields: { customerId: 1, idemKey: 1 }, unique: true },
          { fields: { customerId: 1, _id: -1 } },
          { fields: { nextAt: 1 } },
        ],
      }),
    ],

    handlers: {
      ready() {
        return this.store.ping();
      },

      async place(ctx) {
        const customerId = customerOf(ctx);
        const { idempotencyKey: idemKey, addressId } = ctx.params;
        const fingerprint = fingerprintOf({ addressId });
        const first = () => this.store.findOne({ customerId, idemKey });
        const [known, items] = await Promise.all([first(), ctx.call('cart.content', { customerId })]);
        if (known) return answerOf(known, fingerprint);
        if (items.length === 0) {
          // The first request with this key may have emptied it since.
          const begun = await first();
          if (begun) return answerOf(begun, fingerprint);
          throw errors.emptyCart();
        }
        const [offers, { id: _, isDefault, ...shippingAddress }] = await Promise.all([
          ctx.call('product.offers', { skus: items.map(({ sku }) => sku) }),
          ctx.call('customer.address', { id: addressId }),
        ]);
        const [id, now, { currency, nodeId: owner }] = [newId('ord'), new Date(), config];
        const draft = begin(
          { id, customerId, idemKey, fingerprint, items, offers, shippingAddress, currency, owner },
          now,
        );
        // Accepted from here on: the order will be brought to its end, by this process or by another.
        if (!(await this.store.insert(draft))) {
          const other = await first();
          if (!other) throw errors.requestInProgress();
          return answerOf(other, fingerprint);
        }

        const shop = shopOf(this);
        const begun = { ...draft, rev: 0 };
        const placing = place(begun, shop);
        this.worker.background(
          placing.then(
            (placed) => settle(placed, shop),
            () => finish(begun, shop, failing(this)),
          ),
        );
        const placed = await Promise.race([placing.catch(() => undefined), sleep(PATIENCE, undefined, { ref: false })]);
        if (placed) return answerOf(placed, fingerprint);
        ctx.meta.$statusCode = 202;
        return orderView(begun);
      },

      async list(ctx) {
        const { limit = DEFAULT_LIMIT, cursor } = ctx.params;
        const before = cursor === undefined ? {} : { _id: { $lt: String(decodeCursor(cursor, ['string'])[0]) } };
        const orders = await this.store.find(
          { customerId: customerOf(ctx), ...before },
          { sort: { _id: -1 }, limit: limit + 1 },
        );
        const { items, nextCursor } = page(orders, limit, ({ _id }) => [_id]);
        return { items: items.map(orderView), nextCursor };
      },

      async get(ctx) {
        const found = await this.store.findOne({ _id: ctx.params.id, customerId: customerOf(ctx) });
        if (!found) throw errors.notFound('This order');
        return orderView(found);
      },
    },
  });
}
