import { newId } from '../../lib/ids.ts';
import { DEFAULT_LIMIT, decodeCursor, page } from '../../lib/page.ts';
import { type Handlers, staffOf } from '../../lib/service.ts';
import { advanceBy, type Step } from './fulfilment.ts';
import { command, found, type OrderService } from './order-commands.ts';
import type { orderStaffActions } from './order-staff.contract.ts';
import { staffView } from './order-view.ts';
import { unpark } from './recovery.ts';
import { requestRefund } from './refunds.ts';
import { approveReturn, refuseReturn } from './returns.ts';

/** The handlers of staff's actions. */
export const staffHandlers: Handlers<typeof orderStaffActions, OrderService> = {
  async search(ctx) {
    const { status, parked, limit = DEFAULT_LIMIT, cursor } = ctx.params;
    const before = cursor === undefined ? {} : { _id: { $lt: String(decodeCursor(cursor, ['string'])[0]) } };
    const filter = {
      ...(status ? { state: status } : {}),
      ...(parked ? { parkedAt: { $gt: new Date(0) } } : {}),
      ...before,
    };
    const orders = await this.store.find(filter, { sort: { _id: -1 }, limit: limit + 1 });
    const { items, nextCursor } = page(orders, limit, ({ _id }) => [_id]);
    return { items: items.map(staffView), nextCursor };
  },

  async read(ctx) {
    return staffView(await found(this, ctx.params.id));
  },

  pack(ctx) {
    return step(this, ctx.params, { to: 'PACKED' }, staffOf(ctx));
  },

  ship(ctx) {
    const { carrier, trackingNumber } = ctx.params;
    return step(this, ctx.params, { to: 'SHIPPED', carrier, trackingNumber }, staffOf(ctx));
  },

  deliver(ctx) {
    return step(this, ctx.params, { to: 'DELIVERED' }, staffOf(ctx));
  },

  staffCancel(ctx) {
    const { id, reason: note } = ctx.params;
    return step(this, { id, note }, { to: 'CANCELLED', refundId: newId('rfd') }, staffOf(ctx));
  },

  async refund(ctx) {
    const { id, idempotencyKey: key, amount, reason } = ctx.params;
    const request = { id: newId('rfd'), key, amount, reason, by: { role: 'staff', id: staffOf(ctx) } as const };
    return staffView(await command(this, id, (order, now) => requestRefund(order, request, now)));
  },

  async approveReturn(ctx) {
    const { id, returnId, items, restock = true, note } = ctx.params;
    const by = { role: 'staff', id: staffOf(ctx) } as const;
    const approval = { returnId, items, restock, refundId: newId('rfd'), by, note };
    return staffView(await command(this, id, (order, now) => approveReturn(order, approval, now)));
  },

  async refuseReturn(ctx) {
    const { id, returnId, reason } = ctx.params;
    const by = { role: 'staff', id: staffOf(ctx) } as const;
    return staffView(await command(this, id, (order, now) => refuseReturn(order, returnId, by, reason, now)));
  },

  async replay(ctx) {
    return staffView(await command(this, ctx.params.id, unpark));
  },
};

async function step(
  orders: OrderService,
  { id, note }: { id: string; note?: string | undefined },
  to: Step,
  staffId: string,
) {
  const by = { role: 'staff', id: staffId } as const;
  return staffView(await command(orders, id, (order, now) => advanceBy(order, to, by, now, note)));
}
