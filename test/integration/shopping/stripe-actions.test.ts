import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { newId } from '../../../services/shared/ids.ts';
import { authoriseAndCapture } from '../../../services/shopping/payment/payment.ts';
import { paymentKeyOf } from '../../../services/shopping/payment/payment-key.ts';
import { PUBLISHABLE_KEY, RETURN_URL, stripeDesk, TOTAL } from '../../support/stripe/stripe-desk.ts';

const { stripe, provider, redirecting, request, charge, find, cancel, newOrder } = await stripeDesk();
afterAll(() => stripe.stop());
afterEach(() => stripe.calm());

const SECURED = 'pm_card_threeDSecure2Required';
const SECURED_AND_DECLINED = 'pm_card_authenticationRequiredChargeDeclinedInsufficientFunds';
const captured = { outcome: 'captured', reference: expect.stringMatching(/^pi_/) };
const refusedBy3DSecure = { outcome: 'declined', reason: 'payment_intent_authentication_failure' };

/** An order whose charge waits for its customer. */
const waiting = async (method = SECURED) => {
  const key = newOrder();
  const outcome = await charge(key, method);
  if (outcome.outcome !== 'requires-action') throw new Error(`it is ${outcome.outcome}`);
  return { key, intentId: outcome.reference, action: outcome.action };
};

/** What a page with Stripe.js does that still has the client secret of an intent. */
const payInBrowser = async (intentId: string, method: string) => {
  const secret = stripe.intents.find(({ id }) => id === intentId)?.client_secret ?? '';
  const body = new URLSearchParams({ key: PUBLISHABLE_KEY, client_secret: secret, payment_method: method });
  const answer = await fetch(`${stripe.url}/v1/payment_intents/${intentId}/confirm`, { method: 'POST', body });
  return answer.status;
};

describe('a card with 3-D Secure', () => {
  test('asks the customer to act with Stripe.js, with the same action however often it is asked', async () => {
    const { key, intentId, action } = await waiting();
    const { client_secret: clientSecret } = stripe.intentOf(key);
    expect(action).toEqual({ type: 'stripe', clientSecret, publishableKey: PUBLISHABLE_KEY });
    const again = { outcome: 'requires-action', reference: intentId, action };
    expect(await charge(key, SECURED)).toEqual(again);
    expect(await find(key)).toEqual(again);
    expect(stripe.moneyOf(key)).toEqual({ charges: 0, kept: 0 });
  });

  test('asks the customer to go to a page of the bank, without a publishable key', async () => {
    const key = newOrder();
    const outcome = await authoriseAndCapture(redirecting, key, request(SECURED));
    expect(outcome).toMatchObject({ outcome: 'requires-action', action: { type: 'redirect' } });
    const { redirect_to_url: redirect } = stripe.intentOf(key).next_action ?? {};
    expect(outcome).toMatchObject({ action: { url: redirect?.url } });
    expect(redirect?.return_url).toBe(RETURN_URL);
  });

  test('challenge approved: the order is charged once', async () => {
    const { key, intentId } = await waiting();
    stripe.answerChallenge(intentId, 'approve');
    expect(await find(key)).toEqual(captured);
    expect(await charge(key, SECURED)).toEqual(captured);
    expect(stripe.moneyOf(key)).toEqual({ charges: 1, kept: 1000 });
  });

  test('challenge approved, and declined by the bank after that', async () => {
    const { key, intentId } = await waiting(SECURED_AND_DECLINED);
    stripe.answerChallenge(intentId, 'approve');
    expect(await find(key)).toEqual({ outcome: 'declined', reason: 'insufficient_funds' });
    expect(stripe.moneyOf(key).charges).toBe(0);
  });

  test('challenge declined: the decline is final, and has the same reason however often it is asked', async () => {
    const { key, intentId } = await waiting();
    stripe.answerChallenge(intentId, 'decline');
    for (let n = 0; n < 2; n += 1) expect(await find(key)).toEqual(refusedBy3DSecure);
    expect(await charge(key, 'pm_card_visa')).toEqual(refusedBy3DSecure);
    expect(stripe.intentOf(key).status).toBe('canceled');
  });

  test('challenge abandoned: the key can be cancelled, and the customer comes too late', async () => {
    const { key, intentId } = await waiting();
    for (let n = 0; n < 2; n += 1) expect(await cancel(key)).toEqual({ outcome: 'cancelled' });
    expect(() => stripe.answerChallenge(intentId, 'approve')).toThrow('does not wait');
    expect(await charge(key, SECURED)).toEqual({ outcome: 'declined', reason: 'cancelled' });
    expect(stripe.moneyOf(key).charges).toBe(0);
  });

  test('challenge approved while the key is cancelled: the money goes back', async () => {
    const { key, intentId } = await waiting();
    const { arrived, release } = stripe.hold(/cancel$/);
    const cancelling = cancel(key);
    await Promise.race([arrived, cancelling]);
    stripe.answerChallenge(intentId, 'approve');
    release();
    expect(await cancelling).toEqual({ outcome: 'cancelled' });
    expect(stripe.moneyOf(key)).toEqual({ charges: 1, kept: 0 });
  });
});

