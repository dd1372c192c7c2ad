import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Config } from '../../../lib/process/config.ts';
import { newId } from '../../../services/shared/ids.ts';
import { paymentKeyOf } from '../../../services/shopping/payment/payment-key.ts';
import { PROVIDERS, selectedProvider } from '../../../services/shopping/payment/providers/registry.ts';
import { cleanUp, engines } from '../../support/engines.ts';
import { PAYMENT_STAGES, type PaymentStage } from '../../support/payment-stages.ts';
import { request, startShop, type TestShop } from '../../support/shop.ts';

const euros = (amount: number) => ({ amount, currency: 'EUR' });
const TOTAL = euros(1000);
const CURRENCIES = ['EUR', 'USD', 'GBP', 'JPY', 'HUF', 'ISK', 'IDR', 'KWD'];
const OTHERS = PROVIDERS.map(({ name }) => name);

afterAll(cleanUp);

// What every provider of the registry has to do; test/support/payment-stages.ts has a stage for each.
describe.each([...PROVIDERS])('the payment provider $name', (provider) => {
  const { name, signatureHeader = 'Webhook-Signature', settings, credential } = provider;
  let stage: PaymentStage;
  let config: Config;
  let shop: TestShop;

  beforeAll(async () => {
    stage = await PAYMENT_STAGES[name]();
    // Neither the database nor the breaker has a part in it.
    const env = { ...stage.env, SERVICES: 'shopping,api', LOG_LEVEL: 'fatal', CIRCUIT_BREAKER: 'false' };
    const made = engines[0]?.config(env);
    if (!made) throw new Error('there is no engine');
    config = made;
    shop = await startShop(config);
  });
  afterAll(async () => {
    await shop.stop();
    await stage.stop();
  });

  const ask = (orderId: string, method = stage.methods.approved, amount = TOTAL) =>
    shop.broker.call('payment.charge', { key: orderId, amount, method });
  /** With all that the customer is asked for. */
  const charge = async (...asked: Parameters<typeof ask>) => {
    const first = await ask(...asked);
    if (first.outcome !== 'requires-action' || !stage.act) return first;
    await stage.act(shop, asked[0], (asked[2] ?? TOTAL).amount);
    return ask(...asked);
  };
  const cancel = (orderId: string) => shop.broker.call('payment.cancel', { key: orderId, amount: TOTAL });
  const charged = async (orderId = newId('ord')) => {
    const result = await charge(orderId);
    if (result.outcome !== 'captured') throw new Error(`it is ${result.outcome}`);
    return { orderId, reference: result.reference };
  };
  type Charged = Awaited<ReturnType<typeof charged>>;
  const refund = ({ orderId: key, reference }: Charged, refundId: string, amount: number) =>
    shop.broker.call('payment.refund', { key, reference, refundId, amount: euros(amount), captured: TOTAL });
  const kept = (orderId: string) => stage.keptOf(shop, orderId);

  test('declares what the shop needs to know before it runs', () => {
    expect(name).toMatch(/^[a-z]+$/);
    expect(signatureHeader).toMatch(/^[A-Z][A-Za-z-]+$/);
    expect(OTHERS.filter((other) => other === name)).toEqual([name]);
    for (const [variable, { allowed, about }] of Object.entries(settings)) {
      expect(variable.startsWith(`${name.toUpperCase()}_`)).toBe(true);
      expect([allowed, about]).not.toContain('');
    }
    if (credential) expect(settings[credential]?.isSecret).toBe(true);
    expect(selectedProvider(config)).toBe(provider);
  });

  test.each(CURRENCIES)('has limits in %s, in whole minor units', (currency) => {
    const { least, largest } = provider.limits(currency);
    expect([Number.isSafeInteger(least), Number.isSafeInteger(largest)]).toEqual([true, true]);
    expect(least).toBeGreaterThanOrEqual(1);
    expect(largest).toBeGreaterThan(least);
  });

  describe('charges', () => {
    test('a key once, however often it is asked', async () => {
      const { orderId, reference } = await charged();
      const again = await Promise.all(Array.from({ length: 5 }, () => charge(orderId)));
      expect(again).toEqual(Array(5).fill(expect.objectContaining({ outcome: 'captured', provider: name, reference })));
      expect(await kept(orderId)).toBe(1000);
    });

    test('a key once, at the same time', async () => {
      const orderId = newId('ord');
      await Promise.allSettled(Array.from({ length: 10 }, () => charge(orderId)));
      await charged(orderId);
      expect(await kept(orderId)).toBe(1000);
    });

    test('a key of another amount never', async () => {
      const { orderId } = await charged();
      await expect(charge(orderId, stage.methods.approved, euros(999))).rejects.toThrow();
      expect(await kept(orderId)).toBe(1000);
    });

    test('in two steps: what is authorised is captured', async () => {
      const orderId = newId('ord');
      const { authorised = stage.methods.approved } = stage.methods;
      expect(await charge(orderId, authorised)).toMatchObject({ outcome: 'captured' });
      expect(await kept(orderId)).toBe(1000);
    });

    test('nothing that it declines, which is an outcome with a reason, and stays it', async () => {
      const orderId = newId('ord');
      const declined = { outcome: 'declined', reason: expect.stringMatching(/^\w+$/) };
      // A provider that declines no method declines a key that was cancelled.
      if (stage.methods.declined === undefined) await cancel(orderId);
      expect(await charge(orderId, stage.methods.declined)).toEqual(declined);
      expect(await charge(orderId, stage.methods.approved)).toEqual(declined);
      expect(await kept(orderId)).toBe(0);
    });

    test('nothing outside of its limits: that is declined', async () => {
      const { least, largest } = provider.limits('EUR');
      for (const amount of [least - 1, largest + 1]) {
        expect((await charge(newId('ord'), stage.methods.approved, euros(amount))).outcome).toBe('declined');
      }
    });

    test('what is not decided yet later: it is pending', async () => {
      const { pending } = stage.methods;
      if (pending !== undefined) expect(await charge(newId('ord'), pending)).toEqual({ outcome: 'pending' });
      else expect((await ask(newId('ord'))).outcome).toBe(stage.act ? 'requires-action' : 'captured');
    });

    test('only by payment methods that it knows', async () => {
      const unknown = { type: 'unknown-payment-method', code: 422 };
      await expect(charge(newId('ord'), stage.methods.unknown)).rejects.toMatchObject(unknown);
      expect(() => provider.methodOf(stage.methods.unknown)).toThrow(expect.objectContaining(unknown));
      expect(provider.methodOf(stage.methods.approved)).toBe(stage.methods.approved);
    });
  });

  // Banks ask who pays by card.
  (provider.kind === 'card' ? describe : describe.skip)('asks the customer to act', () => {
    const answer = async (key: string, what: 'approve' | 'decline') => {
      if (!stage.answerChallenge) throw new Error('the stage of a provider of cards has no challenge');
      await stage.answerChallenge(shop, key, what);
    };
    const waiting = async (key = newId('ord')) => {
      const outcome = await charge(key, stage.methods.challenged);
      const action = { type: expect.stringMatching(/^(redirect|stripe)$/) };
      expect(outcome).toMatchObject({ outcome: 'requires-action', provider: name, action });
      return { key, outcome };
    };

    test('with one action, however often it is asked, and takes nothing before', async () => {
      const { key, outcome } = await waiting();
      expect(await charge(key, stage.methods.challenged)).toEqual(outcome);
      expect(await kept(key)).toBe(0);
    });

    test('who approves: it is captured, once', async () => {
      const { key } = await waiting();
      await answer(key, 'approve');
      const charges = await Promise.all(Array.from({ length: 3 }, () => charge(key, stage.methods.challenged)));
      for (const one of charges) expect(one).toMatchObject({ outcome: 'captured', provider: name });
      expect(await kept(key)).toBe(1000);
    });

    test('who declines: that is final, and the next try has a key of its own', async () => {
      const { key } = await waiting();
      await answer(key, 'decline');
      const declined = await charge(key, stage.methods.challenged);
      expect(declined).toEqual({ outcome: 'declined', reason: expect.stringMatching(/^\w+$/) });
      expect(await charge(key)).toEqual(declined);
      const second = paymentKeyOf(key, 2);
      expect(await charge(second)).toMatchObject({ outcome: 'captured' });
      expect(await charge(key)).toEqual(declined);
      expect(await cancel(second)).toEqual({ outcome: 'cancelled' });
      expect(await kept(key)).toBe(0);
    });

    test('who does not: the key can be cancelled, and an answer comes too late', async () => {
      const { key } = await waiting();
      for (let n = 0; n < 2; n += 1) expect(await cancel(key)).toEqual({ outcome: 'cancelled' });
      await answer(key, 'approve');
      expect(await charge(key, stage.methods.challenged)).toEqual({ outcome: 'declined', reason: 'cancelled' });
      expect(await kept(key)).toBe(0);
    });
  });

  describe('in trouble', () => {
    let end = () => {};
    afterEach(() => end());

    test('whose answer was lost is asked what became of the key, and has charged it once', async () => {
      const orderId = newId('ord');
      const { method, ...lost } = stage.loseAnswer(shop);
      end = lost.end;
      expect(await charge(orderId, method)).toMatchObject({ outcome: 'captured' });
      expect(await kept(orderId)).toBe(1000);
    });

    test('is unavailable, which is no decline: the key is charged once it is back', async () => {
      const orderId = newId('ord');
      const { method, ...outage } = stage.breakDown(shop);
      end = outage.end;
      await expect(charge(orderId, method)).rejects.toMatchObject({ type: 'unavailable' });
      expect(await kept(orderId)).toBe(0);
      end();
      expect(await charge(orderId, method)).toMatchObject({ outcome: 'captured' });
      expect(await kept(orderId)).toBe(1000);
    });
  });

  describe('refunds', () => {
    test('once for each key, which its statement has', async () => {
      const [payment, refundId] = [await charged(), newId('rfd')];
      for (let n = 0; n < 3; n += 1) expect(await refund(payment, refundId, 300)).toEqual({ outcome: 'refunded' });
      expect(await kept(payment.orderId)).toBe(700);
      const statement = await shop.broker.call('payment.statement', {
        ...{ key: payment.orderId, reference: payment.reference, currency: 'EUR' },
      });
      const made = { key: refundId, amount: 300, state: 'made', reason: null };
      expect(statement).toEqual({ refunds: [expect.objectContaining(made)], disputes: [] });
    });

    test('never more than is left: that is refused, with a reason', async () => {
      const payment = await charged();
      await refund(payment, newId('rfd'), 600);
      expect(await refund(payment, newId('rfd'), 401)).toEqual({ outcome: 'refused', reason: 'more_than_left' });
      expect(await refund(payment, newId('rfd'), 400)).toEqual({ outcome: 'refunded' });
      expect(await kept(payment.orderId)).toBe(0);
    });
  });

  describe('cancels', () => {
    test('before the charge, which makes a later charge fail', async () => {
      const orderId = newId('ord');
      for (let n = 0; n < 2; n += 1) expect(await cancel(orderId)).toEqual({ outcome: 'cancelled' });
      expect(await charge(orderId)).toEqual({ outcome: 'declined', reason: 'cancelled' });
      expect(await kept(orderId)).toBe(0);
    });

    test('after the charge, which gives back what is left, once', async () => {
      const payment = await charged();
      await refund(payment, newId('rfd'), 300);
      for (let n = 0; n < 2; n += 1) expect(await cancel(payment.orderId)).toEqual({ outcome: 'cancelled' });
      expect(await kept(payment.orderId)).toBe(0);
      expect((await charge(payment.orderId)).outcome).toBe('declined');
    });
  });

  test('shows its books to the auditor, or says that they are elsewhere', async () => {
    const { orderId } = await charged();
    const { items, external } = await shop.broker.call('payment.books', { limit: 1000 });
    const booked = items.find(({ id }) => id === orderId);
    if (external) expect(items).toEqual([]);
    else expect(booked).toMatchObject({ currency: 'EUR', amount: 1000, captured: 1000, refunded: 0, chargedBack: 0 });
  });

  if (provider.signatureHeader === undefined) {
    test('sends no webhooks: it has no address for them', async () => {
      const headers = { [signatureHeader]: 't=1,v1=00' };
      expect((await request(shop.url, `POST /v1/webhooks/${name}`, { body: '{}', headers })).status).toBe(404);
    });
    return;
  }

  describe('sends webhooks', () => {
    const send = (body: string, signature: string, to: string = name) =>
      request(shop.url, `POST /v1/webhooks/${to}`, { body, headers: { [signatureHeader]: signature } });
    const webhooks = () => {
      if (!stage.webhooks) throw new Error(`the stage of ${name} has no webhooks`);
      return stage.webhooks;
    };
    const event = () => webhooks().event(`evt_${newId('ses')}`, newId('ord'));
    const sign = (body: string, options = {}) => webhooks().sign(body, config, options);
    const signed = (body: string, options = {}) => send(body, sign(body, options));
    const refused = (type: string) => ({ status: 400, body: { type: `/problems/${type}` } });

    test('which are taken, also twice', async () => {
      const body = event();
      for (let n = 0; n < 2; n += 1) {
        expect(await signed(body)).toMatchObject({ status: 200, body: { received: true } });
      }
    });

    test('which are refused unless they are signed: rightly, for this body, and of late', async () => {
      const [body, other] = [event(), event()];
      const invalid = refused('invalid-signature');
      expect(await signed(body, { secret: 'whsec_of_another' })).toMatchObject(invalid);
      expect(await send(body, sign(other))).toMatchObject(invalid);
      expect(await signed(body, { at: new Date(Date.now() - 301_000) })).toMatchObject(invalid);
      expect(await send(body, 'nonsense')).toMatchObject(invalid);
      expect(await request(shop.url, `POST /v1/webhooks/${name}`, { body })).toMatchObject(invalid);
    });

    test.each(['null', '[]', '{}', '{', '{"id":1,"type":2}'])(
      'which are refused with the signed body %s',
      async (body) => {
        expect(await signed(body)).toMatchObject(refused('invalid-request'));
      },
    );

    test('which are not taken at the address of another provider', async () => {
      const body = event();
      for (const other of [...OTHERS.filter((one) => one !== name), 'unknown']) {
        expect((await send(body, sign(body), other)).status).toBe(404);
      }
    });
  });
});
