import Stripe from 'stripe';
import { errors } from '../../../../shared/problems.ts';
import type { Found, Outcome } from '../../payment-provider.ts';

/** What Stripe's words for a payment mean to the shop (https://docs.stripe.com/payments/paymentintents/lifecycle). */
export function intentOutcome(intent: Stripe.PaymentIntent): Found {
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

/** Codes of invalid requests that may be right later: the same request can succeed then. */
const TRANSIENT_CODES = new Set([
  'account_invalid',
  'api_key_expired',
  'balance_insufficient',
  'idempotency_key_in_use',
  'livemode_mismatch',
  'lock_timeout',
  'platform_api_key_expired',
  'rate_limit',
  'secret_key_required',
]);

/**
 * Why Stripe refuses a request for good; `undefined` for errors that leave open what happened, or that may be over when
 * it is sent again. Unknown refusals of a request are final: to send it again changes nothing.
 */
export function refusalOf(error: unknown): string | undefined {
  const { StripeCardError, StripeInvalidRequestError } = Stripe.errors;
  if (error instanceof StripeCardError) return reasonOf(error);
  if (!(error instanceof StripeInvalidRequestError) || isUnexpectedState(error)) return undefined;
  const { code = '', statusCode = 0 } = error;
  const isTransient = statusCode === 409 || statusCode === 429 || statusCode >= 500 || TRANSIENT_CODES.has(code);
  return isTransient ? undefined : reasonOf(error, 'invalid_request');
}

/** The decline that an error stands for; any other error leaves open what happened. */
export function declineOf(error: unknown): Outcome | undefined {
  const reason = refusalOf(error);
  return reason === undefined ? undefined : { outcome: 'declined', reason };
}

const reasonOf = ({ decline_code, code }: { decline_code?: string; code?: string }, other = 'card_declined'): string =>
  decline_code ?? code ?? other;

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
  const { StripeError, StripeIdempotencyError } = Stripe.errors;
  if (!(error instanceof StripeError)) return error;
  const { type, code = '', message } = error;
  const said = `Stripe: ${type} ${code} ${message}`;
  const isFinal =
    refusalOf(error) !== undefined || (error instanceof StripeIdempotencyError && error.statusCode !== 409);
  return isFinal ? new Error(said) : Object.assign(errors.unavailable(said), { cause: error });
}
