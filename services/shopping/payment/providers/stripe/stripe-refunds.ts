import Stripe from 'stripe';
import { orderIdOfKey } from '../../payment-key.ts';
import type { CancelOutcome, PaymentProvider, RefundCommand, RefundOutcome } from '../../payment-provider.ts';
import { toStripeAmount } from './stripe-amount.ts';
import { sendUnderKey, translateErrors } from './stripe-client.ts';
import { refusalOf } from './stripe-outcome.ts';
import { isMade, statedDispute, statedRefund } from './stripe-statement.ts';

const MAX_LISTED_REFUNDS = 1000;

/** Refunds and disputes at Stripe. */
export function stripeRefunds({ refunds, disputes }: Stripe) {
  const refundsOf = (reference: string) =>
    refunds.list({ payment_intent: reference }).autoPagingToArray({ limit: MAX_LISTED_REFUNDS });

  /** The refund of a key, by its metadata, which Stripe keeps longer than the key. */
  const knownRefund = (all: readonly Stripe.Refund[], key: string): RefundOutcome | undefined => {
    const known = all.find(({ metadata }) => metadata?.refundId === key);
    return known && refundOutcome(known);
  };

  const create = async ({ key, of, amount, captured, reference }: RefundCommand): Promise<RefundOutcome> => {
    const all = await refundsOf(reference);
    const known = knownRefund(all, key);
    if (known) return known;
    const left = all.filter(isMade).reduce((rest, one) => rest - one.amount, toStripeAmount(captured));
    if (toStripeAmount(amount) > left) return { outcome: 'refused', reason: 'more_than_left' };
    const metadata = { refundId: key, orderId: orderIdOfKey(of) ?? of };
    const params = { payment_intent: reference, amount: toStripeAmount(amount), metadata };
    // The key includes the amount, which a later attempt reduces if a part was refunded in Stripe's dashboard meanwhile.
    return refundOutcome(await sendUnderKey(`${key}:${amount.amount}`, (options) => refunds.create(params, options)));
  };

  const refund = async (order: RefundCommand): Promise<RefundOutcome> => {
    const made = await translateErrors(orRefused(create(order)));
    if (made.outcome === 'refunded') return made;
    // Stripe also refuses a refund that another worker has made meanwhile.
    const all = await translateErrors(refundsOf(order.reference).catch(noneIfRefused));
    return knownRefund(all, order.key) ?? made;
  };

  /** Refunds what is left of a captured charge, once. */
  const refundRest = async (key: string, reference: string): Promise<CancelOutcome> => {
    const rest = { payment_intent: reference, metadata: { refundId: 'cancel', orderId: orderIdOfKey(key) ?? key } };
    const made = await orRefused(
      sendUnderKey(`${key}:cancel`, (options) => refunds.create(rest, options)).then(refundOutcome),
    );
    return made.outcome === 'refunded' ? { outcome: 'cancelled' } : { ...made, reference };
  };

  const statement: PaymentProvider['statement'] = async ({ reference, currency }) => {
    const all = await translateErrors(refundsOf(reference).catch(noneIfRefused));
    const disputed = await translateErrors(
      disputes.list({ payment_intent: reference, limit: 100 }).then(({ data }) => data, noneIfRefused),
    );
    return {
      refunds: all.map((one) => statedRefund(one, currency)),
      disputes: disputed.map((one) => statedDispute(one, currency)),
    };
  };

  return { refund, refundRest, statement };
}

/** A refund that the bank has returned counts as refused for good. */
const refundOutcome = (refund: Stripe.Refund): RefundOutcome =>
  isMade(refund)
    ? { outcome: 'refunded' }
    : { outcome: 'refused', reason: refund.failure_reason ?? refund.status ?? 'failed' };

async function orRefused(attempt: Promise<RefundOutcome>): Promise<RefundOutcome> {
  try {
    return await attempt;
  } catch (error) {
    const reason = refusalOf(error);
    if (reason === undefined) throw error;
    return { outcome: 'refused', reason };
  }
}

/** An empty list if Stripe has no such payment, or the secret key has no right to read it. */
function noneIfRefused(error: unknown): [] {
  if (refusalOf(error) !== undefined || error instanceof Stripe.errors.StripePermissionError) return [];
  throw error;
}
