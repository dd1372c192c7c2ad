import type { Rpc } from '../../../lib/contract/contract.ts';
import { loadConfig } from '../../../lib/process/config.ts';
import { newId } from '../../../services/shared/ids.ts';
import { authoriseAndCapture } from '../../../services/shopping/payment/payment.ts';
import type { ChargeRequest } from '../../../services/shopping/payment/payment-provider.ts';
import { connectProviders } from '../../../services/shopping/payment/providers/registry.ts';
import { StripeStandIn } from '../stripe-stand-in.ts';

const SECRET_KEY = 'sk_test_of_this_test';
export const PUBLISHABLE_KEY = 'pk_test_of_this_test';
export const RETURN_URL = 'https://shop.example/orders/1';
export const TOTAL = { amount: 1000, currency: 'EUR' };

/** A stand-in, with the provider that a shop makes of its settings: with Stripe.js, or with redirects alone. */
export async function stripeDesk() {
  const stripe = await new StripeStandIn(SECRET_KEY).start();
  const connect = (env: NodeJS.ProcessEnv = {}) =>
    connectProviders(
      loadConfig({
        ...{ NODE_ENV: 'test', TOKEN_SECRET: 'of this test, and of nothing else', CIRCUIT_BREAKER: 'false' },
        ...{ STRIPE_SECRET_KEY: SECRET_KEY, STRIPE_WEBHOOK_SECRET: 'whsec_1', STRIPE_API_URL: stripe.url, ...env },
      }),
      // Stripe is not called over the broker.
    ).connect('stripe', {} as Rpc);
  const provider = await connect({ STRIPE_PUBLISHABLE_KEY: PUBLISHABLE_KEY });
  const request = (method: string, more: Partial<ChargeRequest> = {}): ChargeRequest => ({
    ...{ amount: TOTAL, method, returnUrl: RETURN_URL, ...more },
  });
  return {
    stripe,
    provider,
    /** Without a publishable key, customers are redirected. */
    redirecting: await connect(),
    request,
    charge: (key: string, method: string) => authoriseAndCapture(provider, key, request(method)),
    find: (key: string) => provider.find(key, TOTAL),
    cancel: (key: string) => provider.cancel(key, TOTAL),
    newOrder: () => newId('ord'),
  };
}
