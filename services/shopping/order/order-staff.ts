import type { Ctx } from '../../../lib/contract/contract.ts';
import { type Handlers, staffOf } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { newId } from '../../shared/ids.ts';
import { checkAddress } from '../../shared/postal-address.ts';
import { recordChange } from '../../shared/record-change.ts';
import type { PriceBook } from '../checkout/pricing/rules.ts';
import { correctAddress, correctShipment } from './corrections.ts';
import { type FulfilmentStep, takeFulfilmentStep } from './fulfilment.ts';
import type { Order } from './order.ts';
import type { OrderCommand } from './order-change.ts';
import { changeOrder, getOrder, type OrderService, reconcileNow } from './order-commands.ts';
import { ordersCsv } from './order-csv.ts';
import { searchOrders } from './order-search.ts';
import type { orderStaffActions } from './order-staff.contract.ts';
import { orderStaffView } from './order-view.ts';
import { retryRefund, settleRefund } from './refund/refund-outcomes.ts';
import { requestRefund } from './refund/refunds.ts';
import { approveReturn, refuseReturn } from './refund/returns.ts';
import { decideParked } from './saga/parked-decision.ts';
import { unpark } from './saga/recovery.ts';

/** The handlers of staff's actions. */
export const orderStaffHandlers = (
  { withdrawalDays: days, timeZone }: Config,
  book: PriceBook,
): Handlers<typeof orderStaffActions, OrderService> => ({
  async search(ctx) {
    const { items, nextCursor } = await searchOrders(ctx.params, timeZone, this.store, ctx);
    return { items: items.map(orderStaffView), nextCursor };
  },

  csv(ctx) {
    ctx.meta.$responseType = 'text/csv; charset=utf-8';
    ctx.meta.$responseHeaders = { 'Content-Disposition': 'attachment; filename="orders.csv"' };
    return ordersCsv(this.store);
  },

  async read(ctx) {
    return orderStaffView(await getOrder(this, ctx.params.id));
  },

  async pack(ctx) {
    const packed = await takeStep(this, ctx, ctx.params, { to: 'PACKED' });
    // Finds a dispute whose webhook was lost, before the order is shipped.
    const reconciling = reconcileNow(this, { orderId: packed.id });
    this.worker.background(
      reconciling.catch((error: unknown) =>
        this.logger.warn(`Order ${packed.id} could not be reconciled with the payment provider`, error),
      ),
    );
    return packed;
  },

  ship(ctx) {
    const { carrier, trackingNumber, despiteDispute } = ctx.params;
    return takeStep(this, ctx, ctx.params, { to: 'SHIPPED', carrier, trackingNumber, despiteDispute });
  },

  async correctShipment(ctx) {
    const { id, carrier, trackingNumber, note } = ctx.params;
    const by = staffActor(ctx);
    const shipment = { carrier, trackingNumber };
    return changeAndRecord(this, ctx, id, (order, now) => correctShipment(order, shipment, by, now, note));
  },

  async correctAddress(ctx) {
    const { id, address } = ctx.params;
    const by = staffActor(ctx);
    const checked = checkAddress(address, '/address');
    return changeAndRecord(this, ctx, id, (order, now) => correctAddress(order, checked, book, by, now));
  },

  deliver(ctx) {
    const { despiteDispute } = ctx.params;
    return takeStep(this, ctx, ctx.params, { to: 'DELIVERED', despiteDispute });
  },

  staffCancel(ctx) {
    const { id, reason: note } = ctx.params;
    return takeStep(this, ctx, { id, note }, { to: 'CANCELLED', refundId: newId('rfd') });
  },

  async refund(ctx) {
    const { id, idempotencyKey: key, ...asked } = ctx.params;
    const request = { ...asked, id: newId('rfd'), key, by: staffActor(ctx) };
    return changeAndRecord(this, ctx, id, (order, now) => requestRefund(order, request, now));
  },

  async approveReturn(ctx) {
    const { id, restock = true, ...asked } = ctx.params;
    const by = staffActor(ctx);
    const approval = { ...asked, restock, refundId: newId('rfd'), by };
    return changeAndRecord(this, ctx, id, (order, now) => approveReturn(order, approval, { days, timeZone }, now));
  },

  async refuseReturn(ctx) {
    const { id, returnId, reason } = ctx.params;
    const by = staffActor(ctx);
    return changeAndRecord(this, ctx, id, (order, now) => refuseReturn(order, returnId, by, reason, now));
  },

  async settleRefund(ctx) {
    const { id, refundId, outcome = 'paid-elsewhere', reason } = ctx.params;
    const by = staffActor(ctx);
    return changeAndRecord(this, ctx, id, (order, now) => settleRefund(order, { refundId, outcome, reason, by }, now));
  },

  async retryRefund(ctx) {
    const { id, refundId } = ctx.params;
    const by = staffActor(ctx);
    return changeAndRecord(this, ctx, id, (order, now) => retryRefund(order, refundId, by, now));
  },

  async replay(ctx) {
    return changeAndRecord(this, ctx, ctx.params.id, unpark);
  },

  async decide(ctx) {
    const { id, ...verdict } = ctx.params;
    const by = staffActor(ctx);
    return changeAndRecord(this, ctx, id, (order, now) => decideParked(order, { ...verdict, by }, now));
  },
});

/** The caller as an actor of the history. */
const staffActor = (ctx: Ctx<unknown>) => ({ role: 'staff', id: staffOf(ctx) }) as const;

/** An order in the audit log: without personal data. */
const auditedFields = ({ state: status, shipment, refunds, returns, decisions = [] }: Readonly<Order>) => ({
  status,
  shipment,
  refunds: refunds.map(({ id, amount, state }) => ({ id, amount, state })),
  returns: returns.map(({ id, state, approved }) => ({ id, state, approved })),
  decisions: decisions.map(({ decision, step }) => ({ decision, step })),
});

/** Changes an order, and records the change in the audit log. */
async function changeAndRecord(
  orders: OrderService,
  ctx: Pick<Ctx<unknown>, 'locals'>,
  id: string,
  decide: OrderCommand,
) {
  let before: object | null = null;
  const order = await changeOrder(orders, id, (found, now) => {
    before = auditedFields(found);
    return decide(found, now);
  });
  recordChange(ctx, before, auditedFields(order));
  return orderStaffView(order);
}

/** Takes a step of the fulfilment in the name of the calling staff. */
function takeStep(
  orders: OrderService,
  ctx: Ctx<unknown>,
  { id, note }: { id: string; note?: string | undefined },
  to: FulfilmentStep,
) {
  const by = staffActor(ctx);
  return changeAndRecord(orders, ctx, id, (order, now) => takeFulfilmentStep(order, to, by, now, note));
}
