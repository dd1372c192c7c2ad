import type { Result, Rpc } from '../../../../../lib/contract/contract.ts';
import type { Order, Refund } from '../../order.ts';
import { refundKey } from '../../refund/refund-outcomes.ts';

/** Charges the order's total under its id. Throws while the outcome is unknown: ask again, stock stays held. */
export async function charge(order: Order, rpc: Rpc): Promise<Result<'payment.charge'>> {
  const { _id: orderId, totals, paymentMethod: method } = order;
  // No provider takes nothing: coupons have paid for all of it.
  if (totals.total.amount === 0) return { outcome: 'captured', provider: 'none', reference: orderId };
  return rpc.call('payment.charge', { orderId, amount: totals.total, method });
}

/** The undo: refunds what was captured, and makes a charge that is still under way fail. */
export async function cancelCharge({ _id: orderId, totals }: Order, rpc: Rpc): Promise<Result<'payment.cancel'>> {
  if (totals.total.amount === 0) return { outcome: 'cancelled' };
  return rpc.call('payment.cancel', { orderId, amount: totals.total });
}

/** Gives money back, once for each refund's key. */
export async function refund(
  { _id: orderId, payment }: Order,
  due: Refund,
  rpc: Rpc,
): Promise<Result<'payment.refund'>> {
  if (!payment) throw new Error(`${orderId} has a refund but no payment`);
  const { captured, reference } = payment;
  return rpc.call('payment.refund', { orderId, refundId: refundKey(due), amount: due.amount, captured, reference });
}

/** What the provider says happened to the charge; null when it has none. */
export async function statementOf({ _id: orderId, payment }: Order, rpc: Rpc): Promise<Result<'payment.statement'>> {
  if (!payment || payment.provider === 'none') return null;
  const { reference, captured } = payment;
  return rpc.call('payment.statement', { orderId, reference, currency: captured.currency });
}
