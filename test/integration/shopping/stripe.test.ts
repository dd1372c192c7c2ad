import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { newId } from '../../../services/shared/ids.ts';
import { stopAndAudit, storeOf } from '../../support/books.ts';
import { cleanUp, engines } from '../../support/engines.ts';
import { eventually, request, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';
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
/** The customer gives up an order that waits for another method. */
const giveUp = async (id: string) => {
  expect((await ada.ask(`POST /v1/orders/${id}/cancel`, {})).status).toBe(200);
  return eventually(
    async () => (await ada.ask(`GET /v1/orders/${id}`)).body,
    ({ status }) => status === 'REJECTED',
  );
};

describe('an order paid by Stripe', () => {
  test('approve: it is paid, and has the id of its payment', async () => {
    const { status, body } = await order('pm_card_visa');
    expect([status, body.status]).toEqual([201, 'PAID']);
    const intent = stripe.intents.find(({ metadata }) => metadata.orderId === body.id);
    expect(body.payment).toMatchObject({ provider: 'stripe', reference: intent?.id });
    expect(intent).toMatchObject({ amount: body.totals.total.amount, currency: 'eur', status: 'succeeded' });
  });

  test('decline: the order waits for another method; once it is cancelled, its payment can never be charged', async () => {
    const { status, body } = await order('pm_card_chargeDeclined');
    expect([status, body.payment.status, body.payment.reason]).toEqual([201, 'failed', 'insufficient_funds']);
    await giveUp(body.id);
    expect(stripe.intents.at(-1)?.status).toBe('canceled');
  });

  test('a card that does not exist is a decline', async () => {
    const { status, body } = await order('pm_nonsense');
    expect([status, body.payment.reason]).toEqual([201, 'resource_missing']);
    await giveUp(body.id);
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

describe('what happens at Stripe alone', () => {
  let staff: Shopper;
  beforeAll(async () => {
    staff = await staffAt(shop);
  });
  const paid = async () => {
    const { body } = await order('pm_card_visa');
    const reference = body.payment.reference as string;
    await eventually(
      () => stored(body.id),
      (one) => one?.nextAt === null,
    );
    return { id: body.id as string, reference, total: body.totals.total.amount as number };
  };
  const tell = (type: string, object: object) =>
    webhook(JSON.stringify({ id: `evt_${randomUUID()}`, object: 'event', type, data: { object } }));
  const admin = (id: string, what: string, body: object = {}) =>
    staff.ask(`POST /v1/admin/orders/${id}/${what}`, body, { 'idempotency-key': randomUUID() });
  const sold = async () => (await storeOf(shop, 'inventory').get(MUG))?.sold ?? 0;
  const cancelled = (id: string) =>
    eventually(
      () => stored(id),
      (one) => one?.state === 'CANCELLED',
    );

  test.each(['amount_too_small', 'amount_too_large', 'invalid_currency', 'anything_else'])(
    'a charge refused as %s: the order waits with that reason; once it is cancelled, stock and cart are free again',
    async (code) => {
      stripe.refuse(/payment_intents$/, { status: 400, type: 'invalid_request_error', code }, 20, 'POST');
      const { status, body } = await order('pm_card_visa');
      expect([status, body.payment.reason]).toEqual([201, code]);
      stripe.calm();
      const rejected = await giveUp(body.id);
      expect(rejected).toMatchObject({ status: 'REJECTED', payment: { status: 'failed' } });
      expect((await storeOf(shop, 'inventory').get(MUG))?.res).not.toHaveProperty(rejected.id);
      expect((await ada.ask('GET /v1/cart')).body.items).toHaveLength(1);
      expect((await stored(rejected.id))?.parkedAt).toBeNull();
    },
  );

  test('a refund: charge.refunded, twice and from two events, is taken off once; a cancellation gives the rest back', async () => {
    const { id, reference, total } = await paid();
    const before = await sold();
    stripe.refundElsewhere(reference, 1000);
    const charge = { object: 'charge', id: 'ch_1', payment_intent: reference, metadata: { orderId: id } };
    const answers = [await tell('charge.refunded', charge), await tell('charge.refunded', charge)];
    answers.push(await tell('refund.created', { ...stripe.refunds.at(-1) }));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const { body } = await ada.ask(`GET /v1/orders/${id}`);
    expect(body).toMatchObject({ payment: { refunded: { amount: 1000 } }, refunds: [{ status: 'DONE' }] });
    await admin(id, 'cancel', { reason: 'late' });
    await cancelled(id);
    expect(stripe.moneyOf(id)).toEqual({ charges: 1, kept: 0 });
    expect(await sold()).toBe(before - 1);
    expect((await stored(id))?.refunds.map(({ amount }) => amount.amount)).toEqual([1000, total - 1000]);
  });

  test('a refund of everything, of which no webhook came: a cancellation ends, and the goods return', async () => {
    const { id, reference, total } = await paid();
    const before = await sold();
    stripe.refundElsewhere(reference, total);
    await admin(id, 'cancel', { reason: 'late' });
    expect((await cancelled(id))?.refunds.map(({ state }) => state)).toEqual(['WAIVED', 'DONE']);
    expect(await sold()).toBe(before - 1);
    expect(stripe.moneyOf(id)).toEqual({ charges: 1, kept: 0 });
  });

  test('a refund that fails later: refund.failed makes it FAILED, and staff finds the order', async () => {
    const { id } = await paid();
    await admin(id, 'refunds', { amount: 500, reason: 'scratched' });
    await eventually(
      () => stored(id),
      (one) => one?.refunds[0]?.state === 'DONE',
    );
    const refund = Object.assign(stripe.refunds.at(-1) ?? {}, { status: 'failed', failure_reason: 'closed_card' });
    expect((await tell('refund.failed', { ...refund })).status).toBe(200);
    const { body } = await staff.ask(`GET /v1/admin/orders/${id}`);
    expect(body.refunds).toMatchObject([{ status: 'FAILED', failure: 'closed_card' }]);
    expect(body).toMatchObject({ attention: ['refund-failed'], payment: { refunded: { amount: 0 } } });
    const listed = (await staff.ask('GET /v1/admin/orders?attention=true')).body.items;
    expect(listed.map((one: { id: string }) => one.id)).toContain(id);
    // It is tried again under another key, which Stripe does not answer with the failure.
    expect((await admin(id, `refunds/${body.refunds[0].id}/retry`)).status).toBe(200);
    await eventually(
      () => stored(id),
      (one) => one?.refunds[0]?.state === 'DONE' && one.nextAt === null,
    );
    expect((await tell('refund.updated', { ...refund })).status).toBe(200);
    expect((await stored(id))?.refunds).toMatchObject([{ state: 'DONE', attempt: 2 }]);
  });

  test('a dispute: it is recorded, its order is not shipped by accident, and lost it is money that is gone', async () => {
    const { id, reference } = await paid();
    const dispute = { ...stripe.dispute(reference) };
    expect((await tell('charge.dispute.created', dispute)).status).toBe(200);
    expect((await staff.ask(`GET /v1/admin/orders/${id}`)).body).toMatchObject({
      attention: ['dispute-open'],
      disputes: [{ status: 'OPEN', reason: 'fraudulent' }],
    });
    await admin(id, 'pack');
    const shipment = { carrier: 'Post', trackingNumber: 'RR1' };
    expect(await admin(id, 'ship', shipment)).toMatchObject({
      status: 409,
      body: { type: '/problems/order-disputed' },
    });
    stripe.closeDispute(reference, 'lost');
    // Events that come in another order than they were sent say the same.
    for (const type of ['charge.dispute.closed', 'charge.dispute.updated', 'charge.dispute.created']) {
      expect((await tell(type, dispute)).status).toBe(200);
    }
    expect((await stored(id))?.disputes).toMatchObject([{ state: 'LOST' }]);
    await admin(id, 'cancel', { reason: 'charged back' });
    expect((await cancelled(id))?.refunds).toEqual([]);
  });

  test('a dispute, and a return of its goods: they are in the stock, and nothing is parked', async () => {
    const { id, reference } = await paid();
    await admin(id, 'pack');
    await admin(id, 'ship', { carrier: 'Post', trackingNumber: 'RR1' });
    stripe.dispute(reference);
    const before = await sold();
    const asked = await ada.ask(
      `POST /v1/orders/${id}/returns`,
      { items: [{ sku: MUG, quantity: 1 }], reason: 'too big' },
      { 'idempotency-key': randomUUID() },
    );
    await admin(id, `returns/${asked.body.returns[0].id}/approve`);
    const done = await eventually(
      () => stored(id),
      (one) => one?.nextAt === null,
    );
    expect(done?.refunds).toMatchObject([{ state: 'FAILED', failure: { reason: 'charge_disputed' } }]);
    expect([done?.parkedAt, await sold()]).toEqual([null, before - 1]);
  });

  test('an event of a charge that is none of ours is taken, and nothing comes of it', async () => {
    const answer = await tell('charge.refunded', {
      object: 'charge',
      payment_intent: 'pi_of_another_shop',
      metadata: {},
    });
    expect(answer).toMatchObject({ status: 200, body: { received: true } });
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
    ['with the signature of a wrong key', { secret: 'whsec_of_another_shop' }],
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
    ['whose data.object is null', { data: { object: null } }, '/data/object'],
    ['without data', {}, '/data'],
    ['whose id is a number', { id: 1, data: { object: {} } }, '/id'],
    [
      'about a payment that is a number',
      { data: { object: { object: 'charge', payment_intent: 1 } } },
      '/data/object/payment_intent',
    ],
  ])('%s is refused as malformed, with the field by name', async (_what, event, pointer) => {
    const answer = await webhook(
      JSON.stringify({ id: newId('ses'), object: 'event', type: 'charge.refunded', ...event }),
    );
    expect(answer).toMatchObject({ status: 400, body: { type: '/problems/invalid-request' } });
    expect(answer.body.errors.map((one: { pointer: string }) => one.pointer)).toContain(pointer);
  });

  test.each(['null', '[]', '"evt_1"', '{'])('with the signed body %j is refused as malformed', async (signed) => {
    expect(await webhook(signed)).toMatchObject({ status: 400, body: { type: '/problems/invalid-request' } });
  });

  test.each([
    ['about something else', { object: 'customer', metadata: {} }],
    ['about the payment of another shop', { object: 'payment_intent', metadata: {} }],
    ["with an order's id that is none of ours", { object: 'payment_intent', metadata: { orderId: '4711' } }],
  ])('%s is taken, and nothing comes of it', async (_what, object) => {
    expect(await webhook(eventOf(object))).toMatchObject({ status: 200, body: { received: true } });
  });
});
