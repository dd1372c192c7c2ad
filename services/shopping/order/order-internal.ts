import type { Handlers } from '../../../lib/contract/service.ts';
import { readAuditPage } from '../../../mixins/store/audit-page.ts';
import { newId } from '../../shared/ids.ts';
import { errors } from '../../shared/problems.ts';
import { anonymiseOrder } from './anonymise.ts';
import { takeFulfilmentStep } from './fulfilment.ts';
import { getAccessibleOrder } from './guest/order-access.ts';
import { hasPurchased } from './has-purchased.ts';
import { isSettled, itemsOfOrder, type Order } from './order.ts';
import { changeOrder, getOrder, type OrderService, ordersOf, reconcileNow, resumeOrder } from './order-commands.ts';
import type { orderInternals } from './order-internal.contract.ts';
import { markInvoiced } from './order-invoice.ts';
import { OPEN_STATES, SYSTEM, TRANSITIONS } from './order-state.ts';
import { invoiceOrderView, orderView, timelineView } from './order-view.ts';
import { chargedBackAmount } from './refund/refund-lines.ts';
import { allowedDecision, decideParked, parkedStepOf } from './saga/parked-decision.ts';
import { unpark } from './saga/recovery.ts';
import { takePaymentNews } from './session/payment-news.ts';
import { awaitsCustomer, expiryOf, triesOf } from './session/payment-tries.ts';

/** Handlers of the actions that other services and operators call. */
export const internalHandlers: Handlers<typeof orderInternals, OrderService> = {
  resume(ctx) {
    return resumeOrder(this, ctx.params.orderId);
  },

  paymentNews(ctx) {
    return takePaymentNews(this, ctx.params, ctx);
  },

  async reconcile(ctx) {
    await reconcileNow(this, ctx.params);
  },

  async parked() {
    const orders = await this.store.find({ parkedAt: { $gt: new Date(0) } }, { sort: { parkedAt: 1 }, limit: 1000 });
    const items = orders.map((order) => ({
      ...{ id: order._id, status: order.state, at: order.parkedAt?.toISOString() ?? '' },
      ...{ step: parkedStepOf(order), decision: allowedDecision(order), error: order.parkedError ?? '' },
    }));
    return { items };
  },

  async unpark(ctx) {
    await changeOrder(this, ctx.params.orderId, unpark);
  },

  async decideParked(ctx) {
    const { orderId, ...verdict } = ctx.params;
    await changeOrder(this, orderId, (order, now) => decideParked(order, { ...verdict, by: SYSTEM }, now));
  },

  async exists(ctx) {
    return (await this.store.get(ctx.params.orderId)) !== null;
  },

  async byCartClaim(ctx) {
    const { cartClaim } = ctx.params;
    const [order] = await this.store.find({ cartClaim }, { limit: 1, fields: ['_id', 'state', 'lines'] });
    if (!order) return null;
    return { id: order._id, status: order.state, items: itemsOfOrder(order) };
  },

  bought(ctx) {
    return hasPurchased(this.store, ctx.params);
  },

  async timeline(ctx) {
    const { id, after = 0 } = ctx.params;
    const order = await getAccessibleOrder(this, id, ctx.meta);
    const final = TRANSITIONS[order.state].length === 0 && isSettled(order);
    return { status: order.state, final, events: timelineView(order.history).slice(after) };
  },

  async checkAccess(ctx) {
    await getAccessibleOrder(this, ctx.params.id, ctx.meta);
  },

  async forInvoice(ctx) {
    const order = await getOrder(this, ctx.params.id);
    return invoiceOrderView(await this.store.change(order._id, markInvoiced));
  },

  async open(ctx) {
    const orders = await this.store.find(
      { customerId: ctx.params.customerId, state: { $in: OPEN_STATES } },
      { sort: { _id: -1 }, limit: 100, fields: ['_id'] },
    );
    return { orders: orders.map(({ _id }) => _id) };
  },

  async export(ctx) {
    const { customerId, ...paging } = ctx.params;
    const { items, nextCursor } = await ordersOf(this, customerId, paging);
    return { items: items.map(orderView), nextCursor };
  },

  async erase(ctx) {
    const { customerId } = ctx.params;
    let openCount = 0;
    for (let cursor: string | undefined; ; ) {
      const { items, nextCursor } = await ordersOf(this, customerId, { limit: 100, ...(cursor ? { cursor } : {}) });
      for (const order of items) openCount += (await eraseOrder(this, order)) ? 0 : 1;
      if (nextCursor === null) break;
      cursor = nextCursor;
    }
    await this.store.purge();
    if (openCount > 0) throw errors.unavailable(`${openCount} orders of the customer are still open.`);
  },

  books(ctx) {
    return readAuditPage(this.store, ctx.params, auditedOrder);
  },
};

/** Cancels an order that is not shipped, and anonymises one that is not open. @returns whether it is anonymised */
async function eraseOrder(orders: OrderService, { _id: id, state }: Order): Promise<boolean> {
  if (state === 'PAID' || state === 'PACKED') {
    const step = { to: 'CANCELLED', refundId: newId('rfd') } as const;
    await changeOrder(orders, id, (order, now) =>
      takeFulfilmentStep(order, step, SYSTEM, now, 'the account was erased'),
    );
  }
  if (OPEN_STATES.includes(state)) return false;
  await orders.store.change(id, (order) => ({ answer: undefined, patch: anonymiseOrder(order) }));
  return true;
}

/** An order as the auditor reads it. */
function auditedOrder(order: Order) {
  const { _id: id, rev, customerId, idemKey, state: status, payment, refunds, returns, history, guest } = order;
  return {
    id,
    rev,
    customerId,
    idemKey,
    cartClaim: order.cartClaim ?? null,
    ...(guest ? { guest: { id: guest.id, key: guest.key, couponHolder: guest.couponHolder } } : {}),
    status,
    items: itemsOfOrder(order),
    coupons: order.discounts.map(({ code }) => code),
    invoiced: order.invoiced ?? false,
    total: order.totals.total,
    captured: payment?.captured ?? { ...order.totals.total, amount: 0 },
    provider: payment?.provider ?? null,
    tries: triesOf(order).map(({ key, state }) => ({ key, state })),
    expiresAt: expiryOf(order).toISOString(),
    waiting: awaitsCustomer(order),
    paid: {
      lines: order.lines.map(({ sku, total }) => ({ sku, amount: total.amount })),
      shipping: order.shipping.total.amount,
    },
    refunds: refunds.map((refund) => ({
      ...{ id: refund.id, amount: refund.amount, status: refund.state },
      parts: refund.lines
        ? { lines: refund.lines.map(({ sku, amount }) => ({ sku, amount })), shipping: refund.shipping ?? 0 }
        : null,
    })),
    chargedBack: chargedBackAmount(order),
    skipped: (order.decisions ?? []).flatMap(({ decision, step }) => (decision === 'skip' ? [step] : [])),
    returns: returns.map((one) => ({ id: one.id, restock: one.restock, approved: one.approved })),
    outbox: order.outbox.map((entry) => entry.id),
    settled: isSettled(order),
    parked: order.parkedAt !== null,
    createdAt: order.createdAt.toISOString(),
    changedAt: (history.at(-1)?.at ?? order.createdAt).toISOString(),
  };
}
