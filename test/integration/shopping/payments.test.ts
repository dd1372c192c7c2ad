import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { stopAndAudit, storeOf, wrongAtRest } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { decoded, Mailbox } from '../../support/mailbox.ts';
import { eventually, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

const { products } = await sampleCatalogue('EUR');
const [MUG = ''] = products
  .flatMap(({ variants }) => variants.filter(({ stock }) => stock > 100))
  .map(({ sku }) => sku);

eachEngine('an order paid by the sandbox', (engine) => {
  let shop: TestShop;
  let ada: Shopper;
  let mails: Mailbox;

  beforeAll(async () => {
    // Answers that are lost are what these tests are about: not for the log.
    const config = engine.config({ SEED: 'true', LOG_LEVEL: 'fatal' });
    mails = new Mailbox(config.dataDir);
    shop = await startShop(config);
    ada = await Shopper.at(shop.url);
  });
  afterAll(async () => {
    expect(await stopAndAudit(shop)).toEqual([]);
  });

  const order = async (paymentMethod?: string, shopper = ada) => {
    await shopper.put(MUG, 1);
    const body = { addressId: shopper.addressId, ...(paymentMethod ? { paymentMethod } : {}) };
    return shopper.ask('POST /v1/orders', body, { 'idempotency-key': randomUUID() });
  };
  const ledger = (orderId: string) => storeOf(shop, 'sandbox').get(orderId);
  const paid = (orderId: string) =>
    eventually(
      async () => (await ada.ask(`GET /v1/orders/${orderId}`)).body,
      ({ status }) => status === 'PAID',
    );
  const timesPaid = (body: { history: { event: string; status: string }[] }) =>
    body.history.filter(({ event, status }) => event === 'status' && status === 'PAID').length;

  test('approve: it is paid at once, by one write to the ledger and no webhook', async () => {
    const { status, body } = await order();
    expect([status, body.status]).toEqual([201, 'PAID']);
    const { amount } = body.totals.total;
    expect(await ledger(body.id)).toMatchObject({ rev: 0, captured: amount, refunded: 0, events: [], dueAt: null });
    expect(body.payment).toMatchObject({ provider: 'sandbox', captured: body.totals.total });
  });

  test('decline: the order waits for another method; once it is cancelled, nothing is charged, sold or held', async () => {
    const bob = await Shopper.at(shop.url);
    const { status, body } = await order('tok_decline', bob);
    const payment = { status: 'failed', reason: 'card_declined' };
    expect([status, body]).toMatchObject([201, { status: 'PENDING', payment }]);
    expect((await storeOf(shop, 'inventory').get(MUG))?.res).toHaveProperty(body.id);
    expect((await bob.ask(`POST /v1/orders/${body.id}/cancel`, {})).status).toBe(200);
    const rejected = await eventually(
      async () => (await bob.ask(`GET /v1/orders/${body.id}`)).body,
      (one) => one.status === 'REJECTED',
    );
    expect(rejected.payment).toMatchObject(payment);
    expect(await ledger(body.id)).toMatchObject({ state: 'declined', captured: 0 });
    expect((await storeOf(shop, 'inventory').get(MUG))?.res).not.toHaveProperty(body.id);
  });

  test('time-out but charged: the order is paid, and charged once', async () => {
    const { status, body } = await order('tok_timeout_charged');
    expect([status, body.status]).toEqual([201, 'PAID']);
    expect(await ledger(body.id)).toMatchObject({ state: 'captured', captured: body.totals.total.amount });
  });

  test('time-out, not charged: the order waits with its stock, and is charged once when it is tried again', async () => {
    const { status, body } = await order('tok_timeout_not_charged');
    expect([201, 202]).toContain(status);
    const done = await paid(body.id);
    expect(timesPaid(done)).toBe(1);
    expect(await ledger(body.id)).toMatchObject({ state: 'captured', captured: done.totals.total.amount });
  });

  test('late webhook: the order is pending until it comes, and is paid then', async () => {
    const { status, body } = await order('tok_late_webhook');
    expect([status, body.status]).toEqual([202, 'PENDING']);
    expect(timesPaid(await paid(body.id))).toBe(1);
    const told = await eventually(
      () => ledger(body.id),
      (entry) => entry?.events.length === 0,
    );
    expect(told).toMatchObject({ state: 'captured', captured: body.totals.total.amount, dueAt: null });
  });

  test('duplicate webhook: sent three times at once, it changes an order once', async () => {
    const { status, body } = await order('tok_duplicate_webhook');
    expect([status, body.status]).toEqual([201, 'PAID']);
    await eventually(
      () => ledger(body.id),
      (entry) => entry?.events.length === 0,
    );
    const { body: now } = await ada.ask(`GET /v1/orders/${body.id}`);
    expect([now.status, timesPaid(now)]).toEqual(['PAID', 1]);
  });

  test('3-second delay: the order is paid, and charged once, however long its customer waits', async () => {
    const { status, body } = await order('tok_slow');
    expect([201, 202]).toContain(status);
    expect(timesPaid(await paid(body.id))).toBe(1);
    expect(await ledger(body.id)).toMatchObject({ state: 'captured', captured: body.totals.total.amount });
  });

  test('two steps: what is only authorised is captured', async () => {
    const { status, body } = await order('tok_two_step');
    expect([status, body.status]).toEqual([201, 'PAID']);
    expect(await ledger(body.id)).toMatchObject({ state: 'captured', captured: body.totals.total.amount });
  });

  test('an unknown token is refused before there is an order', async () => {
    const bob = await Shopper.at(shop.url);
    const { status, body } = await order('tok_of_mine', bob);
    expect([status, body.type]).toEqual([422, '/problems/unknown-payment-method']);
    expect((await bob.ask('GET /v1/orders')).body.items).toEqual([]);
  });

  describe('a customer is told by mail', () => {
    let eve: Shopper;
    beforeEach(async () => {
      eve = await Shopper.at(shop.url);
    });
    /** The text of the one mail about an order. */
    const mailed = async (id: string, kind: string) => {
      await eventually(
        () => storeOf(shop, 'mail').get(`${id}:${kind}`),
        (mail) => mail?.state === 'SENT',
      );
      const found = await mails.to(eve.email, id);
      expect(found).toHaveLength(1);
      return decoded(found[0] as string);
    };
    const outcomeOf = (id: string) =>
      eventually(
        async () => (await eve.ask(`GET /v1/orders/${id}`)).body,
        ({ status }) => ['REJECTED', 'CANCELLED'].includes(status),
      );

    test('that a payment which was pending has failed, once, without anything that they wrote', async () => {
      const { status, body } = await order('tok_late_decline', eve);
      expect([status, body.status]).toEqual([202, 'PENDING']);
      const text = await mailed(body.id, 'payment-declined');
      const { payment } = (await eve.ask(`GET /v1/orders/${body.id}`)).body;
      expect(payment).toMatchObject({ status: 'failed', reason: 'card_declined' });
      expect(text).toContain('Your payment was declined');
      expect(text).toContain(`/orders/${body.id}`);
      const content = text.slice(text.indexOf('\n\n'));
      for (const written of ['Ada', 'Analytical']) expect(content).not.toContain(written);
      expect((await eve.ask('GET /v1/cart')).body.items).toMatchObject([{ sku: MUG, quantity: 1 }]);
    });

    test('not of what they were answered at once', async () => {
      const { id } = (await order('tok_decline', eve)).body;
      expect(await wrongAtRest(shop)).toEqual([]);
      expect(await storeOf(shop, 'mail').get(`${id}:payment-declined`)).toBeNull();
      expect(await storeOf(shop, 'mail').get(`${id}:payment-failed`)).toBeNull();
    });

    test('that staff has cancelled an order which was not paid yet, once, however often it was cancelled', async () => {
      const staff = await staffAt(shop);
      // The bank may decide before the cancellation: then another order is tried.
      const { id, history } = await eventually(
        async () => {
          const { body } = await order('tok_late_webhook', eve);
          const cancel = () => staff.ask(`POST /v1/admin/orders/${body.id}/cancel`, { reason: 'fraud' });
          const answers = await Promise.all(Array.from({ length: 20 }, cancel));
          expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
          return outcomeOf(body.id);
        },
        ({ status }) => status === 'REJECTED',
      );
      expect(history.filter(({ status }: { status: string }) => status === 'REJECTING')).toHaveLength(1);
      expect((await eve.ask(`POST /v1/orders/${id}/cancel`, {})).status).toBe(200);
      expect(await mailed(id, 'unpaid-order-cancelled')).toContain('cancelled before it was paid');
    });
  });

  describe('a total that cannot be charged', () => {
    /** Coupons that leave this much of the goods, and nothing of the delivery. */
    const couponsLeaving = async (left: number, goods: number) => {
      const admin = await staffAt(shop, 'admin');
      const [off, free] = [`OFF-${randomUUID().slice(0, 8)}`, `FREE-${randomUUID().slice(0, 8)}`];
      await admin.ask(`PUT /v1/admin/coupons/${off}`, { kind: 'fixed', amount: goods - left });
      await admin.ask(`PUT /v1/admin/coupons/${free}`, { kind: 'free-shipping' });
      return [off, free];
    };
    let bob: Shopper;
    beforeEach(async () => {
      bob = await Shopper.at(shop.url);
    });
    const quote = (part: object = {}) => bob.ask('POST /v1/checkout/quote', { addressId: bob.addressId, ...part });
    const place = (part: object = {}) =>
      bob.ask('POST /v1/orders', { addressId: bob.addressId, ...part }, { 'idempotency-key': randomUUID() });

    test('is refused in the quote and in the order, before anything is reserved; within the limits it is sold', async () => {
      await bob.put(MUG, 1);
      const { totals, payable } = (await quote()).body;
      expect(payable).toEqual({
        least: { amount: 50, currency: 'EUR' },
        largest: { amount: 99_999_999, currency: 'EUR' },
      });
      const goods = totals.subtotal.amount;
      const couponCodes = await couponsLeaving(49, goods);
      const refused = { status: 422, body: { type: '/problems/total-not-payable', least: { amount: 50 } } };
      expect(await quote({ couponCodes })).toMatchObject(refused);
      expect(await place({ couponCodes })).toMatchObject(refused);
      expect((await bob.ask('GET /v1/orders')).body.items).toEqual([]);
      const enough = await couponsLeaving(50, goods);
      expect(await place({ couponCodes: enough })).toMatchObject({
        status: 201,
        body: { totals: { total: { amount: 50 } } },
      });
    });

    test('does not touch one of zero, which is free', async () => {
      await bob.put(MUG, 1);
      const { totals } = (await quote()).body;
      const couponCodes = await couponsLeaving(0, totals.subtotal.amount);
      expect(await place({ couponCodes })).toMatchObject({ status: 201, body: { status: 'PAID' } });
    });
  });
});
