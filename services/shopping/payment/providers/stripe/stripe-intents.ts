import Stripe from 'stripe';
import { idTime } from '../../../../shared/ids.ts';
import type { Money } from '../../../../shared/money.ts';
import { errors } from '../../../../shared/problems.ts';
import { orderIdOfKey } from '../../payment-key.ts';
import type { LookupOutcome } from '../../payment-provider.ts';
import { toStripeAmount } from './stripe-amount.ts';
import { sendUnderKey } from './stripe-client.ts';
import { intentOutcome, isUnexpectedState } from './stripe-outcome.ts';

/** Stripe keeps an idempotency key for a day. An older payment is looked up by search, whose index is complete by then. */
const KEY_LIFETIME_MS = 20 * 3_600_000;
/** Requests to cancel an intent that changes at the same time. */
const MAX_CLOSE_ATTEMPTS = 3;
const MAX_TRIES_OF_AN_ORDER = 100;

/** The PaymentIntents of a Stripe account, each under the key of a try to pay an order. */
export type StripeIntents = ReturnType<typeof stripeIntents>;

export function stripeIntents({ paymentIntents }: Stripe, publishableKey: string | undefined) {
  const expand = ['latest_charge'];

  /** The intent of a key; a new one, not yet charged, if there is none. */
  const byKey = async (key: string, money: Money): Promise<Stripe.PaymentIntent> => {
    const isOld = Date.now() - +idTime(key) > KEY_LIFETIME_MS;
    const intent = (isOld ? await search(key) : undefined) ?? (await create(key, money));
    if (intent.amount !== toStripeAmount(money) || intent.currency !== money.currency.toLowerCase()) {
      throw new Error(`Stripe: ${key} was used for ${intent.amount} ${intent.currency} before`);
    }
    return intent;
  };

  const search = async (key: string) => {
    const query = `metadata['orderId']:'${orderIdOfKey(key) ?? key}'`;
    const { data } = await paymentIntents.search({
      ...{ query, limit: MAX_TRIES_OF_AN_ORDER, expand: ['data.latest_charge'] },
    });
    // An intent without a key is from before an order could be tried again.
    return data.find(({ metadata }) => (metadata.key ?? metadata.orderId) === key);
  };

  const create = async (key: string, money: Money): Promise<Stripe.PaymentIntent> => {
    const params = {
      amount: toStripeAmount(money),
      currency: money.currency.toLowerCase(),
      metadata: { orderId: orderIdOfKey(key) ?? key, key },
      automatic_payment_methods: { enabled: true },
    };
    try {
      const intent = await sendUnderKey(key, (options) => paymentIntents.create(params, options));
      // Stripe answers a known key with the payment's first state.
      const isKnown = intent.lastResponse.headers['idempotent-replayed'] === 'true';
      return isKnown ? byId(intent.id) : intent;
    } catch (error) {
      // Also a former version of the shop, with other parameters, may have used the key.
      const isUsed = error instanceof Stripe.errors.StripeIdempotencyError && error.statusCode !== 409;
      const used = isUsed ? await search(key) : undefined;
      if (used) return used;
      throw error;
    }
  };

  const byId = (id: string): Promise<Stripe.PaymentIntent> => paymentIntents.retrieve(id, { expand });

  /** Cancels an intent, and answers with its state: it may have been paid meanwhile. */
  const close = async ({ id }: Stripe.PaymentIntent): Promise<Stripe.PaymentIntent> => {
    try {
      return await paymentIntents.cancel(id, { expand });
    } catch (error) {
      if (!isUnexpectedState(error)) throw error;
      return byId(id);
    }
  };

  /**
   * The outcome of an intent. After a decline the intent is cancelled: Stripe would let a browser that has its client secret
   * pay it with another card, while the shop charges the order's next try.
   */
  const settle = async (intent: Stripe.PaymentIntent): Promise<LookupOutcome> => {
    let current = intent;
    for (let n = 0; n < MAX_CLOSE_ATTEMPTS; n += 1) {
      const known = intentOutcome(current, publishableKey);
      if (known.outcome !== 'declined' || isClosed(current)) return known;
      current = await close(current);
    }
    throw errors.unavailable(`Stripe: ${intent.id} is being paid and declined again and again.`);
  };

  return { byKey, byId, close, settle, expand };
}

/** Whether nobody can pay an intent any more. */
const isClosed = ({ status }: Stripe.PaymentIntent): boolean => status === 'canceled' || status === 'succeeded';
