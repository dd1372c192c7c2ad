import { describe, expect, test } from '@jest/globals';
import type Stripe from 'stripe';
import { intentOutcome } from '../../../services/shopping/payment/providers/stripe/stripe-outcome.ts';

const KEY = 'pk_test_1';
const INTENT = {
  ...{ id: 'pi_1', client_secret: 'pi_1_secret_1', latest_charge: null, last_payment_error: null },
  ...{ cancellation_reason: null, next_action: null },
};
const outcomeOf = (
  fields: Partial<Stripe.PaymentIntent> & { status: string },
  publishableKey: string | undefined = KEY,
) => intentOutcome({ ...INTENT, ...fields }, publishableKey);
const failure = (fields: { code?: string; decline_code?: string }) => ({ type: 'card_error' as const, ...fields });

describe('a payment at Stripe', () => {
  test.each([
    [{ status: 'succeeded' }, { outcome: 'captured', reference: 'pi_1' }],
    [{ status: 'requires_capture' }, { outcome: 'authorised', reference: 'pi_1' }],
    [{ status: 'processing' }, { outcome: 'pending' }],
    [{ status: 'requires_payment_method' }, { outcome: 'unknown' }],
    [{ status: 'requires_confirmation' }, { outcome: 'unknown' }],
    // Statuses that Stripe may add.
    [{ status: 'of_tomorrow' }, { outcome: 'pending' }],
    [
      { status: 'requires_payment_method', last_payment_error: failure({ code: 'card_declined' }) },
      { outcome: 'declined', reason: 'card_declined' },
    ],
    [
      { status: 'requires_payment_method', last_payment_error: failure({ decline_code: 'lost_card', code: 'x' }) },
      { outcome: 'declined', reason: 'lost_card' },
    ],
    [{ status: 'canceled' }, { outcome: 'declined', reason: 'cancelled' }],
    [
      { status: 'canceled', cancellation_reason: 'requested_by_customer' },
      { outcome: 'declined', reason: 'cancelled' },
    ],
    [
      { status: 'canceled', cancellation_reason: 'automatic' },
      { outcome: 'declined', reason: 'expired' },
    ],
    [
      { status: 'canceled', cancellation_reason: 'expired' },
      { outcome: 'declined', reason: 'expired' },
    ],
    // It keeps the reason for which the shop has cancelled it.
    [
      { status: 'canceled', last_payment_error: failure({ code: 'card_declined' }) },
      { outcome: 'declined', reason: 'card_declined' },
    ],
  ])('with %j is %j', (fields, outcome) => {
    expect(outcomeOf(fields)).toEqual(outcome);
  });

  const acting = (next: Stripe.PaymentIntent.NextAction, publishableKey?: string | undefined) =>
    intentOutcome({ ...INTENT, status: 'requires_action', next_action: next }, publishableKey);
  const redirect = (url: string) => ({
    outcome: 'requires-action',
    reference: 'pi_1',
    action: { type: 'redirect', url },
  });
  const handledByStripeJs = {
    ...{ outcome: 'requires-action', reference: 'pi_1' },
    action: { type: 'stripe', clientSecret: 'pi_1_secret_1', publishableKey: KEY },
  };

  test.each([
    [{ type: 'redirect_to_url', redirect_to_url: { url: 'https://bank.example', return_url: null } }],
    [
      {
        type: 'alipay_handle_redirect',
        alipay_handle_redirect: { url: 'https://bank.example', native_data: null, native_url: null, return_url: null },
      },
    ],
  ])('that waits for a redirect is one, with Stripe.js and without: %j', (next) => {
    expect(acting(next, KEY)).toEqual(redirect('https://bank.example'));
    expect(acting(next)).toEqual(redirect('https://bank.example'));
  });

  test('that waits for 3-D Secure on the page is handled by Stripe.js, and by nobody without a publishable key', () => {
    const next = { type: 'use_stripe_sdk', use_stripe_sdk: { hosted_url: 'https://not.for.customers' } };
    expect(acting(next, KEY)).toEqual(handledByStripeJs);
    expect(acting(next)).toEqual({ outcome: 'pending' });
  });

  test('that waits for a voucher is shown by Stripe.js, or on the page of Stripe', () => {
    const voucher = { hosted_voucher_url: 'https://stripe.example/voucher', number: '1', expires_at: 1, pdf: null };
    const next = { type: 'boleto_display_details', boleto_display_details: voucher };
    expect(acting(next, KEY)).toEqual(handledByStripeJs);
    expect(acting(next)).toEqual(redirect('https://stripe.example/voucher'));
  });

  test('that waits for its customer, and does not say for what, is pending', () => {
    expect(outcomeOf({ status: 'requires_action' })).toEqual({ outcome: 'pending' });
    expect(acting({ type: 'of_tomorrow' })).toEqual({ outcome: 'pending' });
  });
});
