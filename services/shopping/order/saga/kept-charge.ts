import type { Result } from '../../../../lib/contract/contract.ts';
import { attention } from '../attention.ts';
import type { Order, OrderFields, Refund } from '../order.ts';
import { type CapturedPayment, SYSTEM } from '../order-state.ts';
import { CANCEL_KEY } from '../refund/refund-lines.ts';
import { cancellationParts, refundOf } from '../refund/refunds.ts';

type KeptCharge = Extract<Result<'payment.cancel'>, { outcome: 'refused' }>;

/** The payment of a rejected order that the provider will not give back, and its failed refund: staff has to see to it. */
export function keptCharge(
  order: Readonly<Order>,
  { provider, reference, reason }: KeptCharge,
  id: string,
  now: Date,
): { payment: CapturedPayment; fields: Partial<OrderFields> } {
  const origin = { id, key: CANCEL_KEY, cause: 'cancellation', by: SYSTEM, reason: 'the order was given up' } as const;
  const refund = refundOf(order, origin, cancellationParts(order), now);
  const refunds: Refund[] = [{ ...refund, state: 'FAILED', failure: { reason, isReturned: false } }];
  const payment = { provider, reference, captured: order.totals.total };
  return { payment, fields: { refunds, ...attention({ ...order, refunds }, now) } };
}
