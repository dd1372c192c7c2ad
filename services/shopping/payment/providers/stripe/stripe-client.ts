import Stripe from 'stripe';
import { isReplayedFailure, translateError } from './stripe-outcome.ts';

/** The time-out of one attempt; the library makes up to three, under one idempotency key. */
const REQUEST_TIMEOUT_MS = 4000;

export interface StripeConfig {
  secretKey: string;
  /** Without it, customers are redirected to act. */
  publishableKey?: string | undefined;
  webhookSecret: string;
  apiUrl: string;
}

export function stripeClient({ secretKey, apiUrl }: StripeConfig): Stripe {
  const { protocol, hostname: host, port } = new URL(apiUrl);
  const isSecure = protocol === 'https:';
  const address = {
    protocol: isSecure ? ('https' as const) : ('http' as const),
    host,
    port: port || (isSecure ? 443 : 80),
  };
  return new Stripe(secretKey, { ...address, maxNetworkRetries: 2, timeout: REQUEST_TIMEOUT_MS, telemetry: false });
}

/**
 * Sends a request under an idempotency key. Stripe keeps the first response to a key for a day, also a failure of its own: the
 * request is sent under a next key then, which is the same for every caller.
 */
export async function sendUnderKey<R>(key: string, send: (options: Stripe.RequestOptions) => Promise<R>): Promise<R> {
  for (let nth = 1; ; nth += 1) {
    try {
      return await send({ idempotencyKey: nth === 1 ? key : `${key}:${nth}` });
    } catch (error) {
      if (!isReplayedFailure(error)) throw error;
    }
  }
}

/** Translates the errors of a request to Stripe. */
export const translateErrors = <R>(answer: Promise<R>): Promise<R> =>
  answer.catch((error: unknown) => {
    throw translateError(error);
  });
