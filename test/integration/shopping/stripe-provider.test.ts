import { afterAll, afterEach, describe, expect, jest, test } from '@jest/globals';
import type { Rpc } from '../../../lib/contract/contract.ts';
import { loadConfig } from '../../../lib/process/config.ts';
import { newId } from '../../../services/shared/ids.ts';
import { authoriseAndCapture } from '../../../services/shopping/payment/payment.ts';
import { connectProviders, selectedProvider } from '../../../services/shopping/payment/providers/registry.ts';
import { stripeProvider } from '../../../services/shopping/payment/providers/stripe/stripe-provider.ts';
import { StripeStandIn } from '../../support/stripe-stand-in.ts';

/** The provider of a shop with these settings, behind its circuit breaker. */
const connectProvider = (config: Parameters<typeof connectProviders>[0]) => {
  const providers = connectProviders(config);
  return (rpc: Rpc) => providers.connect('stripe', rpc);
};

const SECRET_KEY = 'sk_test_of_this_test';
const TOTAL = { amount: 1000, currency: 'EUR' };
const euros = (amount: number) => ({ amount, currency: 'EUR' });

const stripe = await new StripeStandIn(SECRET_KEY).start();
const providerWith = (secretKey: string) =>
  stripeProvider({ secretKey, webhookSecret: 'whsec_unused', apiUrl: stripe.url });
const provider = providerWith(SECRET_KEY);
const configWith = (secretKey: string, env: NodeJS.ProcessEnv = {}) =>
  loadConfig({
    ...{ NODE_ENV: 'test', TOKEN_SECRET: 'of this test, and of nothing else', STRIPE_SECRET_KEY: secretKey },
    ...{ STRIPE_WEBHOOK_SECRET: 'whsec_1', STRIPE_API_URL: stripe.url, ...env },
  });
afterAll(() => stripe.stop());

const RETURN_URL = 'https://shop.example/orders/1';

const charge = (orderId: string, method = 'pm_card_visa', amount = TOTAL) =>
  authoriseAndCapture(provider, orderId, { amount, method, returnUrl: RETURN_URL });
const cancel = (orderId: string) => provider.cancel(orderId, TOTAL);
const charged = async (orderId: string) => {
  const result = await charge(orderId);
  if (result.outcome !== 'captured') throw new Error(`it is ${result.outcome}`);
  return result.reference;
};
const refund = (of: string, key: string, amount: number, reference: string) =>
  provider.refund({ key, of, reference, amount: euros(amount), captured: TOTAL });
const statement = (key: string, reference: string) => provider.statement({ key, reference, currency: 'EUR' });
const confirms = () => stripe.log.filter((line) => line.endsWith('/confirm')).length;

