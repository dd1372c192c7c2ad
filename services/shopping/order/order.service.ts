import { fingerprintOf, parseIdempotentRequest } from '../../../lib/contract/fingerprint.ts';
import { customerOf, service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { Pace } from '../../../lib/process/pace.ts';
import { dueWork } from '../../../mixins/due-work/due-work.ts';
import { store } from '../../../mixins/store/store.ts';
import { newId } from '../../shared/ids.ts';
import { loadRules } from '../checkout/pricing/load-rules.ts';
import { selectedProvider } from '../payment/providers/registry.ts';
import { takeFulfilmentStep } from './fulfilment.ts';
import { guestHandlers } from './guest/guest-handlers.ts';
import { checkShopperFields, keyFilterOf, shopperOf } from './guest/guest-request.ts';
import { getAccessibleOrder, withOrderToken } from './guest/order-access.ts';
import { order } from './order.contract.ts';
import type { Order } from './order.ts';
import { changeOrder, type OrderService, ordersOf, sagaContextOf } from './order-commands.ts';
import { internalHandlers } from './order-internal.ts';
import { orderStaffHandlers } from './order-staff.ts';
import { orderView } from './order-view.ts';
import { placeOrder } from './place-order.ts';
import { requestReturn } from './refund/returns.ts';
import { processOrder, recoveryQueue } from './saga/recovery.ts';

const MAX_ORDERS_AT_ONCE = 20;

interface Timing {
  /** How long a request with a known key waits for the response to the first one. */
  firstResponseTimeoutMs: number;
  /** When that which follows a paid order begins. */
  settling: Pace;
}

export default function orderService(
  config: Config,
  timing: Timing = { firstResponseTimeoutMs: 1000, settling: new Pace() },
) {
  const { methodOf, limits } = selectedProvider(config);
  const terms = { book: loadRules(config), limits };

  return service(order, config, {
    mixins: [
      // Before the store: a service stops in the order of its mixins, and starts in the opposite one.
      dueWork<Order, OrderService>({
        queue: recoveryQueue(config.nodeId),
        atOnce: MAX_ORDERS_AT_ONCE,
        work(order) {
          return processOrder(order, sagaContextOf(this));
        },
      }),
      store<Order>(config, {
        node: 'shopping',
        collection: 'orders',
        indexes: [
          // Accepts one order of a key, which repetitions look up.
          { fields: { customerId: 1, idemKey: 1 }, unique: true, mayChange: true },
          // The same for guests. It outlasts the claim of an order by an account.
          { fields: { 'guest.key': 1 }, unique: true, sparse: true },
          // Orders of a guest's address: claims, exports, erasures.
          { fields: { 'guest.email': 1 }, sparse: true },
          // Accepts one order of a cart's content. Each change of the cart looks it up.
          { fields: { cartClaim: 1 }, unique: true, sparse: true },
          // Staff search by the number that a customer says.
          { fields: { number: 1 }, sparse: true },
          // A customer's list of orders.
          { fields: { customerId: 1, _id: -1 } },
          // Recovery searches for due orders.
          { fields: { nextAt: 1 } },
          // Staff list orders by their state.
          { fields: { state: 1, _id: -1 } },
          // Staff list the parked orders.
          { fields: { parkedAt: 1, _id: -1 } },
          // Staff list the orders that need attention. They are few; the others are not in this index.
          { fields: { attentionAt: 1 }, sparse: true },
          // Webhooks name the charge.
          { fields: { 'payment.reference': 1 }, sparse: true },
        ],
      }),
    ],

    handlers: {
      ...orderStaffHandlers(config),
      ...internalHandlers,
      ...guestHandlers(config),

      ready() {
        return this.store.ping();
      },

      async place(ctx) {
        const receivedAt = Date.now();
        const shopper = shopperOf(ctx.meta, ctx.params, config);
        const { idempotencyKey: idemKey, ...body } = ctx.params;
        const fingerprint = fingerprintOf(body);
        const paymentMethod = await parseIdempotentRequest(
          () => {
            checkShopperFields(shopper, body);
            return methodOf(body.paymentMethod);
          },
          async () => (await this.store.findOne(keyFilterOf({ ...shopper, idemKey }))) !== null,
        );
        const request = { ...shopper, idemKey, fingerprint, paymentMethod, body, receivedAt, owner: config.nodeId };
        const { response, isPending } = await placeOrder(this, request, terms, timing, ctx);
        if (isPending) ctx.meta.$statusCode = 202;
        return shopper.guest ? withOrderToken(response, this.store, config) : response;
      },

      async list(ctx) {
        const { items, nextCursor } = await ordersOf(this, customerOf(ctx), ctx.params);
        return { items: items.map(orderView), nextCursor };
      },

      async get(ctx) {
        return orderView(await getAccessibleOrder(this, ctx.params.id, ctx.meta));
      },

      async cancel(ctx) {
        const { id, reason = 'cancelled by the customer' } = ctx.params;
        await getAccessibleOrder(this, id, ctx.meta);
        const step = { to: 'CANCELLED', refundId: newId('rfd') } as const;
        const by = { role: 'customer' } as const;
        return orderView(await changeOrder(this, id, (order, now) => takeFulfilmentStep(order, step, by, now, reason)));
      },

      async requestReturn(ctx) {
        const { id, idempotencyKey: key, items, reason } = ctx.params;
        await getAccessibleOrder(this, id, ctx.meta);
        const request = { id: newId('ret'), key, items, reason };
        return orderView(await changeOrder(this, id, (order, now) => requestReturn(order, request, now)));
      },
    },
  });
}
