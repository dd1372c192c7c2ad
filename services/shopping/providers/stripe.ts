import Stripe from 'stripe';
import type { PaymentConfig } from '../../../lib/config.ts';
import { errors } from '../../../lib/errors.ts';
import { idRule, idTime } from '../../../lib/ids.ts';
import type { Money } from '../../../lib/money.ts';
import type { Outcome, PaymentProvider } from '../payment-provider.ts';
import { factorOf, inStripes } from './stripe-amount.ts';
import { asOurs, declineOf, isKeptFailure, isRefunded, isUnexpectedState, outcomeOf } from './stripe-outcome.ts';

/** Of one request, in ms; the library sends it up to three times, under one key. */
const TIMEOUT = 4000;
/** Stripe forgets an idempotency key after a day; by then its search has long known the payment. In ms. */
const KEY_MEMORY = 20 * 3_600_000;
const ORDER_ID = idRule('ord').pattern;

/** Card payments by Stripe: one PaymentIntent for each order, whose id is the idempotency key. */
export function stripeProvider(config: Extract<PaymentConfig, { provider: 'stripe' }>): PaymentProvider {
  const stripe = clientOf(config);
  const { paymentIntents, refunds } = stripe;
  const expand = ['latest_charge'];

  /** The key's payment as it is now; begun, but not charged, if there was none. */
  const intentOf = async (key: string, money: Money): Promise<Stripe.PaymentIntent> => {
    const isOld = Date.now() - +idTime(key) > KEY_MEMORY;
    const intent = (isOld ? await search(key) : undefined) ?? (await create(key, money));
    if (intent.amount !== inStripes(money) || intent.currency !== money.currency.toLowerCase()) {
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
      amount: inStripes(money),
      currency: money.currency.toLowerCase(),
      metadata: { orderId: key },
      // A redirect would need a page to come back to.
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' as const },
    };
    const intent = await keyed(key, (options) => paymentIntents.create(params, options));
    // A known key is answered with what the payment was when it was begun.
    const isKnown = intent.lastResponse.headers['idempotent-replayed'] === 'true';
    return isKnown ? paymentIntents.retrieve(intent.id, { expand }) : intent;
  };

  const authorise = async (key: string, amount: Money, method: string): Promise<Outcome> => {
    const intent = await intentOf(key, amount);
    const known = outcomeOf(intent);
    if (known.outcome !== 'unknown') return known;
    try {
      // Under no key of ours: an intent can be paid only once, while a key would keep a failure of Stripe's for a day.
      const confirmed = outcomeOf(await paymentIntents.confirm(intent.id, { payment_method: method }));
      if (confirmed.outcome === 'unknown') throw errors.unavailable(`Stripe has not charged ${key}.`);
      return confirmed;
    } catch (error) {
      const declined = declineOf(error);
      if (declined) return declined;
      throw error;
    }
  };

  const cancel = async (key: string, amount: Money, tries = 1): Promise<void> => {
    const intent = await intentOf(key, amount);
    if (intent.status === 'canceled' || isRefunded(intent)) return;
    if (intent.status === 'succeeded') {
      const rest = { payment_intent: intent.id, metadata: { refundId: 'cancel' } };
      return made(await keyed(`${key}:cancel`, (options) => refunds.create(rest, options)));
    }
    try {
      await paymentIntents.cancel(intent.id);
    } catch (error) {
      if (!isUnexpectedState(error)) throw error;
      if (tries === 0) throw errors.unavailable(`Stripe is still busy with ${key}.`);
      // It was charged meanwhile.
      await cancel(key, amount, tries - 1);
    }
  };

  return {
    name: 'stripe',

    authorise: (key, { amount, method }) => asked(authorise(key, amount, method)),

    async capture(key, amount) {
      const { id } = await asked(intentOf(key, amount));
      const captured = await asked(paymentIntents.capture(id));
      return { outcome: 'captured', reference: captured.id };
    },

    async find(key, amount) {
      return outcomeOf(await asked(intentOf(key, amount)));
    },

    async refund({ key, amount, captured, reference }) {
      const all = await asked(refunds.list({ payment_intent: reference }).autoPagingToArray({ limit: 1000 }));
      // Stripe forgets the key after a day, but not this.
      const known = all.find(({ metadata }) => metadata?.refundId === key);
      if (known) return made(known);
      const left = all.filter(isMade).reduce((rest, refund) => rest - refund.amount, inStripes(captured));
      if (inStripes(amount) > left) throw errors.refundTooHigh({ ...amount, amount: left / factorOf(amount.currency) });
      const params = { payment_intent: reference, amount: inStripes(amount), metadata: { refundId: key } };
      made(await asked(keyed(key, (options) => refunds.create(params, options))));
    },

    cancel: (key, amount) => asked(cancel(key, amount)),

    verify(body, signature) {
      const { id, type, data } = signed(() => stripe.webhooks.constructEvent(body, signature, config.webhookSecret));
      const orderId = data.object.object === 'payment_intent' ? data.object.metadata.orderId : undefined;
      return { id, type, ...(orderId !== undefined && ORDER_ID.test(orderId) ? { orderId } : {}) };
    },

    books: async () => undefined,
  };
}

function clientOf({ secretKey, apiUrl }: { secretKey: string; apiUrl: string }): Stripe {
  const { protocol, hostname: host, port } = new URL(apiUrl);
  const isSecure = protocol === 'https:';
  const address = {
    protocol: isSecure ? ('https' as const) : ('http' as const),
    host,
    port: port || (isSecure ? 443 : 80),
  };
  return new Stripe(secretKey, { ...address, maxNetworkRetries: 2, timeout: TIMEOUT, telemetry: false });
}

/**
 * Stripe keeps the first answer to a key for a day, a failure of its own included. After one of those the next key
 * counts; every caller comes to the same one.
 */
async function keyed<R>(key: string, send: (options: Stripe.RequestOptions) => Promise<R>): Promise<R> {
  for (let nth = 1; ; nth += 1) {
    try {
      return await send({ idempotencyKey: nth === 1 ? key : `${key}:${nth}` });
    } catch (error) {
      if (!isKeptFailure(error)) throw error;
    }
  }
}

const asked = <R>(answer: Promise<R>): Promise<R> =>
  answer.catch((error: unknown) => {
    throw asOurs(error);
  });

/** @throws invalid-signature */
function signed<R>(read: () => R): R {
  try {
    return read();
  } catch {
    throw errors.invalidSignature();
  }
}

const isMade = ({ status }: Stripe.Refund): boolean => status !== 'failed' && status !== 'canceled';

/** @throws {Error} for a refund that the bank has sent back: somebody has to see to it */
function made(refund: Stripe.Refund): void {
  if (!isMade(refund))
    throw new Error(`Stripe could not refund ${refund.id}: ${refund.failure_reason ?? refund.status}`);
}
