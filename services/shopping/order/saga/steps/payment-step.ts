import type { Result, Rpc } from '../../../../../lib/contract/contract.ts';
import type { Order, PaidOrder, Refund } from '../../order.ts';
import { refundKey } from '../../refund/refund-outcomes.ts';

/** The provider of an order whose coupons pay for all of it: there is nothing to charge. */
const NO_PROVIDER = 'none';

/** The charge of an order, under its id at the payment provider, with its undos beside it. */
export const paymentStep = {
  parksAt: 'charge',

  /** Charges the total. @throws while the outcome is unknown: it is asked again, and the stock stays reserved */
  async charge({ _id: orderId, totals, paymentMethod: method }: Order, rpc: Rpc): Promise<Result<'payment.charge'>> {
    if (totals.total.amount === 0) return { outcome: 'captured', provider: NO_PROVIDER, reference: orderId };
    return rpc.call('payment.charge', { orderId, amount: totals.total, method });
  },

  /** Undoes a charge before the order is paid: voids it, or refunds all of it, and makes one that is under way fail. */
  async cancel({ _id: orderId, totals }: Order, rpc: Rpc): Promise<Result<'payment.cancel'>> {
    if (totals.total.amount === 0) return { outcome: 'cancelled' };
    return rpc.call('payment.cancel', { orderId, amount: totals.total });
  },

  /** Undoes a charge, or a part of it, after the order was paid, once for each refund's key. */
  refund({ _id: orderId, payment }: PaidOrder, refund: Refund, rpc: Rpc): Promise<Result<'payment.refund'>> {
    const { captured, reference } = payment;
    const refundId = refundKey(refund);
    return rpc.call('payment.refund', { orderId, refundId, amount: refund.amount, captured, reference });
  },

  /** What the provider says happened to the charge; null when it has none. */
  async statement({ _id: orderId, payment }: PaidOrder, rpc: Rpc): Promise<Result<'payment.statement'>> {
    const { provider, reference, captured } = payment;
    if (provider === NO_PROVIDER) return null;
    return rpc.call('payment.statement', { orderId, reference, currency: captured.currency });
  },
} as const;
