import type Stripe from 'stripe';
import type { StatedDispute, StatedRefund } from '../../payment-provider.ts';
import { fromStripeAmount } from './stripe-amount.ts';

/** Whether a refund is on its way or has arrived (https://docs.stripe.com/refunds#failed-refunds). */
export const isMade = ({ status }: Stripe.Refund): boolean => status !== 'failed' && status !== 'canceled';

export function statedRefund(refund: Stripe.Refund, currency: string): StatedRefund {
  const made = isMade(refund);
  return {
    id: refund.id,
    key: refund.metadata?.refundId ?? null,
    amount: fromStripeAmount(refund.amount, currency),
    state: made ? 'made' : 'failed',
    reason: made ? null : (refund.failure_reason ?? refund.status),
  };
}

/** An inquiry (`warning_…`) moves no money; a closed one counts as won. */
export function statedDispute({ id, amount, status, reason }: Stripe.Dispute, currency: string): StatedDispute {
  const isWon = status === 'won' || status === 'warning_closed' || status === 'prevented';
  return {
    ...{ id, reason, amount: fromStripeAmount(amount, currency) },
    state: isWon ? 'won' : status === 'lost' ? 'lost' : 'open',
  };
}
