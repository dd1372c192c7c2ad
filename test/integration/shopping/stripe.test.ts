import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { newId } from '../../../lib/ids.ts';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { stopAndAudit, storeOf } from '../../support/books.ts';
import { cleanUp, engines } from '../../support/engines.ts';
import { eventually, request, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { StripeStandIn } from '../../support/stripe-stand-in.ts';

const { products } = await sampleCatalogue('EUR');
const [MUG = ''] = products
  .flatMap(({ variants }) => variants.filter(({ stock }) => stock > 100))
  .map(({ sku }) => sku);
const SECRET_KEY = 'sk_test_of_this_test';
const WEBHOOK_SECRET = 'whsec_of_this_test';

const stripe = await new StripeStandIn(SECRET_KEY).start();
let shop: TestShop;
let ada: Shopper;

beforeAll(async () => {
  // The provider has no part in where the shop keeps its data: one engine does.
  const config = engines[0]?.config({
    ...{ SEED: 'true', LOG_LEVEL: 'fatal', STRIPE_SECRET_KEY: SECRET_KEY, STRIPE_API_URL: stripe.url },
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    CIRCUIT_BREAKER_HALF_OPEN_SECONDS: '0.2',
  });
  if (!config) throw new Error('there is no engine');
  shop = await startShop(config);
  ada = await Shopper.at(shop.url);
});
afterAll(async () => {
  const wrong = await stopAndAudit(shop);
  await stripe.stop();
  await cleanUp();
  expect(wrong).toEqual([]);
});

const order = async (paymentMethod?: string, shopper = ada) => {
  await shopper.put(MUG, 1);
  const body = { addressId: shopper.addressId, ...(paymentMethod ? { paymentMethod } : {}) };
  return shopper.ask('POST /v1/orders', body, { 'idempotency-key': randomUUID() });
};
const stored = (orderId: string) => storeOf(shop, 'order').get(orderId);

describe('an order paid by Stripe', () => {
  test('approve: it is paid, and has the id of its payment', async () => {
    const { status, body } = await order('pm_card_visa');
    expect([status, body.status]).toEqual([201, 'PAID']);
    const intent = stripe.intents.find(({ metadata }) => metadata.orderId === body.id);
    expect(body.payment).toMatchObject({ provider: 'stripe', reference: intent?.id });
    expect(intent).toMatchObject({ amount: body.totals.total.amount, currency: 'eur', status: 'succeeded' });
  });

  test('decline: the order is rejected, and its payment can never be charged', async () => {
    const { status, body } = await order('pm_card_chargeDeclined');
    expect([status, body.reason]).toEqual([402, 'insufficient_funds']);
    expect(stripe.intents.at(-1)?.status).toBe('canceled');
  });

  test('a card that does not exist is a decline', async () => {
    const { status, body } = await order('pm_nonsense');
    expect([status, body.reason]).toEqual([402, 'resource_missing']);
  });

  test.each([undefined, 'tok_approve', 'card_1', 'pm_'])(
    'by %j is refused before there is an order',
    async (method) => {
      const before = (await ada.ask('GET /v1/orders')).body.items;
      expect(await order(method)).toMatchObject({ status: 422, body: { type: '/problems/unknown-payment-method' } });
      expect((await ada.ask('GET /v1/orders')).body.items).toEqual(before);
    },
  );

  test.each([
    ['time-out but charged: all answers to the charge are lost', 'lost', /confirm$/, 3],
    ['time-out, not charged: Stripe fails', 'failure', /confirm$/, 2],
    ['Stripe keeps a failure under the key of the order', 'failure', /payment_intents$/, 2],
  ] as const)('%s, and it is charged once', async (_name, what, path, times) => {
    stripe.befall(what, path, times);
    const { status, body } = await order('pm_card_visa');
    expect([201, 202]).toContain(status);
    const paid = await eventually(
      () => stored(body.id),
      (one) => one?.state === 'PAID',
    );
    expect(stripe.moneyOf(body.id)).toEqual({ charges: 1, kept: paid?.totals.total.amount });
  });

  test('Stripe is away: orders are accepted and pending, and each is charged once when it is back', async () => {
    stripe.befall('failure', /./, Number.POSITIVE_INFINITY);
    const orders: string[] = [];
    for (const shopper of await Promise.all(Array.from({ length: 5 }, () => Shopper.at(shop.url)))) {
      const { status, body } = await order('pm_card_visa', shopper);
      expect([status, body.status]).toEqual([202, 'PENDING']);
      orders.push(body.id);
    }
    stripe.calm();
    for (const id of orders) {
      const paid = await eventually(
        () => stored(id),
        (one) => one?.state === 'PAID',
      );
      expect(stripe.moneyOf(id)).toEqual({ charges: 1, kept: paid?.totals.total.amount });
      expect(paid?.failures).toBe(0);
    }
  });

  test('late webhook: the order is pending until Stripe knows, and is paid then', async () => {
    const { status, body } = await order('pm_usBankAccount');
    expect([status, body.status]).toEqual([202, 'PENDING']);
    const intent = stripe.intents.at(-1);
    Object.assign(intent ?? {}, { status: 'succeeded' });
    const payload = JSON.stringify({
      ...{ id: 'evt_1', object: 'event', type: 'payment_intent.succeeded', api_version: '2026-10-28.endive' },
      data: { object: intent },
    });
    expect((await webhook(payload)).status).toBe(200);
    expect((await stored(body.id))?.state).toBe('PAID');
    expect((await webhook(payload)).status).toBe(200);
    expect(stripe.moneyOf(body.id)).toEqual({ charges: 1, kept: intent?.amount });
  });

  test('and cancelled is refunded at Stripe', async () => {
    const { body } = await order('pm_card_visa');
    expect((await ada.ask(`POST /v1/orders/${body.id}/cancel`, {})).status).toBe(200);
    await eventually(
      () => stored(body.id),
      (one) => one?.state === 'CANCELLED',
    );
    expect(stripe.moneyOf(body.id)).toEqual({ charges: 1, kept: 0 });
  });
});

const webhook = (payload: string, options: object = {}) =>
  request(shop.url, 'POST /v1/webhooks/stripe', {
    body: payload,
    headers: {
      'stripe-signature': Stripe.webhooks.generateTestHeaderString({ payload, secret: WEBHOOK_SECRET, ...options }),
    },
  });

test('the auditor is told that Stripe keeps its books to itself', async () => {
  expect(await shop.broker.call('payment.books')).toEqual({ items: [], next: null, external: true });
});

describe("Stripe's webhook", () => {
  const eventOf = (object: object) =>
    JSON.stringify({ id: newId('ses'), object: 'event', type: 'x', data: { object } });
  const body = eventOf({ object: 'payment_intent', metadata: { orderId: newId('ord') } });
  const old = Math.floor(Date.now() / 1000) - 301;

  test.each([
    ['with the signature of a wrong key', { secret: 'whsec_of_somebody_else' }],
    ['signed more than five minutes ago', { timestamp: old }],
    ['with the signature of another body', { signature: '0'.repeat(64) }],
  ])('%s is refused', async (_what, options) => {
    expect(await webhook(body, options)).toMatchObject({ status: 400, body: { type: '/problems/invalid-signature' } });
    expect((await webhook(body)).status).toBe(200);
  });

  test('of the sandbox is not taken here', async () => {
    const answer = await request(shop.url, 'POST /v1/webhooks/sandbox', { body });
    expect(answer).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });
  });

  test.each([
    ['about something else', { object: 'customer', metadata: {} }],
    ['about the payment of another shop', { object: 'payment_intent', metadata: {} }],
    ["with an order's id that is none of ours", { object: 'payment_intent', metadata: { orderId: '4711' } }],
  ])('%s is taken, and nothing comes of it', async (_what, object) => {
    expect(await webhook(eventOf(object))).toMatchObject({ status: 200, body: { received: true } });
  });
});
