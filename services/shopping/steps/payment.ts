import type { Result, Rpc } from '../../../lib/contract.ts';
import type { Order, Refund } from '../order.ts';

/** Charges the order's total under its id. Throws while the outcome is unknown: ask again, stock stays held. */
export async function charge(order: Order, rpc: Rpc): Promise<Result<'payment.charge'>> {
  const { _id: orderId, totals, paymentMethod: method } = order;
  // No provider takes nothing: coupons have paid for all of it.
  if (totals.total.amount === 0) return { outcome: 'captured', provider: 'none', reference: orderId };
  return rpc.call('payment.charge', { orderId, amount: totals.total, method });
}

/** The undo: refunds what was captured, and makes a charge that is still under way fail. */
export async function cancelCharge({ _id: orderId, totals }: Order, rpc: Rpc): Promise<void> {
  if (totals.total.amount > 0) await rpc.call('payment.cancel', { orderId, amount: totals.total });
}

/** Gives money back, once for each refund's id. */
export async function refund({ _id: orderId, payment }: Order, { id, amount }: Refund, rpc: Rpc): Promise<void> {
  if (!payment) throw new Error(`${orderId} has a refund but no payment`);
  const { captured, reference } = payment;
  await rpc.call('payment.refund', { orderId, refundId: id, amount, captured, reference });
}
