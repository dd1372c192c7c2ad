import Stripe from 'stripe';
import type { Money } from '../../../../shared/money.ts';
import { errors } from '../../../../shared/problems.ts';
import type {
  CancelOutcome,
  ChargeOutcome,
  ChargeRequest,
  LookupOutcome,
  PaymentProvider,
} from '../../payment-provider.ts';
import { deferredCapture, releaseRest } from './stripe-capture.ts';
import { type StripeConfig, stripeClient, translateErrors } from './stripe-client.ts';
import { confirmParams } from './stripe-confirm.ts';
import { savedMethods } from './stripe-customers.ts';
import { stripeEvent } from './stripe-event.ts';
import { stripeIntents } from './stripe-intents.ts';
import { declineOf, isRefunded, refusalOf } from './stripe-outcome.ts';
import { stripeRefunds } from './stripe-refunds.ts';

/** Payments by Stripe: one PaymentIntent for each try to pay an order, whose key is the idempotency key. */
export function stripeProvider(config: StripeConfig): PaymentProvider {
  const { publishableKey } = config;
  const stripe = stripeClient(config);
  const { paymentIntents } = stripe;
  const intents = stripeIntents(stripe, publishableKey);
  const { refund, refundRest, statement } = stripeRefunds(stripe);

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

  const authorise = async (key: string, request: ChargeRequest): Promise<ChargeOutcome> => {
    const intent = await intents.byKey(key, request.amount);
    const known = await intents.settle(intent);
    if (known.outcome !== 'unknown') return known;
    const outcome = await confirm(intent.id, request).then(intents.settle, declinedBy(intent.id, UNCHARGED));
    if (outcome.outcome === 'unknown') throw errors.unavailable(`Stripe has not charged ${key}.`);
    return outcome;
  };

  const confirm = async (id: string, request: ChargeRequest) => {
    const { customer } = request;
    if (customer) await paymentIntents.update(id, { customer });
    // Without an idempotency key: an intent is paid only once, and a key would keep a failure of Stripe for a day.
    return paymentIntents.confirm(id, await confirmParams(stripe, request, publishableKey));
  };

  const capture = async (key: string, amount: Money): Promise<LookupOutcome> => {
    const { id } = await intents.byKey(key, amount);
    const refused = declinedBy(id, new Set([...UNCHARGED, 'requires_capture']));
    return paymentIntents.capture(id).then((captured) => ({ outcome: 'captured', reference: captured.id }), refused);
  };

  /**
   * Makes a decline of a refusal: the intent is cancelled, so that nothing is charged or reserved under its key later.
   * Another worker may have brought it further than these statuses, which is the outcome then.
   */
  const declinedBy =
    (id: string, statuses: ReadonlySet<string>) =>
    async (error: unknown): Promise<LookupOutcome> => {
      const reason = refusalOf(error);
      if (reason === undefined) throw error;
      const current = await intents.byId(id);
      const closed = statuses.has(current.status) ? await intents.close(current) : current;
      return closed.status === 'canceled' ? { outcome: 'declined', reason } : intents.settle(closed);
    };

  const cancel = async (key: string, amount: Money): Promise<CancelOutcome> => {
    const intent = await orDeclined(intents.byKey(key, amount));
    // Stripe has refused to create the payment, so it can never be charged.
    if ('outcome' in intent) return { outcome: 'cancelled' };
    const closed = isOpen(intent) ? await closeOrRelease(key, intent) : intent;
    if (closed.status === 'succeeded') {
      return isRefunded(closed) ? { outcome: 'cancelled' } : refundRest(key, closed.id);
    }
    if (closed.status !== 'canceled') throw errors.unavailable(`Stripe is still processing ${key}.`);
    return { outcome: 'cancelled' };
  };

  const closeOrRelease = (key: string, intent: Stripe.PaymentIntent) =>
    intent.amount_received > 0 ? releaseRest(stripe, key, intent) : intents.close(intent);

  return {
    authorise: (key, request) => translateErrors(orDeclined(authorise(key, request))),

    async capture(key, amount) {
      const captured = await translateErrors(orDeclined(capture(key, amount)));
      if (captured.outcome === 'unknown') throw errors.unavailable(`Stripe has not captured ${key}.`);
      return captured;
    },

    async find(key, amount) {
      return translateErrors(orDeclined(intents.byKey(key, amount).then(intents.settle)));
    },

    cancel: (key, amount) => translateErrors(cancel(key, amount)),
    ...{ refund, statement },

    verify(body, signature) {
      refuseUnsigned(() => stripe.webhooks.constructEvent(body, signature, config.webhookSecret));
      return stripeEvent(body);
    },

    ledgerPage: async () => undefined,
    deferredCapture: deferredCapture(stripe, intents),
    savedMethods: savedMethods(stripe, publishableKey),
  };
}

/** The statuses of an intent that nobody has begun to pay, or whose last attempt failed. */
const UNCHARGED: ReadonlySet<string> = new Set(['requires_payment_method', 'requires_confirmation']);

const isOpen = ({ status }: Stripe.PaymentIntent): boolean => status !== 'succeeded' && status !== 'canceled';

/** @throws invalid-signature; invalid-request for a signed body that is no event */
function refuseUnsigned(constructEvent: () => unknown): void {
  try {
    constructEvent();
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) throw errors.invalidSignature();
    throw errors.malformed('The body is not an event of Stripe.');
  }
}
