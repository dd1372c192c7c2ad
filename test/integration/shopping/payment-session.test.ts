import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { stopAndAudit, storeOf, wrongAtRest } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { type Answer, eventually, request, Shopper, startShop, type TestShop } from '../../support/shop.ts';

const { products } = await sampleCatalogue('EUR');
const [MUG = ''] = products
  .flatMap(({ variants }) => variants.filter(({ stock }) => stock > 100))
  .map(({ sku }) => sku);

eachEngine('a payment as a session', (engine) => {
  let shop: TestShop;
  let ada: Shopper;

  beforeAll(async () => {
    shop = await startShop(engine.config({ SEED: 'true', LOG_LEVEL: 'fatal' }));
  });
  afterAll(async () => {
    expect(await stopAndAudit(shop)).toEqual([]);
  });
  beforeEach(async () => {
    ada = await Shopper.at(shop.url);
    await ada.put(MUG, 1);
  });

  const place = (paymentMethod: string, key: string = randomUUID()): Promise<Answer> =>
    ada.ask('POST /v1/orders', { addressId: ada.addressId, paymentMethod }, { 'idempotency-key': key });
  const pay = (id: string, paymentMethod: string, key: string = randomUUID()) =>
    ada.ask(`POST /v1/orders/${id}/payment`, { paymentMethod }, { 'idempotency-key': key });
  const complete = (id: string) => ada.ask(`POST /v1/orders/${id}/payment/complete`, {});
  const get = async (id: string): Promise<Answer['body']> => (await ada.ask(`GET /v1/orders/${id}`)).body;
  const until = (id: string, status: string) =>
    eventually(
      () => get(id),
      (order) => order.status === status,
    );
  const stored = (id: string) => storeOf(shop, 'order').get(id);
  const charge = (key: string) => storeOf(shop, 'sandbox').get(key);
  const heldFor = async (id: string) => (await storeOf(shop, 'inventory').get(MUG))?.res[id];
  /** A person answers on the page. */
  const answer = async (url: string, decision: string) => {
    const { pathname } = new URL(url);
    return fetch(shop.url + pathname, { method: 'POST', body: new URLSearchParams({ decision }) });
  };

  test('asks the customer to act: 201, PENDING, with the action; once they approve, the order is paid', async () => {
    const { status, body } = await place('tok_challenge');
    expect([status, body.status]).toEqual([201, 'PENDING']);
    const { payment } = body;
    expect(payment).toMatchObject({ status: 'requires-action', provider: 'sandbox', method: 'tok_challenge' });
    expect(payment.action).toEqual({ type: 'redirect', url: expect.stringContaining(`/sandbox/challenge/${body.id}`) });
    expect(Date.parse(payment.expiresAt) - Date.parse(body.createdAt)).toBe(30 * 60_000);
    expect(await heldFor(body.id)).toBe(1);
    const page = await fetch(shop.url + new URL(payment.action.url).pathname);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('Approve a payment');
    expect((await complete(body.id)).body.payment.status).toBe('requires-action');
    expect((await answer(payment.action.url, 'approve')).status).toBe(200);
    const done = await complete(body.id);
    expect([done.status, done.body.status, done.body.payment.status]).toEqual([200, 'PAID', 'captured']);
    expect(done.body.payment).not.toHaveProperty('action');
    // Any number of times.
    const again = await Promise.all(Array.from({ length: 5 }, () => complete(body.id)));
    expect(again.map((one) => one.body.status)).toEqual(Array(5).fill('PAID'));
    expect(await charge(body.id)).toMatchObject({ captured: body.totals.total.amount, refunded: 0 });
  });

  test.each([
    ['tok_challenge_approved', 'PAID'],
    ['tok_redirect', 'PAID'],
  ])('the webhook of %s drives the order on without its customer', async (method, status) => {
    const { body } = await place(method);
    expect(body.payment.status).toBe('requires-action');
    if (method === 'tok_redirect') await answer(body.payment.action.url, 'approve');
    expect((await until(body.id, status)).payment.captured).toEqual(body.totals.total);
  });

  test('a challenge that is declined leaves the order open for another method, with its stock held once', async () => {
    const { body } = await place('tok_challenge_declined');
    const failed = await eventually(
      () => get(body.id),
      ({ payment }) => payment.status === 'failed',
    );
    expect(failed).toMatchObject({ status: 'PENDING', payment: { reason: 'authentication_failed' } });
    expect(failed.history.map(({ event }: { event: string }) => event)).toContain('payment-failed');
    expect(await heldFor(body.id)).toBe(1);
    const paid = await pay(body.id, 'tok_approve');
    expect([paid.status, paid.body.status, paid.body.payment.method]).toEqual([200, 'PAID', 'tok_approve']);
    expect(await charge(`${body.id}_2`)).toMatchObject({ state: 'captured' });
    expect(await charge(body.id)).toMatchObject({ state: 'declined', captured: 0 });
  });

  test('an abandoned challenge is cancelled before another method is charged', async () => {
    const { body } = await place('tok_challenge_abandoned');
    expect((await answer(body.payment.action.url, 'approve')).status).toBe(200);
    expect((await complete(body.id)).body.payment.status).toBe('requires-action');
    expect((await pay(body.id, 'tok_approve')).body.status).toBe('PAID');
    expect(await charge(body.id)).toMatchObject({ state: 'cancelled', captured: 0 });
  });

  test('a refund goes back to the try that was captured', async () => {
    const { body } = await place('tok_decline');
    await pay(body.id, 'tok_approve');
    expect((await ada.ask(`POST /v1/orders/${body.id}/cancel`, {})).status).toBe(200);
    await until(body.id, 'CANCELLED');
    const refunded = await eventually(
      () => get(body.id),
      ({ payment }) => payment.status === 'refunded',
    );
    expect(refunded.payment.refunded).toEqual(body.totals.total);
    expect(await charge(`${body.id}_2`)).toMatchObject({ refunded: body.totals.total.amount });
  });

  test('twenty requests with one key, and as many with keys of their own, are charged once', async () => {
    const { body } = await place('tok_decline');
    const key = randomUUID();
    await Promise.all(Array.from({ length: 20 }, (_, n) => pay(body.id, 'tok_approve', n % 2 ? key : randomUUID())));
    const order = await until(body.id, 'PAID');
    const { tries = [] } = (await stored(body.id)) ?? {};
    const charges = await Promise.all(tries.map(({ key: one }) => charge(one)));
    const kept = charges.reduce((sum, one) => sum + (one?.captured ?? 0) - (one?.refunded ?? 0), 0);
    expect(kept).toBe(order.totals.total.amount);
  });

  test('a key is for one method; an unknown one is refused; a paid order takes no other', async () => {
    const { body } = await place('tok_decline');
    const key = randomUUID();
    expect((await pay(body.id, 'tok_of_mine', key)).body.type).toBe('/problems/unknown-payment-method');
    expect((await pay(body.id, 'tok_decline', key)).body.payment.status).toBe('failed');
    expect((await pay(body.id, 'tok_decline', key)).body.payment.status).toBe('failed');
    expect((await stored(body.id))?.tries).toHaveLength(2);
    expect((await pay(body.id, 'tok_approve', key)).body.type).toBe('/problems/idempotency-key-reused');
    expect((await pay(body.id, 'tok_of_mine', key)).body.type).toBe('/problems/idempotency-key-reused');
    expect((await pay(body.id, 'tok_approve')).body.status).toBe('PAID');
    expect((await pay(body.id, 'tok_approve')).body.type).toBe('/problems/wrong-state');
    const bob = await Shopper.at(shop.url);
    const theirs = await bob.ask(`POST /v1/orders/${body.id}/payment/complete`, {});
    expect(theirs.status).toBe(404);
  });

  test('a repeated request for the order gets the same answer, with the action', async () => {
    const key = randomUUID();
    const { body } = await place('tok_challenge', key);
    const again = await place('tok_challenge', key);
    expect([again.status, again.body.id, again.body.payment]).toEqual([201, body.id, body.payment]);
  });

  test('a customer cancels an order that waits: its charge is cancelled, its stock and the cart are free', async () => {
    const { body } = await place('tok_challenge');
    expect((await ada.ask(`POST /v1/orders/${body.id}/cancel`, {})).status).toBe(200);
    expect(await until(body.id, 'REJECTED')).toMatchObject({ payment: { status: 'failed' } });
    expect(await charge(body.id)).toMatchObject({ state: 'cancelled' });
    expect(await heldFor(body.id)).toBeUndefined();
    // Too late.
    await answer(body.payment.action.url, 'approve');
    expect((await complete(body.id)).body.status).toBe('REJECTED');
    expect((await pay(body.id, 'tok_approve')).body.type).toBe('/problems/wrong-state');
    expect((await place('tok_approve')).body.status).toBe('PAID');
  });

  test('pending then declined: the order stays open', async () => {
    const { status, body } = await place('tok_late_decline');
    expect([status, body.payment.status]).toEqual([202, 'processing']);
    await eventually(
      () => get(body.id),
      ({ payment }) => payment.status === 'failed',
    );
    expect((await pay(body.id, 'tok_late_webhook')).body.payment.status).toBe('processing');
    expect((await until(body.id, 'PAID')).payment.method).toBe('tok_late_webhook');
  });

  test('an order that waits for its customer is at rest for the auditor', async () => {
    await place('tok_challenge');
    expect(await wrongAtRest(shop)).toEqual([]);
  });

  describe('the page of a challenge', () => {
    test('is not there for what is no challenge, and takes approve or decline alone', async () => {
      const { body } = await place('tok_approve');
      expect((await request(shop.url, `GET /sandbox/challenge/${body.id}`)).status).toBe(404);
      expect((await request(shop.url, 'GET /sandbox/challenge/ord_of_nobody')).status).toBe(404);
      await ada.put(MUG, 1);
      const { body: open } = await place('tok_challenge');
      expect((await answer(open.payment.action.url, 'perhaps')).status).toBe(400);
      const declined = await answer(open.payment.action.url, 'decline');
      expect(await declined.text()).toContain('You have declined the payment.');
      // The first answer counts.
      expect(await (await answer(open.payment.action.url, 'approve')).text()).toContain('You have declined');
      expect((await complete(open.id)).body.payment).toMatchObject({ status: 'failed' });
    });

    test('runs no script, loads nothing from elsewhere, and no other site frames it', async () => {
      const { body } = await place('tok_challenge');
      const page = await fetch(shop.url + new URL(body.payment.action.url).pathname);
      const policy = page.headers.get('content-security-policy');
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain('script-src');
      expect(policy).toContain("frame-ancestors 'none'");
      expect(await page.text()).not.toContain('<script');
    });
  });
});
