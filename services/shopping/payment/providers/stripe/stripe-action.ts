import type Stripe from 'stripe';
import type { PaymentAction } from '../../payment-provider.ts';

type NextAction = Stripe.PaymentIntent.NextAction | Stripe.SetupIntent.NextAction;

/** What both kinds of intents have. */
interface ActingIntent {
  client_secret: string | null;
  next_action: NextAction | null;
}

/**
 * The customer's next action for an intent (https://docs.stripe.com/payments/paymentintents/lifecycle): a redirect if it is one,
 * else whatever Stripe.js makes of it. `undefined` if the customer can do nothing.
 */
export function actionOf(
  { client_secret: clientSecret, next_action: next }: ActingIntent,
  publishableKey: string | undefined,
): PaymentAction | undefined {
  if (!next) return undefined;
  const url = redirectOf(next);
  if (url) return { type: 'redirect', url };
  if (clientSecret && publishableKey) return { type: 'stripe', clientSecret, publishableKey };
  const hostedUrl = hostedPageOf(next);
  return hostedUrl ? { type: 'redirect', url: hostedUrl } : undefined;
}

function redirectOf(next: NextAction): string | null | undefined {
  if (next.redirect_to_url) return next.redirect_to_url.url;
  return 'alipay_handle_redirect' in next ? next.alipay_handle_redirect?.url : undefined;
}

/** Stripe's own page for what Stripe.js would show: a QR code, a voucher. */
function hostedPageOf(next: NextAction): string | null | undefined {
  const details = Object.entries(next).find(([name]) => name === next.type)?.[1];
  if (typeof details !== 'object' || details === null) return undefined;
  const page = Object.entries(details).find(([name]) => /^hosted_\w+_url$/.test(name))?.[1];
  return typeof page === 'string' ? page : undefined;
}
