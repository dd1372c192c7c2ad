import type Stripe from 'stripe';
import type { ChargeRequest } from '../../payment-provider.ts';

/** The kinds of payment methods that can be reserved (https://docs.stripe.com/payments/place-a-hold-on-a-payment-method). */
const RESERVABLE_TYPES: ReadonlySet<string> = new Set([
  ...['affirm', 'afterpay_clearpay', 'alma', 'amazon_pay', 'billie', 'card', 'cashapp', 'kakao_pay', 'klarna'],
  ...['kr_card', 'link', 'mobilepay', 'naver_pay', 'payco', 'paypal', 'revolut_pay', 'samsung_pay', 'satispay'],
  ...['scalapay', 'sequra', 'sunbit'],
]);

/** A token of a card, a wallet or a bank; or a PaymentMethod, such as a saved card. */
export const methodParams = (method: string): { confirmation_token: string } | { payment_method: string } =>
  method.startsWith('ctoken_') ? { confirmation_token: method } : { payment_method: method };

/** The parameters with which a PaymentIntent is charged. */
export async function confirmParams(
  stripe: Stripe,
  { method, returnUrl, capture }: ChargeRequest,
  publishableKey: string | undefined,
): Promise<Stripe.PaymentIntentConfirmParams> {
  return {
    ...methodParams(method),
    return_url: returnUrl,
    // Otherwise Stripe redirects the customer, also for 3-D Secure.
    use_stripe_sdk: publishableKey !== undefined,
    expand: ['latest_charge'],
    ...(capture === 'later' ? await reservationParams(stripe, method) : {}),
  };
}

/** A kind that cannot be reserved, such as most redirects to a bank, is captured at once. */
async function reservationParams(stripe: Stripe, method: string): Promise<Stripe.PaymentIntentConfirmParams> {
  const type = await typeOf(stripe, method);
  if (!RESERVABLE_TYPES.has(type)) return {};
  if (type !== 'card') return { capture_method: 'manual' };
  return {
    capture_method: 'manual',
    payment_method_options: { card: { request_multicapture: 'if_available' } },
  };
}

async function typeOf({ confirmationTokens, paymentMethods }: Stripe, method: string): Promise<string> {
  if (!method.startsWith('ctoken_')) return (await paymentMethods.retrieve(method)).type;
  return (await confirmationTokens.retrieve(method)).payment_method_preview?.type ?? '';
}
