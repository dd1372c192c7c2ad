import { setTimeout as sleep } from 'node:timers/promises';
import { fingerprintOf, readOnce } from '../../../lib/contract/fingerprint.ts';
import { customerOf, service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { store } from '../../../mixins/store/store.ts';
import { worker } from '../../../mixins/worker.ts';
import { newId } from '../../shared/ids.ts';
import { loadRules } from '../checkout/pricing/load-rules.ts';
import { methodOf } from '../payment/payment-method.ts';
import { advanceBy } from './fulfilment.ts';
import { order } from './order.contract.ts';
import type { Order } from './order.ts';
import { beginPlacing, command, failing, type OrderService, ordersOf, own, shopOf } from './order-commands.ts';
import { internalHandlers } from './order-internal.ts';
import { staffHandlers } from './order-staff.ts';
import { orderView } from './order-view.ts';
import { requestReturn } from './refund/returns.ts';
import { answerOf, repeated } from './replay.ts';
import { acceptOrder, answerPending } from './saga/order-acceptance.ts';
import { recoverOrders } from './saga/recovery.ts';

/** How long a customer waits for the end of a placement, in ms; then it goes on without them. */
const PATIENCE = 4000;
const RECOVERY_PAUSE = 1000;

/** @param patience how long a request with a known key waits for the answer of the first one, in ms */
export default function orderService(config: Config, patience = 1000) {
  const book = loadRules(config);

  return service(order, config, {
    mixins: [
      // Before the store: a service stops in the order of its mixins, and starts in the opposite one.
      worker<OrderService>({
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
          { fields: { cartClaim: 1 }, unique: true, sparse: true },
          { fields: { number: 1 }, sparse: true },
          { fields: { customerId: 1, _id: -1 } },
          { fields: { nextAt: 1 } },
          { fields: { state: 1, _id: -1 } },
          { fields: { parkedAt: 1, _id: -1 } },
          { fields: { attentionAt: 1, _id: -1 } },
          // Webhooks name the charge.
          { fields: { 'payment.reference': 1 }, sparse: true },
        ],
      }),
    ],

    handlers: {
      ...staffHandlers(config),
      ...internalHandlers,

      ready() {
        return this.store.ping();
      },

      async place(ctx) {
        const [customerId, receivedAt] = [customerOf(ctx), Date.now()];
        const { idempotencyKey: idemKey, ...body } = ctx.params;
        const fingerprint = fingerprintOf(body);
        const paymentMethod = await readOnce(
          () => methodOf(config.payments, body.paymentMethod),
          async () => (await this.store.findOne({ customerId, idemKey })) !== null,
        );
        const { order: begun, isNew } = await acceptOrder(
          { customerId, idemKey, fingerprint, paymentMethod, body, receivedAt, owner: config.nodeId },
          book,
          this.store,
          ctx,
        );
        if (!isNew) return repeated(begun, fingerprint, this.store, patience);
        // Accepted from here on: the order will be brought to its end, by this process or by another.
        const placing = beginPlacing(this, begun).catch(() => undefined);
        const placed = await Promise.race([placing, sleep(PATIENCE, undefined, { ref: false })]);
        if (placed && placed.state !== 'PENDING') return answerOf(placed, fingerprint);
        const current = await this.store.change(begun._id, answerPending);
        if (current.state !== 'PENDING') return answerOf(current, fingerprint);
        ctx.meta.$statusCode = 202;
        return orderView(begun);
      },

      async list(ctx) {
        const { items, nextCursor } = await ordersOf(this, customerOf(ctx), ctx.params);
        return { items: items.map(orderView), nextCursor };
      },

      async get(ctx) {
        return orderView(await own(this, ctx.params.id, customerOf(ctx)));
      },

      async cancel(ctx) {
        const { id, reason = 'cancelled by the customer' } = ctx.params;
        await own(this, id, customerOf(ctx));
        const step = { to: 'CANCELLED', refundId: newId('rfd') } as const;
        const by = { role: 'customer' } as const;
        return orderView(await command(this, id, (order, now) => advanceBy(order, step, by, now, reason)));
      },

      async requestReturn(ctx) {
        const { id, idempotencyKey: key, items, reason } = ctx.params;
        await own(this, id, customerOf(ctx));
        const request = { id: newId('ret'), key, items, reason };
        return orderView(await command(this, id, (order, now) => requestReturn(order, request, now)));
      },
    },
  });
}
