import type { Result } from '../../../../lib/contract/contract.ts';
import { sumAmounts } from '../../../shared/money.ts';
import type { Order } from '../order.ts';
import { expiryOf, lastTryOf } from './payment-tries.ts';

type PaymentView = Result<'order.get'>['payment'];

/** The payment of an order as its customer sees it: the newest try. */
export function paymentView(order: Readonly<Order>): PaymentView {
  const { state, payment } = order;
  const attempt = lastTryOf(order);
  const { provider, method } = attempt;
  if (payment) {
    const given = order.refunds.filter((refund) => refund.state !== 'FAILED' && refund.state !== 'WAIVED');
    const refunded = { ...order.totals.total, amount: sumAmounts(given.map(({ amount }) => amount.amount)) };
    const isRefunded = refunded.amount > 0 && refunded.amount >= payment.captured.amount;
    const { key: _, ...captured } = payment;
    const view = { method, ...captured, refunded };
    // The goods go out on credit.
    const { paymentDueAt } = order;
    if (paymentDueAt && !isRefunded) return { status: 'authorised', dueAt: paymentDueAt.toISOString(), ...view };
    return { status: isRefunded ? 'refunded' : 'captured', ...view };
  }
  if (state !== 'PENDING') return { status: 'failed', provider, method, reason: failureOf(order) };
  return { ...openView(order), provider, method, expiresAt: expiryOf(order).toISOString() };
}

function openView(order: Readonly<Order>): Pick<PaymentView, 'status' | 'action' | 'reason'> {
  const { state, action, reason } = lastTryOf(order);
  if (state === 'FAILED') return { status: 'failed', ...(reason === undefined ? {} : { reason }) };
  return state === 'OPEN' && action ? { status: 'requires-action', action } : { status: 'processing' };
}

/** Why an order that was given up was not paid. */
function failureOf(order: Readonly<Order>): string {
  const { reason, state } = lastTryOf(order);
  const isDecline = state === 'FAILED' && reason !== undefined && reason !== 'cancelled';
  return isDecline ? reason : (order.rejection?.code ?? 'cancelled');
}