describe('a decline', () => {
  test.each([
    ['of a card', async () => [await charged('pm_card_chargeDeclined')]],
    ['of a challenge', async () => [await challengeDeclined()]],
    ['of a method that Stripe does not know', async () => [await charged('pm_nonsense')]],
  ])('%s: a browser that has the client secret cannot pay under that key any more', async (_of, make) => {
    const [key = ''] = await make();
    expect(await find(key)).toMatchObject({ outcome: 'declined' });
    expect(await payInBrowser(stripe.intentOf(key).id, 'pm_card_visa')).toBe(400);
    expect(stripe.moneyOf(key).charges).toBe(0);
  });

  const charged = async (method: string) => {
    const key = newOrder();
    expect(await charge(key, method)).toMatchObject({ outcome: 'declined' });
    return key;
  };
  const challengeDeclined = async () => {
    const { key, intentId } = await waiting();
    stripe.answerChallenge(intentId, 'decline');
    return key;
  };

  test('that a browser undoes before the shop hears of it: the order is paid by that', async () => {
    const { key, intentId } = await waiting();
    stripe.answerChallenge(intentId, 'decline');
    expect(await payInBrowser(intentId, 'pm_card_visa')).toBe(200);
    expect(await find(key)).toEqual(captured);
    expect(stripe.moneyOf(key)).toEqual({ charges: 1, kept: 1000 });
  });

  test('that a browser undoes while the shop makes it final: the order is paid by that', async () => {
    const { key, intentId } = await waiting();
    stripe.answerChallenge(intentId, 'decline');
    const { arrived, release } = stripe.hold(/cancel$/);
    const finding = find(key);
    await Promise.race([arrived, finding]);
    expect(await payInBrowser(intentId, 'pm_card_visa')).toBe(200);
    release();
    expect(await finding).toEqual(captured);
    expect(stripe.moneyOf(key)).toEqual({ charges: 1, kept: 1000 });
  });

  test('is not made final while Stripe is away: that is an outage, and the decline is found later', async () => {
    const key = newOrder();
    stripe.befall('failure', /cancel$/, Number.POSITIVE_INFINITY);
    await expect(charge(key, 'pm_card_chargeDeclined')).rejects.toMatchObject({ type: 'unavailable' });
    stripe.calm();
    expect(await find(key)).toEqual({ outcome: 'declined', reason: 'insufficient_funds' });
  });
});

