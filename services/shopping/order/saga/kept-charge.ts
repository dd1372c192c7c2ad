import type { Result } from '../../../../lib/contract/contract.ts';
import { attention } from '../attention.ts';
import type { Order, Refund } from '../order.ts';
import { SYSTEM } from '../order-state.ts';
import { CANCEL_KEY } from '../refund/refund-lines.ts';
import { cancellationParts, refundOf } from '../refund/refunds.ts';

type KeptCharge = Extract<Result<'payment.cancel'>, { outcome: 'refused' }>;

/** What a rejected order has of money that was captured, and that the provider will not give back: staff has to. */
export function keptCharge(
  order: Readonly<Order>,
  { provider, reference, reason }: KeptCharge,
  id: string,
  now: Date,
): Pick<Order, 'payment' | 'refunds' | 'attentionAt'> {
  const origin = { id, key: CANCEL_KEY, cause: 'cancellation', by: SYSTEM, reason: 'the order was given up' } as const;
  const refund = refundOf(order, origin, cancellationParts(order), now);
  const refunds: Refund[] = [{ ...refund, state: 'FAILED', failure: { reason, isReturned: false } }];
  const payment = { provider, reference, captured: order.totals.total };
  return { payment, refunds, ...attention({ ...order, refunds }, now) };
}
