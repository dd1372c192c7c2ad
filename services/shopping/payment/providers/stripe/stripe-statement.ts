import type Stripe from 'stripe';
import type { StatedDispute, StatedRefund } from '../../payment-provider.ts';
import { factorOf } from './stripe-amount.ts';

/** Whether a refund's money is on its way, or has arrived (https://docs.stripe.com/refunds#failed-refunds). */
export const isMade = ({ status }: Stripe.Refund): boolean => status !== 'failed' && status !== 'canceled';

/** In minor units, as ISO 4217 has them. */
const minorUnits = (amount: number, currency: string) => Math.round(amount / factorOf(currency));

export function statedRefund(refund: Stripe.Refund, currency: string): StatedRefund {
  const made = isMade(refund);
  return {
    id: refund.id,
    key: refund.metadata?.refundId ?? null,
    amount: minorUnits(refund.amount, currency),
    state: made ? 'made' : 'failed',
    reason: made ? null : (refund.failure_reason ?? refund.status),
  };
}

/** An inquiry (`warning_…`) takes no money; closed, it is as good as won. */
export function statedDispute({ id, amount, status, reason }: Stripe.Dispute, currency: string): StatedDispute {
  const isWon = status === 'won' || status === 'warning_closed' || status === 'prevented';
  return {
    ...{ id, reason, amount: minorUnits(amount, currency) },
    state: isWon ? 'won' : status === 'lost' ? 'lost' : 'open',
  };
}
