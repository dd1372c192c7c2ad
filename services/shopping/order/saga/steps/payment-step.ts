import type { Result, Rpc } from '../../../../../lib/contract/contract.ts';
import type { Order, PaidOrder, Refund } from '../../order.ts';
import { refundKey } from '../../refund/refund-outcomes.ts';

/** The stored provider of an order with a total of zero, which is not charged. */
const NO_PROVIDER = 'none';

/** The charge of an order, whose key at the payment provider is the order's id, with its undos. */
export const paymentStep = {
  parksAt: 'charge',

  /** Charges the total. @throws while the outcome is unknown; a repetition asks for it, and the stock stays reserved */
  async charge({ _id: orderId, totals, paymentMethod: method }: Order, rpc: Rpc): Promise<Result<'payment.charge'>> {
    if (totals.total.amount === 0) return { outcome: 'captured', provider: NO_PROVIDER, reference: orderId };
    return rpc.call('payment.charge', { key: orderId, amount: totals.total, method });
  },

  /** Undoes the charge of an order that is not paid: voids or refunds it. A charge that is under way fails. */
  async cancel({ _id: orderId, totals }: Order, rpc: Rpc): Promise<Result<'payment.cancel'>> {
    if (totals.total.amount === 0) return { outcome: 'cancelled' };
    return rpc.call('payment.cancel', { key: orderId, amount: totals.total });
  },

  /** Refunds a paid order, in whole or in part, once for each refund's key. */
  refund({ _id: orderId, payment }: PaidOrder, refund: Refund, rpc: Rpc): Promise<Result<'payment.refund'>> {
    const { captured, reference } = payment;
    const refundId = refundKey(refund);
    return rpc.call('payment.refund', { key: orderId, refundId, amount: refund.amount, captured, reference });
  },

  /** The payment provider's statement of the charge: its refunds and disputes. Null if there is none. */
  async statement({ _id: orderId, payment }: PaidOrder, rpc: Rpc): Promise<Result<'payment.statement'>> {
    const { provider, reference, captured } = payment;
    if (provider === NO_PROVIDER) return null;
    return rpc.call('payment.statement', { key: orderId, reference, currency: captured.currency });
  },
} as const;
