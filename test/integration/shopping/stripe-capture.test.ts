import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { newId } from '../../../services/shared/ids.ts';
import type { ChargeRequest } from '../../../services/shopping/payment/payment-provider.ts';
import { stripeDesk, TOTAL } from '../../support/stripe/stripe-desk.ts';

const { stripe, provider, request, cancel, newOrder } = await stripeDesk();
const { deferredCapture: deferred } = provider;
if (!deferred) throw new Error('Stripe can capture later');
afterAll(() => stripe.stop());
afterEach(() => {
  stripe.calm();
  stripe.allowMulticapture(false);
});

const euros = (amount: number) => ({ ...TOTAL, amount });
const authorise = async (key: string, method = 'pm_card_visa', more: Partial<ChargeRequest> = {}) =>
  provider.authorise(key, request(method, { capture: 'later', ...more }));
const authorised = async (method?: string) => {
  const key = newOrder();
  expect(await authorise(key, method)).toMatchObject({ outcome: 'authorised' });
  return key;
};
const newCapture = () => newId('ord').replace('ord', 'cap');
const capture = (of: string, amount: number, isLast = false, key = newCapture()) =>
  deferred.capture({ key, of, authorised: TOTAL, amount: euros(amount), isLast });
const state = (key: string) => deferred.find(key, TOTAL);
const done = { outcome: 'captured' };
const refused = (reason: string) => ({ outcome: 'refused', reason });

describe('an authorisation', () => {
  test('takes no money, and says until when it can be captured', async () => {
    const key = await authorised();
    expect(stripe.moneyOf(key).kept).toBe(0);
    const found = await state(key);
    expect(found).toMatchObject({
      ...{ reference: stripe.intentOf(key).id, state: 'open', authorised: 1000, captured: 0, capturable: 1000 },
      allowsSeveralCaptures: false,
    });
    expect(+(found?.captureBefore ?? 0)).toBeGreaterThan(Date.now());
  });

  test('after a challenge, too', async () => {
    const key = newOrder();
    expect(await authorise(key, 'pm_card_threeDSecure2Required')).toMatchObject({ outcome: 'requires-action' });
    expect(await state(key)).toBeNull();
    stripe.answerChallenge(stripe.intentOf(key).id, 'approve');
    expect(await authorise(key)).toMatchObject({ outcome: 'authorised' });
  });

  test('of a confirmation token, too', async () => {
    expect(await authorise(newOrder(), stripe.confirmationToken('pm_applePay'))).toMatchObject({
      outcome: 'authorised',
    });
  });

  test.each([
    ['pm_ideal', 'succeeded'],
    ['pm_paypal', 'requires_capture'],
  ])('of %s, which customers approve elsewhere, is %s after that', async (method, status) => {
    const key = newOrder();
    expect(await authorise(key, method)).toMatchObject({ outcome: 'requires-action' });
    stripe.answerChallenge(stripe.intentOf(key).id, 'approve');
    expect(stripe.intentOf(key).status).toBe(status);
  });

  test('declined, or by a method that Stripe does not know, is a final decline', async () => {
    for (const method of ['pm_card_chargeDeclined', 'pm_nonsense', 'ctoken_nonsense']) {
      const key = newOrder();
      expect(await authorise(key, method)).toMatchObject({ outcome: 'declined' });
      expect(stripe.intentOf(key).status).toBe('canceled');
      expect(await authorise(key, 'pm_card_visa')).toMatchObject({ outcome: 'declined' });
    }
  });

  test('that is voided gives the money free, also twice', async () => {
    const key = await authorised();
    for (let n = 0; n < 2; n += 1) {
      expect(await deferred.release(key, TOTAL)).toMatchObject({ state: 'released', captured: 0, capturable: 0 });
    }
    expect(await capture(key, 1000)).toEqual(refused('cancelled'));
    expect(await provider.find(key, TOTAL)).toEqual({ outcome: 'declined', reason: 'cancelled' });
  });

  test('of a rejected order is not left behind', async () => {
    const key = await authorised();
    expect(await cancel(key)).toEqual({ outcome: 'cancelled' });
    expect(await state(key)).toMatchObject({ state: 'released' });
  });

  test('that runs out is told apart from one that was voided', async () => {
    const key = await authorised();
    stripe.expireAuthorisation(stripe.intentOf(key).id);
    expect(await state(key)).toMatchObject({ state: 'expired', captured: 0, capturable: 0 });
    expect(await capture(key, 1000)).toEqual(refused('expired'));
    expect(await provider.find(key, TOTAL)).toEqual({ outcome: 'declined', reason: 'expired' });
    expect(stripe.moneyOf(key).kept).toBe(0);
  });

  test('that Stripe refuses to capture at once is voided: nothing stays reserved', async () => {
    const key = await authorised();
    const code = 'capture_charge_authorization_expired';
    stripe.refuse(/capture$/, { status: 400, type: 'invalid_request_error', code });
    expect(await provider.capture(key, TOTAL)).toEqual({ outcome: 'declined', reason: code });
    expect(stripe.intentOf(key).status).toBe('canceled');
  });
});