describe('Stripe', () => {
  test('charges a key once, also when it has forgotten the key', async () => {
    const id = newId('ord', new Date(Date.now() - 30 * 3_600_000));
    const reference = await charged(id);
    stripe.forgetKeys();
    const before = confirms();
    expect(await charge(id)).toMatchObject({ outcome: 'captured', reference });
    expect(confirms()).toBe(before);
    await expect(charge(id, 'pm_card_visa', euros(999))).rejects.toThrow('before');
    expect(stripe.moneyOf(id)).toEqual({ charges: 1, kept: 1000 });
  });

  test('charges a key once, however many do it at the same time', async () => {
    const id = newId('ord');
    await Promise.all(Array.from({ length: 10 }, () => charge(id).catch(() => undefined)));
    expect(await charge(id)).toMatchObject({ outcome: 'captured' });
    expect(stripe.moneyOf(id)).toEqual({ charges: 1, kept: 1000 });
  });

  test.each([
    ['EUR', 1],
    ['HUF', 1],
    ['JPY', 1],
    // Stripe counts these in hundredths, unlike ISO 4217.
    ['ISK', 100],
    ['UGX', 100],
  ])('counts %s in its own units, of which a minor unit is %d, and refunds as it charges', async (currency, factor) => {
    const [id, part] = [newId('ord'), newId('rfd')];
    const money = (amount: number) => ({ amount, currency });
    const total = money(1234);
    const paid = await charge(id, 'pm_card_visa', total);
    if (paid.outcome !== 'captured') throw new Error(`it is ${paid.outcome}`);
    const intent = stripe.intents.find((one) => one.id === paid.reference);
    expect(intent).toMatchObject({ amount: 1234 * factor, currency: currency.toLowerCase() });
    expect(await provider.find(id, total)).toMatchObject({ outcome: 'captured' });
    const back = (amount: number, key: string) =>
      provider.refund({ key, of: id, reference: paid.reference, amount: money(amount), captured: total });
    await back(34, part);
    await back(34, part);
    expect(stripe.moneyOf(id).kept).toBe(1200 * factor);
    expect(await back(1201, newId('rfd'))).toEqual({ outcome: 'refused', reason: 'more_than_left' });
    await back(1200, newId('rfd'));
    expect(stripe.moneyOf(id).kept).toBe(0);
  });

  test('refuses a key with another currency', async () => {
    const id = newId('ord');
    await charged(id);
    await expect(charge(id, 'pm_card_visa', { ...TOTAL, currency: 'USD' })).rejects.toThrow('Stripe');
  });

  test('keeps a shop from starting that sells in what it cannot charge every amount of', () => {
    const start = (...currencies: string[]) => connectProvider({ ...configWith('sk_1'), currencies });
    expect(() => start('EUR', 'KWD', 'MGA')).toThrow('Stripe cannot charge every amount of KWD, MGA');
    expect(() => start('EUR', 'JPY', 'ISK')).not.toThrow();
    expect(() => connectProvider(configWith('', { PAYMENT_PROVIDER: 'sandbox', CURRENCY: 'KWD' }))).not.toThrow();
  });

  test('does not charge a key again that it declined', async () => {
    const id = newId('ord');
    const declined = { outcome: 'declined', reason: 'insufficient_funds' };
    expect(await charge(id, 'pm_card_chargeDeclined')).toEqual(declined);
    expect(await charge(id, 'pm_card_visa')).toEqual(declined);
    expect(stripe.moneyOf(id).charges).toBe(0);
  });

  test('refuses a key with another amount', async () => {
    const id = newId('ord');
    await charged(id);
    await expect(charge(id, 'pm_card_visa', euros(999))).rejects.toThrow('Stripe');
    expect(stripe.moneyOf(id)).toEqual({ charges: 1, kept: 1000 });
  });

  test('captures what it only authorised', async () => {
    const id = newId('ord');
    expect(await charge(id, 'pm_manual')).toMatchObject({ outcome: 'captured' });
    expect(stripe.moneyOf(id)).toEqual({ charges: 1, kept: 1000 });
  });

  test('refunds once for one id, also when it has forgotten the key, and never above what was captured', async () => {
    const [id, first] = [newId('ord'), newId('rfd')];
    const reference = await charged(id);
    stripe.befall('lost', /refunds$/, 3);
    await refund(id, first, 300, reference).catch(() => undefined);
    await refund(id, first, 300, reference);
    stripe.forgetKeys();
    await refund(id, first, 300, reference);
    expect(stripe.moneyOf(id).kept).toBe(700);
    const tooHigh = { outcome: 'refused', reason: 'more_than_left' };
    expect(await refund(id, newId('rfd'), 701, reference)).toEqual(tooHigh);
    await refund(id, newId('rfd'), 700, reference);
    expect(stripe.moneyOf(id).kept).toBe(0);
  });

  test('says so when a refund fails at the bank', async () => {
    const [id, refundId] = [newId('ord'), newId('rfd')];
    const reference = await charged(id);
    await refund(id, refundId, 300, reference);
    Object.assign(stripe.refunds.at(-1) ?? {}, { status: 'failed', failure_reason: 'lost_or_stolen_card' });
    const failed = { outcome: 'refused', reason: 'lost_or_stolen_card' };
    expect(await refund(id, refundId, 300, reference)).toEqual(failed);
    const [stated] = (await statement(id, reference))?.refunds ?? [];
    expect(stated).toMatchObject({ key: refundId, amount: 300, state: 'failed', reason: 'lost_or_stolen_card' });
  });

  describe('that refuses for good', () => {
    test.each([
      [euros(49), 'amount_too_small'],
      [euros(100_000_000), 'amount_too_large'],
      [{ amount: 1000, currency: 'XXX' }, 'invalid_currency'],
    ])('a charge of %j: it is declined, and to cancel it is nothing to do', async (amount, reason) => {
      const id = newId('ord');
      const declined = { outcome: 'declined', reason };
      expect(await charge(id, 'pm_card_visa', amount)).toEqual(declined);
      expect(await provider.find(id, amount)).toEqual(declined);
      expect(await provider.cancel(id, amount)).toEqual({ outcome: 'cancelled' });
      expect(stripe.intents.some(({ metadata }) => metadata.orderId === id)).toBe(false);
    });

    test.each([
      [400, { code: 'payment_method_unactivated' }, 'payment_method_unactivated'],
      [400, { message: 'Never heard of' }, 'invalid_request'],
      [404, { code: 'resource_missing' }, 'resource_missing'],
    ])('with %d %j: it is declined', async (status, error, reason) => {
      stripe.refuse(/confirm$/, { status, type: 'invalid_request_error', ...error });
      expect(await charge(newId('ord'))).toEqual({ outcome: 'declined', reason });
    });

    test.each([
      [401, { type: 'invalid_request_error' }],
      [403, { type: 'invalid_request_error' }],
      [429, { type: 'rate_limit_error' }],
      [429, { type: 'invalid_request_error', code: 'lock_timeout' }],
      [400, { type: 'invalid_request_error', code: 'api_key_expired' }],
      [503, { type: 'api_error' }],
    ])('but not with %d %j, which is an outage: it is charged once that is over', async (status, error) => {
      const id = newId('ord');
      stripe.refuse(/payment_intents$/, { status, ...error }, 20);
      await expect(charge(id)).rejects.toMatchObject({ type: 'unavailable' });
      stripe.calm();
      expect(await charge(id)).toMatchObject({ outcome: 'captured' });
    });

    test('to capture what was authorised: it is declined, and can be cancelled', async () => {
      const id = newId('ord');
      stripe.refuse(/capture$/, {
        status: 400,
        type: 'invalid_request_error',
        code: 'capture_charge_authorization_expired',
      });
      expect(await charge(id, 'pm_manual')).toEqual({
        outcome: 'declined',
        reason: 'capture_charge_authorization_expired',
      });
      expect(await cancel(id)).toEqual({ outcome: 'cancelled' });
    });

    test.each(['charge_disputed', 'charge_already_refunded', 'refund_disputed_payment', 'anything_else'])(
      'a refund, and a cancellation of what was captured, as %s: it is said, and not thrown',
      async (code) => {
        const id = newId('ord');
        const reference = await charged(id);
        const refusal = { status: 400, type: 'invalid_request_error', code };
        stripe.refuse(/refunds$/, refusal, 2, 'POST');
        expect(await refund(id, newId('rfd'), 300, reference)).toEqual({ outcome: 'refused', reason: code });
        expect(await cancel(id)).toEqual({ outcome: 'refused', reason: code, reference });
        expect(stripe.moneyOf(id).kept).toBe(1000);
      },
    );

    test('a refund of a payment that it does not have', async () => {
      const made = await refund(newId('ord'), newId('rfd'), 300, 'pi_of_another_account');
      expect(made).toEqual({ outcome: 'refused', reason: 'resource_missing' });
      expect(await statement(newId('ord'), 'pi_of_another_account')).toEqual({ refunds: [], disputes: [] });
    });

    test('a refund of what was given back on its own pages', async () => {
      const id = newId('ord');
      const reference = await charged(id);
      stripe.refundElsewhere(reference, 800);
      expect(await statement(id, reference)).toMatchObject({ refunds: [{ key: null, amount: 800, state: 'made' }] });
      const tooHigh = { outcome: 'refused', reason: 'more_than_left' };
      expect(await refund(id, newId('rfd'), 300, reference)).toEqual(tooHigh);
      expect(await refund(id, newId('rfd'), 200, reference)).toEqual({ outcome: 'refunded' });
    });

    test('a refund of what is disputed', async () => {
      const id = newId('ord');
      const reference = await charged(id);
      stripe.dispute(reference);
      const disputed = { outcome: 'refused', reason: 'charge_disputed' };
      expect(await refund(id, newId('rfd'), 300, reference)).toEqual(disputed);
      expect(await statement(id, reference)).toMatchObject({ disputes: [{ amount: 1000, state: 'open' }] });
      stripe.closeDispute(reference, 'lost');
      expect(await statement(id, reference)).toMatchObject({ disputes: [{ amount: 1000, state: 'lost' }] });
    });
  });

  test('tells what it charges at least and at most, in minor units', () => {
    const { limits } = selectedProvider(configWith('sk_1'));
    expect(limits('EUR')).toEqual({ least: 50, largest: 99_999_999 });
    expect(limits('JPY')).toEqual({ least: 50, largest: 99_999_999 });
    expect(limits('ISK')).toEqual({ least: 1, largest: 999_999 });
    expect(limits('XAF')).toEqual({ least: 1, largest: 99_999_999 });
  });

  test('cancels before the charge, which makes a later charge fail', async () => {
    const id = newId('ord');
    await cancel(id);
    await cancel(id);
    expect(await charge(id)).toEqual({ outcome: 'declined', reason: 'cancelled' });
  });

  test('cancels after the charge, which refunds what is left, once', async () => {
    const id = newId('ord');
    const reference = await charged(id);
    await refund(id, newId('rfd'), 300, reference);
    await Promise.all([cancel(id), cancel(id)]);
    await cancel(id);
    expect(stripe.moneyOf(id)).toEqual({ charges: 1, kept: 0 });
    expect(await charge(id)).toEqual({ outcome: 'declined', reason: 'cancelled' });
  });

  test('cannot cancel what is being processed: that is tried again', async () => {
    const id = newId('ord');
    expect(await charge(id, 'pm_usBankAccount')).toEqual({ outcome: 'pending' });
    await expect(cancel(id)).rejects.toMatchObject({ type: 'unavailable' });
    stripe.settle(stripe.intentOf(id).id, 'succeeded');
    await cancel(id);
    expect(stripe.moneyOf(id)).toEqual({ charges: 1, kept: 0 });
  });

  test('out of reach is an outage', async () => {
    const id = newId('ord');
    stripe.befall('lost', /./, 100);
    await expect(charge(id)).rejects.toMatchObject({ type: 'unavailable' });
    stripe.calm();
    expect(await charge(id)).toMatchObject({ outcome: 'captured' });
    expect(stripe.moneyOf(id)).toEqual({ charges: 1, kept: 1000 });
  });

  test('not knowing our secret key is an outage, too: the orders wait for another key', async () => {
    await expect(providerWith('sk_test_old').find(newId('ord'), TOTAL)).rejects.toMatchObject({ type: 'unavailable' });
  });
});

