import type { Result, Rpc } from '../../../../../lib/contract/contract.ts';
import type { Order, PaidOrder, Refund } from '../../order.ts';
import { refundKey } from '../../refund/refund-outcomes.ts';
import { lastTryOf } from '../../session/payment-tries.ts';
import type { PaymentTry } from '../../session/payment-try.ts';

/** The stored provider of an order with a total of zero, which is not charged. */
const NO_PROVIDER = 'none';

/** Orders from before there were tries have no provider. */
const at = (provider: string) => (provider === '' ? {} : { provider });

/** The charge of a try to pay an order, with its undos. Each try has a key of its own at the payment provider. */
export const paymentStep = {
  parksAt: 'charge',

  /** Charges the total. @throws while the outcome is unknown; a repetition asks for it, and the stock stays reserved */
  async charge(
    { _id: orderId, totals }: Order,
    { key, provider, method }: PaymentTry,
    rpc: Rpc,
  ): Promise<Result<'payment.charge'>> {
    if (totals.total.amount === 0) return { outcome: 'captured', provider: NO_PROVIDER, reference: orderId };
    return rpc.call('payment.charge', { key, amount: totals.total, method, ...at(provider) });
  },

  /**
   * Undoes the charge of the newest try of an order that is not paid: voids or refunds it. A charge that is under way fails.
   * The tries before have been cancelled already, each before the next one was opened.
   */
  async cancel(order: Order, rpc: Rpc): Promise<Result<'payment.cancel'>> {
    const { total } = order.totals;
    if (total.amount === 0) return { outcome: 'cancelled' };
    const { key, provider } = lastTryOf(order);
    return rpc.call('payment.cancel', { key, amount: total, ...at(provider) });
  },

  /** Refunds a paid order, in whole or in part, once for each refund's key. */
  refund({ _id: orderId, payment }: PaidOrder, refund: Refund, rpc: Rpc): Promise<Result<'payment.refund'>> {
    const { provider, captured, reference, key = orderId } = payment;
    const refundId = refundKey(refund);
    const charge = { key, captured, reference, ...at(provider) };
    return rpc.call('payment.refund', { ...charge, refundId, amount: refund.amount });
  },

  /** The payment provider's statement of the charge: its refunds and disputes. Null if there is none. */
  async statement({ _id: orderId, payment }: PaidOrder, rpc: Rpc): Promise<Result<'payment.statement'>> {
    const { provider, reference, captured, key = orderId } = payment;
    if (provider === NO_PROVIDER) return null;
    return rpc.call('payment.statement', { key, reference, currency: captured.currency, ...at(provider) });
  },
} as const;
