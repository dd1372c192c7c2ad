import type { Result, Rpc } from '../../../lib/contract.ts';
import type { Order } from '../order.ts';

/** Charges the order's total under its id. Throws while the outcome is unknown: ask again, stock stays held. */
export function charge({ _id: orderId, totals }: Order, rpc: Rpc): Promise<Result<'payment.charge'>> {
  return rpc.call('payment.charge', { orderId, amount: totals.total });
}

/** The undo: refunds what was captured, and makes a charge that is still under way fail. */
export async function cancelCharge({ _id: orderId }: Order, rpc: Rpc): Promise<void> {
  await rpc.call('payment.cancel', { orderId });
}