describe('a Stripe that is away', () => {
  const HOUR_MS = 3_600_000;
  const env = { CIRCUIT_BREAKER_MIN_REQUESTS: '3', CIRCUIT_BREAKER_HALF_OPEN_SECONDS: '3600' };
  const guarded = (secretKey = SECRET_KEY) => connectProvider(configWith(secretKey, env))({} as Rpc);
  const visa = { returnUrl: RETURN_URL, amount: TOTAL, method: 'pm_card_visa' };
  const away = { type: 'unavailable' };
  afterEach(() => {
    stripe.calm();
    jest.restoreAllMocks();
  });

  test('is not asked after some failures, and is asked again later', async () => {
    const behind = await guarded();
    stripe.befall('failure', /./, Number.POSITIVE_INFINITY);
    for (let n = 0; n < 3; n += 1) await expect(behind.authorise(newId('ord'), visa)).rejects.toMatchObject(away);
    const before = stripe.log.length;
    const id = newId('ord');
    const refund = { key: newId('rfd'), of: id, reference: 'pi_1', amount: TOTAL, captured: TOTAL };
    for (const call of [
      () => behind.authorise(id, visa),
      () => behind.capture(id, TOTAL),
      () => behind.find(id, TOTAL),
      () => behind.cancel(id, TOTAL),
      () => behind.refund(refund),
      async () => behind.deferredCapture?.find(id, TOTAL),
      async () =>
        behind.deferredCapture?.capture({ key: 'cap_1', of: id, authorised: TOTAL, amount: TOTAL, isLast: true }),
      async () => behind.deferredCapture?.release(id, TOTAL),
      async () => behind.savedMethods?.customerFor(newId('cus')),
      async () => behind.savedMethods?.save({ key: 's_1', customer: 'cus_1', method: 'pm_1', returnUrl: RETURN_URL }),
      async () => behind.savedMethods?.find('seti_1'),
      async () => behind.savedMethods?.list('cus_1'),
      async () => behind.savedMethods?.remove('cus_1', 'pm_1'),
      async () => behind.savedMethods?.erase('cus_1'),
    ])
      await expect(call()).rejects.toMatchObject(away);
    expect(stripe.log.length).toBe(before);
    stripe.calm();
    const later = Date.now() + HOUR_MS;
    jest.spyOn(Date, 'now').mockReturnValue(later);
    expect(await authoriseAndCapture(behind, id, visa)).toMatchObject({ outcome: 'captured' });
    expect(stripe.moneyOf(id)).toEqual({ charges: 1, kept: 1000 });
  });

  test('and has charged what it did not answer: that is found later, under the same key, and not charged again', async () => {
    const behind = await guarded();
    const id = newId('ord');
    stripe.befall('failure', /payment_intents$/, 2);
    for (let n = 0; n < 2; n += 1) await expect(behind.find(newId('ord'), TOTAL)).rejects.toMatchObject(away);
    stripe.befall('lost', /confirm$/, 3);
    // The third failure opens the breaker, so that the outcome of the charge cannot be looked up.
    await expect(authoriseAndCapture(behind, id, visa)).rejects.toMatchObject(away);
    expect(stripe.moneyOf(id).charges).toBe(1);
    const later = Date.now() + HOUR_MS;
    jest.spyOn(Date, 'now').mockReturnValue(later);
    expect(await authoriseAndCapture(behind, id, visa)).toMatchObject({ outcome: 'captured' });
    expect(stripe.moneyOf(id)).toEqual({ charges: 1, kept: 1000 });
  });

  test('is told from one that declines, or refuses the request or us', async () => {
    const behind = await guarded();
    for (let n = 0; n < 5; n += 1) {
      const declined = await behind.authorise(newId('ord'), { ...visa, method: 'pm_card_chargeDeclined' });
      expect(declined.outcome).toBe('declined');
      await expect(behind.capture(newId('ord'), TOTAL)).rejects.toThrow('Stripe');
    }
    const stranger = await guarded('sk_of_another');
    for (let n = 0; n < 5; n += 1) await expect(stranger.find(newId('ord'), TOTAL)).rejects.toThrow('Invalid API Key');
    expect(await authoriseAndCapture(behind, newId('ord'), visa)).toMatchObject({ outcome: 'captured' });
  });
});
