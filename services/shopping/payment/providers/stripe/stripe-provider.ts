import Stripe from 'stripe';
import { idTime } from '../../../../shared/ids.ts';
import type { Money } from '../../../../shared/money.ts';
import { errors } from '../../../../shared/problems.ts';
import type {
  CancelOutcome,
  ChargeOutcome,
  PaymentProvider,
  RefundCommand,
  RefundOutcome,
} from '../../payment-provider.ts';
import { toStripeAmount } from './stripe-amount.ts';
import { type StripeConfig, sendUnderKey, stripeClient, translateErrors } from './stripe-client.ts';
import { stripeEvent } from './stripe-event.ts';
import { declineOf, intentOutcome, isRefunded, isUnexpectedState, refusalOf } from './stripe-outcome.ts';
import { isMade, statedDispute, statedRefund } from './stripe-statement.ts';

/** Stripe keeps an idempotency key for a day. An older payment is looked up by search, whose index is complete by then. */
const KEY_LIFETIME_MS = 20 * 3_600_000;
const MAX_LISTED_REFUNDS = 1000;

/** Card payments by Stripe: one PaymentIntent for each order, whose id is the idempotency key. */
export function stripeProvider(config: StripeConfig): PaymentProvider {
  const stripe = stripeClient(config);
  const { paymentIntents, refunds, disputes } = stripe;
  const expand = ['latest_charge'];

  /** The current payment of a key; a new one, not yet charged, if there is none. */
  const intentOf = async (key: string, money: Money): Promise<Stripe.PaymentIntent> => {
    const isOld = Date.now() - +idTime(key) > KEY_LIFETIME_MS;
    const intent = (isOld ? await search(key) : undefined) ?? (await create(key, money));
    if (intent.amount !== toStripeAmount(money) || intent.currency !== money.currency.toLowerCase()) {
      throw new Error(`${key} was used for ${intent.amount} ${intent.currency} before`);
    }
    return intent;
  };

  const search = async (key: string) => {
    const query = `metadata['orderId']:'${key}'`;
    const [known] = (await paymentIntents.search({ query, limit: 1, expand: ['data.latest_charge'] })).data;
    return known;
  };

  const create = async (key: string, money: Money) => {
    const params = {
      amount: toStripeAmount(money),
      currency: money.currency.toLowerCase(),
      metadata: { orderId: key },
      // A redirect would need a page to return to.
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' as const },
    };
    const intent = await sendUnderKey(key, (options) => paymentIntents.create(params, options));
    // Stripe answers a known key with the payment's first state.
    const isKnown = intent.lastResponse.headers['idempotent-replayed'] === 'true';
    return isKnown ? paymentIntents.retrieve(intent.id, { expand }) : intent;
  };

  /** Turns a final refusal of Stripe into a decline. */
  const orDeclined = async <R>(attempt: Promise<R>): Promise<R | ChargeOutcome> => {
    try {
      return await attempt;
    } catch (error) {
      const declined = declineOf(error);
      if (declined) return declined;
      throw error;
    }
  };

  const authorise = async (key: string, amount: Money, method: string): Promise<ChargeOutcome> => {
    const intent = await intentOf(key, amount);
    const known = intentOutcome(intent);
    if (known.outcome !== 'unknown') return known;
    // Without an idempotency key: an intent is paid only once, and a key would keep a failure of Stripe for a day.
    const confirmed = intentOutcome(await paymentIntents.confirm(intent.id, { payment_method: method }));
    if (confirmed.outcome === 'unknown') throw errors.unavailable(`Stripe has not charged ${key}.`);
    return confirmed;
  };

  const capture = async (key: string, amount: Money): Promise<ChargeOutcome> => {
    const { id } = await intentOf(key, amount);
    return { outcome: 'captured', reference: (await paymentIntents.capture(id)).id };
  };

  const refundsOf = (reference: string) =>
    refunds.list({ payment_intent: reference }).autoPagingToArray({ limit: MAX_LISTED_REFUNDS });

  /** The refund of a key, by its metadata, which Stripe keeps longer than the key. */
  const knownRefund = (all: readonly Stripe.Refund[], key: string): RefundOutcome | undefined => {
    const known = all.find(({ metadata }) => metadata?.refundId === key);
    return known && refundOutcome(known);
  };

  const refund = async ({ key, of, amount, captured, reference }: RefundCommand): Promise<RefundOutcome> => {
    const all = await refundsOf(reference);
    const known = knownRefund(all, key);
    if (known) return known;
    const left = all.filter(isMade).reduce((rest, one) => rest - one.amount, toStripeAmount(captured));
    if (toStripeAmount(amount) > left) return { outcome: 'refused', reason: 'more_than_left' };
    const metadata = { refundId: key, orderId: of };
    const params = { payment_intent: reference, amount: toStripeAmount(amount), metadata };
    // The key includes the amount, which a later attempt reduces if a part was refunded in Stripe's dashboard meanwhile.
    return refundOutcome(await sendUnderKey(`${key}:${amount.amount}`, (options) => refunds.create(params, options)));
  };

  const cancel = async (key: string, amount: Money, tries = 1): Promise<CancelOutcome> => {
    const intent = await orDeclined(intentOf(key, amount));
    // Stripe has refused to create the payment, so it can never be charged.
    if ('outcome' in intent || intent.status === 'canceled' || isRefunded(intent)) return { outcome: 'cancelled' };
    if (intent.status === 'succeeded') {
      const rest = { payment_intent: intent.id, metadata: { refundId: 'cancel', orderId: key } };
      const made = await orRefused(
        sendUnderKey(`${key}:cancel`, (options) => refunds.create(rest, options)).then(refundOutcome),
      );
      return made.outcome === 'refunded' ? { outcome: 'cancelled' } : { ...made, reference: intent.id };
    }
    try {
      await paymentIntents.cancel(intent.id);
      return { outcome: 'cancelled' };
    } catch (error) {
      if (!isUnexpectedState(error)) throw error;
      if (tries === 0) throw errors.unavailable(`Stripe is still processing ${key}.`);
      // The payment was charged meanwhile.
      return cancel(key, amount, tries - 1);
    }
  };

  return {
    authorise: (key, { amount, method }) => translateErrors(orDeclined(authorise(key, amount, method))),
    capture: (key, amount) => translateErrors(orDeclined(capture(key, amount))),

    async find(key, amount) {
      const found = await translateErrors(orDeclined(intentOf(key, amount)));
      return 'outcome' in found ? found : intentOutcome(found);
    },

    async refund(order) {
      const made = await translateErrors(orRefused(refund(order)));
      if (made.outcome === 'refunded') return made;
      // Stripe also refuses a refund that another worker has made meanwhile.
      const all = await translateErrors(refundsOf(order.reference).catch(noneIfRefused));
      return knownRefund(all, order.key) ?? made;
    },

    cancel: (key, amount) => translateErrors(cancel(key, amount)),

    async statement({ reference, currency }) {
      const all = await translateErrors(refundsOf(reference).catch(noneIfRefused));
      const disputed = await translateErrors(
        disputes.list({ payment_intent: reference, limit: 100 }).then(({ data }) => data, noneIfRefused),
      );
      return {
        refunds: all.map((one) => statedRefund(one, currency)),
        disputes: disputed.map((one) => statedDispute(one, currency)),
      };
    },

    verify(body, signature) {
      refuseUnsigned(() => stripe.webhooks.constructEvent(body, signature, config.webhookSecret));
      return stripeEvent(body);
    },

    ledgerPage: async () => undefined,
  };
}

/** @throws invalid-signature; invalid-request for a signed body that is no event */
function refuseUnsigned(constructEvent: () => unknown): void {
  try {
    constructEvent();
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) throw errors.invalidSignature();
    throw errors.malformed('The body is not an event of Stripe.');
  }
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
