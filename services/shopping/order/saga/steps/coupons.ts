import type { Rpc } from '../../../../../lib/contract/contract.ts';
import type { Order } from '../../order.ts';
import type { Rejection } from '../../order-state.ts';

/** Takes a use of each coupon under the order's id. `undefined`: all of them are taken. */
export async function takeCoupons(order: Order, rpc: Rpc): Promise<Rejection | undefined> {
  const uses = usesOf(order);
  const taken = await Promise.all(uses.map(async (use) => (await rpc.call('coupon.take', use)).outcome));
  for (const [index, outcome] of taken.entries()) {
    if (outcome === 'closed') return { code: 'order-expired' };
    const coupon = uses[index]?.code ?? '';
    if (outcome !== 'taken') return { code: 'coupon-refused', coupon, reason: outcome };
  }
  return undefined;
}

/** The undo: gives back what was taken, and closes the rest against a take that is still under way. */
export async function releaseCoupons(order: Order, rpc: Rpc): Promise<void> {
  await Promise.all(usesOf(order).map((use) => rpc.call('coupon.release', use)));
}

/** The undo of a redeemed use, once for each order. */
export async function giveBackCoupons(order: Order, until: number, rpc: Rpc): Promise<void> {
  await Promise.all(usesOf(order).map((use) => rpc.call('coupon.giveBack', { ...use, until })));
}

const usesOf = ({ _id: orderId, customerId, discounts }: Order) =>
  discounts.map(({ code }) => ({ code, orderId, customerId }));
