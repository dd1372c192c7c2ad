import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { stopAndAudit, storeOf } from '../../support/books.ts';
import { cleanUp, engines } from '../../support/engines.ts';
import { eventually, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { StripeStandIn } from '../../support/stripe-stand-in.ts';

const { products } = await sampleCatalogue('EUR');
const [MUG = ''] = products
  .flatMap(({ variants }) => variants.filter(({ stock }) => stock > 100))
  .map(({ sku }) => sku);
const SECRET_KEY = 'sk_test_of_this_test';
const PUBLISHABLE_KEY = 'pk_test_of_this_test';
const WEBHOOK_SECRET = 'whsec_of_this_test';
const SECURED = 'pm_card_threeDSecure2Required';

const stripe = await new StripeStandIn(SECRET_KEY).start();
let shop: TestShop;
let ada: Shopper;

// The provider has no part in where the shop keeps its data: one engine does.
const startAt = (env: NodeJS.ProcessEnv = {}) => {
  const config = engines[0]?.config({
    ...{ SEED: 'true', LOG_LEVEL: 'fatal', STRIPE_SECRET_KEY: SECRET_KEY, STRIPE_API_URL: stripe.url },
    ...{ STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET, STRIPE_PUBLISHABLE_KEY: PUBLISHABLE_KEY, ...env },
  });
  if (!config) throw new Error('there is no engine');
  return startShop(config);
};

const place = async (paymentMethod: string) => {
  await ada.put(MUG, 1);
  const body = { addressId: ada.addressId, paymentMethod };
  return ada.ask('POST /v1/orders', body, { 'idempotency-key': randomUUID() });
};
const pay = (id: string, paymentMethod: string) =>
  ada.ask(`POST /v1/orders/${id}/payment`, { paymentMethod }, { 'idempotency-key': randomUUID() });
const complete = (id: string) => ada.ask(`POST /v1/orders/${id}/payment/complete`, {});
const get = async (id: string) => (await ada.ask(`GET /v1/orders/${id}`)).body;
const until = (id: string, status: string) =>
  eventually(
    () => get(id),
    (order) => order.status === status,
  );
const failed = (id: string) =>
  eventually(
    () => get(id),
    ({ payment }) => payment.status === 'failed',
  );
const answer = (id: string, what: 'approve' | 'decline') => stripe.answerChallenge(stripe.intentOf(id).id, what);

describe('an order paid at Stripe by a customer who has to act', () => {
  beforeAll(async () => {
    shop = await startAt();
    stripe.sendWebhooksTo(`${shop.url}/v1/webhooks/stripe`, WEBHOOK_SECRET);
  });
  beforeEach(async () => {
    ada = await Shopper.at(shop.url);
  });
  afterAll(async () => {
    expect(await stopAndAudit(shop)).toEqual([]);
  });

  test('challenge approved: 201 with the client secret, and the signed webhook pays the order', async () => {
    const { status, body } = await place(SECURED);
    expect([status, body.status, body.payment.status]).toEqual([201, 'PENDING', 'requires-action']);
    const { id, client_secret: clientSecret } = stripe.intentOf(body.id);
    expect(body.payment.action).toEqual({ type: 'stripe', clientSecret, publishableKey: PUBLISHABLE_KEY });
    answer(body.id, 'approve');
    const paid = await until(body.id, 'PAID');
    expect(paid.payment).toMatchObject({ status: 'captured', provider: 'stripe', reference: id });
    expect(stripe.moneyOf(body.id)).toEqual({ charges: 1, kept: paid.totals.total.amount });
  });

  test('completed by the customer and by the webhook at the same time, and again: it is charged once', async () => {
    const { body } = await place(SECURED);
    answer(body.id, 'approve');
    const answers = await Promise.all(Array.from({ length: 5 }, () => complete(body.id)));
    expect(answers.map((one) => one.status)).toEqual(Array(5).fill(200));
    const paid = await until(body.id, 'PAID');
    const news = stripe.events.filter(({ type }) => type === 'payment_intent.succeeded').at(-1);
    if (!news) throw new Error('there was no event');
    expect(await stripe.sendAgain(news)).toBe(200);
    expect(stripe.moneyOf(body.id)).toEqual({ charges: 1, kept: paid.totals.total.amount });
  });

  test('challenge declined, then another card: one order, its stock held once, charged once', async () => {
    const { body } = await place(SECURED);
    answer(body.id, 'decline');
    expect(await failed(body.id)).toMatchObject({
      status: 'PENDING',
      payment: { reason: 'payment_intent_authentication_failure' },
    });
    expect((await storeOf(shop, 'inventory').get(MUG))?.res[body.id]).toBe(1);
    const again = await pay(body.id, SECURED);
    expect(again.body.payment.status).toBe('requires-action');
    answer(body.id, 'approve');
    const paid = await until(body.id, 'PAID');
    const intents = stripe.intents.filter(({ metadata }) => metadata.orderId === body.id);
    expect(intents.map(({ metadata, status }) => [metadata.key, status])).toEqual([
      [body.id, 'canceled'],
      [`${body.id}_2`, 'succeeded'],
    ]);
    expect(stripe.moneyOf(body.id)).toEqual({ charges: 1, kept: paid.totals.total.amount });
  });

  test('challenge abandoned for another card: the first payment is cancelled before the second is charged', async () => {
    const { body } = await place(SECURED);
    const first = stripe.intentOf(body.id).id;
    expect((await pay(body.id, 'pm_card_visa')).body.status).toBe('PAID');
    expect(() => stripe.answerChallenge(first, 'approve')).toThrow('does not wait');
    expect(stripe.moneyOf(body.id).charges).toBe(1);
  });

  test('challenge approved, though another card was asked for at the same time: one of them is charged', async () => {
    const { body } = await place(SECURED);
    const { arrived, release } = stripe.hold(/cancel$/);
    const paying = pay(body.id, 'pm_card_visa');
    await Promise.race([arrived, paying]);
    answer(body.id, 'approve');
    release();
    await paying;
    const paid = await until(body.id, 'PAID');
    expect(stripe.moneyOf(body.id).kept).toBe(paid.totals.total.amount);
  });

  test('a redirect: the customer comes back to the page of the order, which is paid', async () => {
    const { body } = await place('pm_ideal');
    expect(body.payment.action).toEqual({ type: 'redirect', url: expect.any(String) });
    const { headers } = await fetch(`${body.payment.action.url}?answer=approve`, { redirect: 'manual' });
    expect(headers.get('location')).toContain(`/orders/${body.id}?payment_intent=`);
    await until(body.id, 'PAID');
  });

  test('a wallet, by a confirmation token of Stripe.js', async () => {
    const { body } = await place(stripe.confirmationToken('pm_applePay'));
    expect(body.status).toBe('PAID');
  });

  test('a bank that declines days later: the order is open for another method', async () => {
    const { status, body } = await place('pm_sepaDebit');
    expect([status, body.payment.status]).toEqual([202, 'processing']);
    stripe.settle(stripe.intentOf(body.id).id, 'failed');
    await failed(body.id);
    expect((await pay(body.id, 'pm_card_visa')).body.status).toBe('PAID');
    expect(stripe.moneyOf(body.id).charges).toBe(1);
  });

  test('cancelled by the customer: the challenge is over, and stock and cart are free again', async () => {
    const { body } = await place(SECURED);
    expect((await ada.ask(`POST /v1/orders/${body.id}/cancel`, {})).status).toBe(200);
    await until(body.id, 'REJECTED');
    expect(stripe.intentOf(body.id).status).toBe('canceled');
    expect((await storeOf(shop, 'inventory').get(MUG))?.res).not.toHaveProperty(body.id);
    expect((await ada.ask('GET /v1/cart')).body.items).toHaveLength(1);
  });
});

describe('an order whose customer does not come back in time', () => {
  beforeAll(async () => {
    shop = await startAt({ PAYMENT_MINUTES: '0.03' });
    ada = await Shopper.at(shop.url);
  });
  afterAll(async () => {
    const wrong = await stopAndAudit(shop);
    await stripe.stop();
    await cleanUp();
    expect(wrong).toEqual([]);
  });

  test('challenge abandoned: the payment is cancelled at Stripe, and the order is rejected', async () => {
    const { body } = await place(SECURED);
    await until(body.id, 'REJECTED');
    expect(stripe.intentOf(body.id)).toMatchObject({ status: 'canceled', amount_received: 0 });
    expect((await storeOf(shop, 'inventory').get(MUG))?.res).not.toHaveProperty(body.id);
  });

  test('challenge declined, and no other method: the order is rejected with that reason', async () => {
    const { body } = await place(SECURED);
    answer(body.id, 'decline');
    const rejected = await until(body.id, 'REJECTED');
    expect(rejected.payment.status).toBe('failed');
    expect(stripe.moneyOf(body.id)).toEqual({ charges: 0, kept: 0 });
  });
});
