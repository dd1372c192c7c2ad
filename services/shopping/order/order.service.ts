import { fingerprintOf, parseIdempotentRequest } from '../../../lib/contract/fingerprint.ts';
import { customerOf, service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { Pace } from '../../../lib/process/pace.ts';
import { dueWork } from '../../../mixins/due-work/due-work.ts';
import { store } from '../../../mixins/store/store.ts';
import { newId } from '../../shared/ids.ts';
import type { CheckoutTerms } from '../checkout/basket.ts';
import { loadRules } from '../checkout/pricing/load-rules.ts';
import { checkSellerVatId } from '../checkout/reverse-charge.ts';
import {
  type ChosenMethod,
  chooseMethod,
  limitsOf,
  refuseMethod,
  refuseUnlessAllowed,
} from '../payment/payment-methods.ts';
import { takeFulfilmentStep } from './fulfilment.ts';
import { guestHandlers } from './guest/guest-handlers.ts';
import { checkShopperFields, keyFilterOf, shopperOf } from './guest/guest-request.ts';
import { getAccessibleOrder, withOrderToken } from './guest/order-access.ts';
import { order } from './order.contract.ts';
import { countryOf, type Order } from './order.ts';
import { changeOrder, type OrderService, ordersOf, sagaContextOf } from './order-commands.ts';
import { internalHandlers } from './order-internal.ts';
import { orderStaffHandlers } from './order-staff.ts';
import { orderView } from './order-view.ts';
import { placeOrder } from './place-order.ts';
import { requestReturn } from './refund/returns.ts';
import { processOrder, recoveryQueue } from './saga/recovery.ts';
import { isKnownTry } from './session/retry-payment.ts';
import { driveNow, payAgain } from './session/session-commands.ts';

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
  const { paymentTime } = config;
  const book = loadRules(config);
  const sellerVatId = checkSellerVatId(config.sellerVatId);
  const termsOf = (chosen: ChosenMethod): CheckoutTerms => ({
    ...{ book, limits: limitsOf(chosen.provider, config), sellerVatId },
    refuseMethod: (total, country) => refuseMethod(chosen, total, country, config),
  });

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
      ...orderStaffHandlers(config, book),
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
        const isKnown = async () => (await this.store.findOne(keyFilterOf({ ...shopper, idemKey }))) !== null;
        const chosen = await parseIdempotentRequest(() => {
          checkShopperFields(shopper, body);
          return chooseMethod(body.paymentMethod, config);
        }, isKnown);
        await refuseUnlessAllowed(chosen, shopper.customerId, ctx).catch(async (error: unknown) => {
          if (!(await isKnown())) throw error;
        });
        const { provider, method: paymentMethod } = chosen;
        const ownTime = provider.paymentTime(config);
        const payment = { provider: provider.name, paymentMethod, paymentTime: ownTime ?? paymentTime };
        const request = { ...shopper, idemKey, fingerprint, ...payment, body, receivedAt, owner: config.nodeId };
        const { response, isPending } = await placeOrder(this, request, termsOf(chosen), timing, ctx);
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

      async pay(ctx) {
        const { id, idempotencyKey: idemKey, ...body } = ctx.params;
        const request = { idemKey, fingerprint: fingerprintOf(body) };
        const order = await getAccessibleOrder(this, id, ctx.meta);
        const chosen = await parseIdempotentRequest(
          () => chooseMethod(body.paymentMethod, config),
          async () => isKnownTry(order, request),
        );
        if (!isKnownTry(order, request)) {
          refuseMethod(chosen, order.totals.total, countryOf(order), config);
          await refuseUnlessAllowed(chosen, order.customerId, ctx);
        }
        const { provider, method } = chosen;
        const ownTime = provider.paymentTime(config);
        const next = { provider: provider.name, method, request, ...(ownTime ? { paymentTime: ownTime } : {}) };
        return orderView(await payAgain(this, order, next));
      },

      async completePayment(ctx) {
        return orderView(await driveNow(this, await getAccessibleOrder(this, ctx.params.id, ctx.meta)));
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
