import Stripe from 'stripe';
import { idTime } from '../../../../shared/ids.ts';
import type { Money } from '../../../../shared/money.ts';
import { errors } from '../../../../shared/problems.ts';
import type { CancelOutcome, Outcome, PaymentProvider, RefundOrder, RefundOutcome } from '../../payment-provider.ts';
import { inStripes } from './stripe-amount.ts';
import { stripeEvent } from './stripe-event.ts';
import {
  asOurs,
  declineOf,
  intentOutcome,
  isKeptFailure,
  isRefunded,
  isUnexpectedState,
  refusalOf,
} from './stripe-outcome.ts';
import { isMade, statedDispute, statedRefund } from './stripe-statement.ts';

/** Of one request, in ms; the library sends it up to three times, under one key. */
const TIMEOUT = 4000;
/** Stripe forgets an idempotency key after a day; by then its search has long known the payment. In ms. */
const KEY_MEMORY = 20 * 3_600_000;
/** Refunds of one payment that are looked through. */
const MAX_REFUNDS = 1000;

interface StripeConfig {
  secretKey: string;
  webhookSecret: string;
  apiUrl: string;
}

/** Card payments by Stripe: one PaymentIntent for each order, whose id is the idempotency key. */
export function stripeProvider(config: StripeConfig): PaymentProvider {
  const stripe = clientOf(config);
  const { paymentIntents, refunds, disputes } = stripe;
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

  /** What `attempt` comes to; a refusal of Stripe's that is final is a decline. */
  const orDeclined = async <R>(attempt: Promise<R>): Promise<R | Outcome> => {
    try {
      return await attempt;
    } catch (error) {
      const declined = declineOf(error);
      if (declined) return declined;
      throw error;
    }
  };

  const authorise = async (key: string, amount: Money, method: string): Promise<Outcome> => {
    const intent = await intentOf(key, amount);
    const known = intentOutcome(intent);
    if (known.outcome !== 'unknown') return known;
    // Under no key of ours: an intent can be paid only once, while a key would keep a failure of Stripe's for a day.
    const confirmed = intentOutcome(await paymentIntents.confirm(intent.id, { payment_method: method }));
    if (confirmed.outcome === 'unknown') throw errors.unavailable(`Stripe has not charged ${key}.`);
    return confirmed;
  };

  const capture = async (key: string, amount: Money): Promise<Outcome> => {
    const { id } = await intentOf(key, amount);
    return { outcome: 'captured', reference: (await paymentIntents.capture(id)).id };
  };

  const refundsOf = (reference: string) =>
    refunds.list({ payment_intent: reference }).autoPagingToArray({ limit: MAX_REFUNDS });

  /** The refund that was made under a key. Stripe forgets the key after a day, but not this. */
  const knownRefund = (all: readonly Stripe.Refund[], key: string): RefundOutcome | undefined => {
    const known = all.find(({ metadata }) => metadata?.refundId === key);
    return known && refundOutcome(known);
  };

  const refund = async ({ key, of, amount, captured, reference }: RefundOrder): Promise<RefundOutcome> => {
    const all = await refundsOf(reference);
    const known = knownRefund(all, key);
    if (known) return known;
    const left = all.filter(isMade).reduce((rest, one) => rest - one.amount, inStripes(captured));
    if (inStripes(amount) > left) return { outcome: 'refused', reason: 'more_than_left' };
    const metadata = { refundId: key, orderId: of };
    const params = { payment_intent: reference, amount: inStripes(amount), metadata };
    // With the amount: what is refunded is less than was asked for once money went back on Stripe's own pages.
    return refundOutcome(await keyed(`${key}:${amount.amount}`, (options) => refunds.create(params, options)));
  };

  const cancel = async (key: string, amount: Money, tries = 1): Promise<CancelOutcome> => {
    const intent = await orDeclined(intentOf(key, amount));
    // What Stripe never took up can never be charged.
    if ('outcome' in intent || intent.status === 'canceled' || isRefunded(intent)) return { outcome: 'cancelled' };
    if (intent.status === 'succeeded') {
      const rest = { payment_intent: intent.id, metadata: { refundId: 'cancel', orderId: key } };
      const made = await orRefused(
        keyed(`${key}:cancel`, (options) => refunds.create(rest, options)).then(refundOutcome),
      );
      return made.outcome === 'refunded' ? { outcome: 'cancelled' } : { ...made, reference: intent.id };
    }
    try {
      await paymentIntents.cancel(intent.id);
      return { outcome: 'cancelled' };
    } catch (error) {
      if (!isUnexpectedState(error)) throw error;
      if (tries === 0) throw errors.unavailable(`Stripe is still busy with ${key}.`);
      // It was charged meanwhile.
      return cancel(key, amount, tries - 1);
    }
  };

  return {
    authorise: (key, { amount, method }) => asked(orDeclined(authorise(key, amount, method))),
    capture: (key, amount) => asked(orDeclined(capture(key, amount))),

    async find(key, amount) {
      const found = await asked(orDeclined(intentOf(key, amount)));
      return 'outcome' in found ? found : intentOutcome(found);
    },

    async refund(order) {
      const made = await asked(orRefused(refund(order)));
      if (made.outcome === 'refunded') return made;
      // Another worker may have made it meanwhile, which is why Stripe refused this one.
      const all = await asked(refundsOf(order.reference).catch(noneIfRefused));
      return knownRefund(all, order.key) ?? made;
    },

    cancel: (key, amount) => asked(cancel(key, amount)),

    async statement({ reference, currency }) {
      const all = await asked(refundsOf(reference).catch(noneIfRefused));
      const disputed = await asked(
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

    books: async () => undefined,
  };
}

function clientOf({ secretKey, apiUrl }: StripeConfig): Stripe {
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

/** @throws invalid-signature; invalid-request for a body that is signed and still no event */
function refuseUnsigned(constructEvent: () => unknown): void {
  try {
    constructEvent();
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) throw errors.invalidSignature();
    throw errors.malformed('The body is not an event of Stripe.');
  }
}

/** A refund that the bank has sent back is refused for good. */
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

/** Stripe has no such payment, or its key may not read this. */
function noneIfRefused(error: unknown): [] {
  if (refusalOf(error) !== undefined || error instanceof Stripe.errors.StripePermissionError) return [];
  throw error;
}
