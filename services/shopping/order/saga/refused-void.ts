import type { Result } from '../../../../lib/contract/contract.ts';
import { attentionFields } from '../attention.ts';
import type { Order, OrderFields, Refund } from '../order.ts';
import { type CapturedPayment, SYSTEM } from '../order-state.ts';
import { CANCELLATION_REFUND_KEY } from '../refund/refund-lines.ts';
import { cancellationParts, newRefund } from '../refund/refunds.ts';
import { lastTryOf } from '../session/payment-tries.ts';

type RefusedVoid = Extract<Result<'payment.cancel'>, { outcome: 'refused' }>;

/**
 * Records that the payment provider refuses to give back the charge of a rejected order: the order has a payment then,
 * and a failed refund, which staff has to settle.
 */
export function recordRefusedVoid(
  order: Readonly<Order>,
  { provider, reference, reason }: RefusedVoid,
  id: string,
  now: Date,
): { payment: CapturedPayment; fields: Partial<OrderFields> } {
  const origin = {
    id,
    key: CANCELLATION_REFUND_KEY,
    cause: 'cancellation',
    by: SYSTEM,
    reason: 'the order was rejected',
  } as const;
  const refund = newRefund(order, origin, cancellationParts(order), now);
  const refunds: Refund[] = [{ ...refund, state: 'FAILED', failure: { reason, isReturned: false } }];
  const { key } = lastTryOf(order);
  const payment = { provider, reference, captured: order.totals.total, ...(key === order._id ? {} : { key }) };
  return { payment, fields: { refunds, ...attentionFields({ ...order, refunds }, now) } };
}
