import Stripe from 'stripe';
import { errors } from '../../../lib/errors.ts';
import type { Found, Outcome } from '../payment-provider.ts';

/** What Stripe's words for a payment mean to the shop (https://docs.stripe.com/payments/paymentintents/lifecycle). */
export function outcomeOf(intent: Stripe.PaymentIntent): Found {
  const { id: reference, status, last_payment_error: failure } = intent;
  switch (status) {
    case 'succeeded':
      return isRefunded(intent) ? { outcome: 'declined', reason: 'cancelled' } : { outcome: 'captured', reference };
    case 'requires_capture':
      return { outcome: 'authorised', reference };
    case 'canceled':
      return { outcome: 'declined', reason: 'cancelled' };
    case 'requires_payment_method':
      return failure ? { outcome: 'declined', reason: reasonOf(failure) } : { outcome: 'unknown' };
    case 'requires_confirmation':
      return { outcome: 'unknown' };
    default:
      // `processing`, `requires_action`, and whatever Stripe adds: neither paid nor refused.
      return { outcome: 'pending' };
  }
}

/** Whether all of it was given back; needs `latest_charge` to be expanded. */
export function isRefunded({ latest_charge: charge }: Stripe.PaymentIntent): boolean {
  return typeof charge === 'object' && charge !== null && charge.refunded;
}

/** The decline that an error stands for; any other error leaves open what happened. */
export function declineOf(error: unknown): Outcome | undefined {
  const { StripeCardError, StripeInvalidRequestError } = Stripe.errors;
  const isDecline =
    error instanceof StripeCardError ||
    // There is no such card, or it is somebody else's.
    (error instanceof StripeInvalidRequestError && error.param === 'payment_method');
  return isDecline ? { outcome: 'declined', reason: reasonOf(error) } : undefined;
}

const reasonOf = ({ decline_code, code }: { decline_code?: string; code?: string }): string =>
  decline_code ?? code ?? 'card_declined';

/** The payment moved on meanwhile, so that this can no longer be done with it. */
export const isUnexpectedState = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeError && error.code === 'payment_intent_unexpected_state';

/** A failure at Stripe that it has kept as the answer to an idempotency key. */
export const isKeptFailure = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeError &&
  (error.statusCode ?? 0) >= 500 &&
  error.headers?.['idempotent-replayed'] === 'true';

/**
 * An error as the shop knows it: `unavailable` for what may be over when it is tried again, a new secret key
 * included; the rest are requests that Stripe will never take.
 */
export function asOurs(error: unknown): unknown {
  const { StripeError, StripeInvalidRequestError, StripeIdempotencyError } = Stripe.errors;
  if (!(error instanceof StripeError)) return error;
  const { type, code = '', message, statusCode } = error;
  const said = `Stripe: ${type} ${code} ${message}`;
  const isFinal = error instanceof StripeInvalidRequestError || error instanceof StripeIdempotencyError;
  return isFinal && statusCode !== 409 && statusCode !== 429
    ? new Error(said)
    : Object.assign(errors.unavailable(said), { cause: error });
}
