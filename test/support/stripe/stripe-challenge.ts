import type Stripe from 'stripe';
import type { MethodBehaviour } from './stripe-methods.ts';
import { type Reply, refused } from './stripe-shapes.ts';

type NextAction = Stripe.PaymentIntent.NextAction & Stripe.SetupIntent.NextAction;

/** What the customer has to do, or the refusal of a request that does not say where the customer comes back to. */
export function challengeOf(
  id: string,
  { challenge }: MethodBehaviour,
  params: URLSearchParams,
  url: string,
): NextAction | { refusal: Reply } {
  if (challenge === '3-d-secure' && params.get('use_stripe_sdk') === 'true') {
    return { type: 'use_stripe_sdk', use_stripe_sdk: { type: 'three_d_secure_redirect', source: id } };
  }
  const returnUrl = params.get('return_url');
  if (!returnUrl) {
    return { refusal: refused({ message: 'A redirect needs a return_url.', param: 'return_url' }) };
  }
  return { type: 'redirect_to_url', redirect_to_url: { url: `${url}/redirect/${id}`, return_url: returnUrl } };
}

/** Where the customer's browser goes after the challenge, with what Stripe appends. */
export function returnAddress(id: string, returnUrl: string, clientSecret: string, hasSucceeded: boolean): string {
  const address = new URL(returnUrl);
  const name = id.startsWith('pi_') ? 'payment_intent' : 'setup_intent';
  address.searchParams.set(name, id);
  address.searchParams.set(`${name}_client_secret`, clientSecret);
  address.searchParams.set('redirect_status', hasSucceeded ? 'succeeded' : 'failed');
  return address.href;
}

/** The page of a bank: two links. */
export const challengePage = (id: string): string =>
  `<!doctype html><title>Bank</title><h1>Pay ${id}?</h1>` +
  '<p><a href="?answer=approve">Approve</a> <a href="?answer=decline">Decline</a></p>';