describe('a redirect method', () => {
  const answer = (url: string, what: 'approve' | 'decline') => fetch(`${url}?answer=${what}`, { redirect: 'manual' });
  const redirected = async (method: string) => {
    const { key, action } = await waiting(method);
    if (action.type !== 'redirect') throw new Error(`it is ${action.type}`);
    return { key, url: action.url };
  };

  test('approved: the customer comes back to the shop, and the order is charged', async () => {
    const { key, url } = await redirected('pm_ideal');
    expect(await (await fetch(url)).text()).toContain('Approve');
    const { status, headers } = await answer(url, 'approve');
    const back = new URL(headers.get('location') ?? '');
    expect([status, back.origin + back.pathname]).toEqual([303, RETURN_URL]);
    expect(back.searchParams.get('redirect_status')).toBe('succeeded');
    expect(await find(key)).toEqual(captured);
  });

  test('declined: the customer comes back, and the decline is final', async () => {
    const { key, url } = await redirected('pm_ideal');
    const { headers } = await answer(url, 'decline');
    expect(headers.get('location')).toContain('redirect_status=failed');
    expect(await find(key)).toEqual({ outcome: 'declined', reason: 'payment_method_customer_decline' });
  });

  test('abandoned: the key is cancelled, and the page of the bank has nothing to approve', async () => {
    const { key, url } = await redirected('pm_paypal');
    expect(await cancel(key)).toEqual({ outcome: 'cancelled' });
    expect((await answer(url, 'approve')).status).toBe(410);
    expect(stripe.moneyOf(key).charges).toBe(0);
  });

  test.each([
    ['and paid', 'succeeded', captured],
    ['and fails', 'failed', { outcome: 'declined', reason: 'payment_intent_payment_attempt_failed' }],
  ] as const)('approved, then pending for days, %s', async (_end, result, outcome) => {
    const { key, url } = await redirected('pm_sofort');
    await answer(url, 'approve');
    expect(await find(key)).toEqual({ outcome: 'pending' });
    stripe.settle(stripe.intentOf(key).id, result);
    expect(await find(key)).toEqual(outcome);
    expect(stripe.intentOf(key).status).toBe(result === 'succeeded' ? 'succeeded' : 'canceled');
  });
});

describe('an asynchronous method', () => {
  test.each([
    ['pending, then paid', 'succeeded', captured],
    ['pending, then declined', 'failed', { outcome: 'declined', reason: 'payment_intent_payment_attempt_failed' }],
  ] as const)('%s', async (_name, result, outcome) => {
    const key = newOrder();
    expect(await charge(key, 'pm_sepaDebit')).toEqual({ outcome: 'pending' });
    await expect(cancel(key)).rejects.toMatchObject({ type: 'unavailable' });
    stripe.settle(stripe.intentOf(key).id, result);
    expect(await charge(key, 'pm_sepaDebit')).toEqual(outcome);
  });
});

describe('a confirmation token of Stripe.js', () => {
  test('of a wallet is charged, once, however often it is sent', async () => {
    const [key, token] = [newOrder(), stripe.confirmationToken('pm_applePay')];
    for (let n = 0; n < 2; n += 1) expect(await charge(key, token)).toEqual(captured);
    expect(stripe.moneyOf(key)).toEqual({ charges: 1, kept: 1000 });
  });

  test('of a wallet with 3-D Secure asks the customer to act', async () => {
    const { key, intentId } = await waiting(stripe.confirmationToken('pm_googlePay'));
    stripe.answerChallenge(intentId, 'approve');
    expect(await find(key)).toEqual(captured);
  });

  test('whose answer was lost is charged once', async () => {
    const [key, token] = [newOrder(), stripe.confirmationToken('pm_card_visa')];
    stripe.befall('lost', /confirm$/, 3);
    expect(await charge(key, token)).toEqual(captured);
    expect(stripe.moneyOf(key)).toEqual({ charges: 1, kept: 1000 });
  });

  test('that was used for another order is declined', async () => {
    const [key, token] = [newOrder(), stripe.confirmationToken('pm_card_visa')];
    await charge(newOrder(), token);
    expect(await charge(key, token)).toEqual({ outcome: 'declined', reason: 'invalid_request' });
    expect(stripe.intentOf(key).status).toBe('canceled');
  });

  test('that several workers send at the same time is charged once, and declined by none', async () => {
    const [key, token] = [newOrder(), stripe.confirmationToken('pm_card_visa')];
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => charge(key, token)));
    const known = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(known.length).toBeGreaterThan(0);
    for (const one of known) expect(one).toEqual(captured);
    expect(stripe.moneyOf(key)).toEqual({ charges: 1, kept: 1000 });
  });
});

describe('a confirmation token of Stripe.js that two workers send', () => {
  test('and that Stripe refuses to one worker is left to the customer, whose challenge the other one has begun', async () => {
    const [key, token] = [newOrder(), stripe.confirmationToken('pm_googlePay')];
    const { arrived, release } = stripe.hold(/confirm$/, 2);
    stripe.refuse(/confirm$/, { status: 400, type: 'invalid_request_error', message: 'This token was used.' });
    const charging = [charge(key, token), charge(key, token)];
    await Promise.race([arrived, Promise.all(charging)]);
    release();
    for (const one of await Promise.all(charging)) expect(one).toMatchObject({ outcome: 'requires-action' });
    stripe.answerChallenge(stripe.intentOf(key).id, 'approve');
    expect(await find(key)).toEqual(captured);
  });
});