describe('a capture', () => {
  test('of all of it, once for its key, also when Stripe has forgotten the key', async () => {
    const [key, captureKey] = [newId('ord', new Date(Date.now() - 30 * 3_600_000)), newCapture()];
    await authorise(key);
    expect(await capture(key, 1000, true, captureKey)).toEqual(done);
    stripe.forgetKeys();
    expect(await capture(key, 1000, true, captureKey)).toEqual(done);
    expect(await provider.find(key, TOTAL)).toMatchObject({ outcome: 'captured' });
    expect(stripe.moneyOf(key)).toEqual({ charges: 1, kept: 1000 });
  });

  test('of a part ends an authorisation that is captured only once, and releases the rest', async () => {
    const key = await authorised();
    expect(await capture(key, 300)).toEqual(refused('captured_only_once'));
    expect(stripe.moneyOf(key).kept).toBe(0);
    expect(await capture(key, 300, true)).toEqual(done);
    expect(await state(key)).toMatchObject({ state: 'captured', captured: 300, capturable: 0 });
    expect(await capture(key, 100)).toEqual(refused('already_captured'));
    expect(stripe.moneyOf(key).kept).toBe(300);
  });

  test('with each shipment, where the account allows it', async () => {
    stripe.allowMulticapture(true);
    const key = await authorised();
    expect(await state(key)).toMatchObject({ allowsSeveralCaptures: true });
    for (const amount of [300, 200]) expect(await capture(key, amount)).toEqual(done);
    expect(await state(key)).toMatchObject({ state: 'open', captured: 500, capturable: 500 });
    expect(await capture(key, 501)).toEqual(refused('more_than_authorised'));
    expect(await capture(key, 500)).toEqual(done);
    expect(await state(key)).toMatchObject({ state: 'captured', captured: 1000, capturable: 0 });
  });

  test('is made once for its key, however often and by however many it is sent', async () => {
    stripe.allowMulticapture(true);
    const [key, captureKey] = [await authorised(), newCapture()];
    await Promise.allSettled(Array.from({ length: 5 }, () => capture(key, 300, false, captureKey)));
    stripe.befall('lost', /capture$/, 3);
    expect(await capture(key, 300, false, captureKey)).toEqual(done);
    expect(stripe.moneyOf(key).kept).toBe(300);
  });

  test('whose answer was lost is found by its key, after a day, too', async () => {
    stripe.allowMulticapture(true);
    const key = newId('ord', new Date(Date.now() - 30 * 3_600_000));
    await authorise(key);
    const captureKey = newCapture();
    stripe.befall('lost', /capture$/, 3);
    await expect(capture(key, 300, false, captureKey)).rejects.toMatchObject({ type: 'unavailable' });
    stripe.calm();
    stripe.forgetKeys();
    expect(await capture(key, 300, false, captureKey)).toEqual(done);
    expect(stripe.moneyOf(key).kept).toBe(300);
  });

  test('after which the rest is voided keeps what was captured', async () => {
    stripe.allowMulticapture(true);
    const key = await authorised();
    await capture(key, 300);
    for (let n = 0; n < 2; n += 1) {
      expect(await deferred.release(key, TOTAL)).toMatchObject({ state: 'captured', captured: 300, capturable: 0 });
    }
    expect(stripe.moneyOf(key).kept).toBe(300);
  });

  test('of a part, and then cancelled: the part goes back, and the rest is free', async () => {
    stripe.allowMulticapture(true);
    const key = await authorised();
    await capture(key, 300);
    expect(await cancel(key)).toEqual({ outcome: 'cancelled' });
    expect(stripe.moneyOf(key).kept).toBe(0);
    expect(stripe.intentOf(key).status).toBe('succeeded');
  });

  test('of what is not authorised yet is refused', async () => {
    const key = newOrder();
    await authorise(key, 'pm_card_threeDSecure2Required');
    expect(await capture(key, 1000)).toEqual(refused('not_authorised'));
    expect(await state(newOrder())).toBeNull();
  });

  test('while Stripe is away is an outage, and is made later', async () => {
    const key = await authorised();
    stripe.befall('failure', /capture$/, 3);
    await expect(capture(key, 1000, true)).rejects.toMatchObject({ type: 'unavailable' });
    stripe.calm();
    expect(await capture(key, 1000, true)).toEqual(done);
  });
});
