import Stripe from 'stripe';
import { errors } from '../../../../shared/problems.ts';
import type { ChargeOutcome, LookupOutcome } from '../../payment-provider.ts';
import { actionOf } from './stripe-action.ts';

/** The fields that tell what became of a PaymentIntent. */
type IntentState = Pick<
  Stripe.PaymentIntent,
  ('id' | 'status' | 'last_payment_error' | 'latest_charge') | ('cancellation_reason' | 'client_secret' | 'next_action')
>;

/** The outcome of a PaymentIntent by its status (https://docs.stripe.com/payments/paymentintents/lifecycle). */
export function intentOutcome(intent: IntentState, publishableKey: string | undefined): LookupOutcome {
  const { id: reference, status, last_payment_error: failure } = intent;
  switch (status) {
    case 'succeeded':
      return isRefunded(intent) ? { outcome: 'declined', reason: 'cancelled' } : { outcome: 'captured', reference };
    case 'requires_capture':
      return { outcome: 'authorised', reference };
    case 'canceled':
      return { outcome: 'declined', reason: failure ? reasonOf(failure) : cancellationOf(intent) };
    case 'requires_payment_method':
      return failure ? { outcome: 'declined', reason: reasonOf(failure) } : { outcome: 'unknown' };
    case 'requires_confirmation':
      return { outcome: 'unknown' };
    case 'requires_action': {
      const action = actionOf(intent, publishableKey);
      return action ? { outcome: 'requires-action', reference, action } : { outcome: 'pending' };
    }
    default:
      // `processing` and future statuses: neither paid nor declined.
      return { outcome: 'pending' };
  }
}

/** `expired`: Stripe has cancelled the payment because its time ran out. */
export const cancellationOf = ({
  cancellation_reason: reason,
}: Pick<IntentState, 'cancellation_reason'>): 'expired' | 'cancelled' =>
  reason === 'expired' || reason === 'automatic' ? 'expired' : 'cancelled';

/** Whether a payment was refunded in full; requires an expanded `latest_charge`. */
export function isRefunded({ latest_charge: charge }: Pick<IntentState, 'latest_charge'>): boolean {
  return typeof charge === 'object' && charge !== null && charge.refunded;
}

/** Codes of invalid requests that may succeed later without a change. */
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
 * The reason of a final refusal; `undefined` for errors without a known outcome, and for those that may be over at the next
 * attempt. An invalid request with an unknown code is a final refusal, since the same request will be invalid again.
 */
export function refusalOf(error: unknown): string | undefined {
  const { StripeCardError, StripeInvalidRequestError } = Stripe.errors;
  if (error instanceof StripeCardError) return reasonOf(error);
  if (!(error instanceof StripeInvalidRequestError) || isUnexpectedState(error)) return undefined;
  const { code = '', statusCode = 0 } = error;
  const isTransient = statusCode === 409 || statusCode === 429 || statusCode >= 500 || TRANSIENT_CODES.has(code);
  return isTransient ? undefined : reasonOf(error, 'invalid_request');
}

/** The decline that an error means; `undefined` for errors that are no final refusal. */
export function declineOf(error: unknown): ChargeOutcome | undefined {
  const reason = refusalOf(error);
  return reason === undefined ? undefined : { outcome: 'declined', reason };
}

export const reasonOf = (
  { decline_code, code }: { decline_code?: string; code?: string },
  other = 'card_declined',
): string => decline_code ?? code ?? other;

/** Whether the payment has changed meanwhile, to a status that does not allow the request. */
export const isUnexpectedState = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeError && error.code === 'payment_intent_unexpected_state';

/** Whether Stripe has repeated a failure of its own, which it keeps as the response to an idempotency key. */
export const isReplayedFailure = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeError &&
  (error.statusCode ?? 0) >= 500 &&
  error.headers?.['idempotent-replayed'] === 'true';

/**
 * Translates an error of Stripe's library: `unavailable` if a later attempt may succeed, for example with a new secret key;
 * else a plain error.
 */
export function translateError(error: unknown): unknown {
  const { StripeError, StripeIdempotencyError } = Stripe.errors;
  if (!(error instanceof StripeError)) return error;
  const { type, code = '', message } = error;
  const detail = `Stripe: ${type} ${code} ${message}`;
  const isFinal =
    refusalOf(error) !== undefined || (error instanceof StripeIdempotencyError && error.statusCode !== 409);
  return isFinal ? new Error(detail) : Object.assign(errors.unavailable(detail), { cause: error });
}

/** Whether Stripe has no such object, or no longer. */
export const isMissing = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeError && error.code === 'resource_missing';