describe('several tries of an order', () => {
  test('have a payment each: the second one succeeds after the first one was declined', async () => {
    const order = newOrder();
    const second = paymentKeyOf(order, 2);
    expect(await charge(order, 'pm_card_chargeDeclined')).toMatchObject({ outcome: 'declined' });
    expect(await charge(second, 'pm_card_visa')).toEqual(captured);
    expect(await find(order)).toMatchObject({ outcome: 'declined' });
    expect(stripe.intents.filter(({ metadata }) => metadata.orderId === order)).toHaveLength(2);
    expect(stripe.moneyOf(order)).toEqual({ charges: 1, kept: 1000 });
    expect(await cancel(order)).toEqual({ outcome: 'cancelled' });
    expect(stripe.moneyOf(order)).toEqual({ charges: 1, kept: 1000 });
    expect(await cancel(second)).toEqual({ outcome: 'cancelled' });
    expect(stripe.moneyOf(order)).toEqual({ charges: 1, kept: 0 });
  });

  test('are told apart once Stripe has forgotten the keys', async () => {
    const order = newId('ord', new Date(Date.now() - 30 * 3_600_000));
    const [second, third] = [paymentKeyOf(order, 2), paymentKeyOf(order, 3)];
    await charge(order, 'pm_card_chargeDeclined');
    const { key, intentId } = { key: second, intentId: await idOf(charge(second, SECURED)) };
    stripe.answerChallenge(intentId, 'decline');
    await charge(third, 'pm_card_visa');
    stripe.forgetKeys();
    expect(await find(order)).toEqual({ outcome: 'declined', reason: 'insufficient_funds' });
    expect(await find(key)).toEqual(refusedBy3DSecure);
    expect(await find(third)).toEqual(captured);
    expect(stripe.intents.filter(({ metadata }) => metadata.orderId === order)).toHaveLength(3);
  });

  const idOf = async (charging: ReturnType<typeof charge>) => {
    const outcome = await charging;
    return 'reference' in outcome ? outcome.reference : '';
  };

  test('give webhooks that name the order', () => {
    const order = newOrder();
    const object = { object: 'payment_intent', metadata: { orderId: order, key: paymentKeyOf(order, 2) } };
    const body = JSON.stringify({ id: 'evt_1', type: 'payment_intent.succeeded', data: { object } });
    const signature = Stripe.webhooks.generateTestHeaderString({ payload: body, secret: 'whsec_1' });
    expect(provider.verify(body, signature)).toMatchObject({ about: 'payment', orderId: order });
  });
});

describe('an idempotency key', () => {
  test('that is in use by another worker is waited for: the order has one payment', async () => {
    const key = newOrder();
    const { arrived, release } = stripe.hold(/payment_intents$/);
    const first = charge(key, 'pm_card_visa');
    await Promise.race([arrived, first]);
    // Stripe refuses it as long as the first request is under way, which is an outage at last.
    await expect(charge(key, 'pm_card_visa')).rejects.toMatchObject({ type: 'unavailable' });
    release();
    expect(await first).toEqual(captured);
    expect(await charge(key, 'pm_card_visa')).toEqual(captured);
    expect(stripe.moneyOf(key)).toEqual({ charges: 1, kept: 1000 });
  });

  test('that a former version of the shop used with other parameters is the same payment', async () => {
    const key = newOrder();
    const params = new URLSearchParams({ amount: '1000', currency: 'eur', 'metadata[orderId]': key });
    const headers = { authorization: 'Bearer sk_test_of_this_test', 'idempotency-key': key };
    await fetch(`${stripe.url}/v1/payment_intents`, { method: 'POST', headers, body: params });
    expect(await charge(key, 'pm_card_visa')).toEqual(captured);
    expect(stripe.intents.filter(({ metadata }) => metadata.orderId === key)).toHaveLength(1);
  });

  test('with another amount is refused, also by search', async () => {
    const key = newOrder();
    await charge(key, 'pm_card_visa');
    await expect(provider.find(key, { ...TOTAL, amount: 999 })).rejects.toThrow('before');
  });
});
