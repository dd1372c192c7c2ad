import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Service } from 'moleculer';
import type { Config } from '../../lib/process/config.ts';
import inventoryService from '../../services/product/inventory/inventory.service.ts';
import { sampleCatalogue } from '../../services/product/seed/catalogue.ts';
import { newId } from '../../services/shared/ids.ts';
import type { Order } from '../../services/shopping/order/order.ts';
import { sandboxSecret } from '../../services/shopping/payment/providers/sandbox/sandbox-secret.ts';
import { signWebhook } from '../../services/shopping/payment/providers/sandbox/webhook-signature.ts';
import { stopAndAudit, storeOf } from '../support/books.ts';
import { eachEngine } from '../support/engines.ts';
import { eventually, request, Shopper, startShop, type TestShop } from '../support/shop.ts';

const { products } = await sampleCatalogue('EUR');
const [MUG = ''] = products
  .flatMap(({ variants }) => variants.filter(({ stock }) => stock > 100))
  .map(({ sku }) => sku);

eachEngine('a webhook', (engine) => {
  let config: Config;
  let shop: TestShop;
  let ada: Shopper;

  beforeAll(async () => {
    config = engine.config({ SEED: 'true', LOG_LEVEL: 'fatal' });
    shop = await startShop(config);
    ada = await Shopper.at(shop.url);
  });
  afterAll(async () => {
    expect(await stopAndAudit(shop)).toEqual([]);
  });

  const eventOf = (orderId: string, id = `evt_${randomUUID()}`) =>
    JSON.stringify({ id, type: 'payment.captured', orderId });
  const signature = (body: string, secret = sandboxSecret(config), at = new Date()) => signWebhook(body, secret, at);
  const send = (body: string, header: string | undefined = signature(body), provider = 'sandbox') =>
    request(shop.url, `POST /v1/webhooks/${provider}`, {
      body,
      headers: header ? { 'sandbox-signature': header } : {},
    });
  const order = async (paymentMethod: string) => {
    await ada.put(MUG, 1);
    return ada.ask('POST /v1/orders', { addressId: ada.addressId, paymentMethod }, { 'idempotency-key': randomUUID() });
  };
  const stored = async (id: string) => (await storeOf(shop, 'order').get(id)) as Order;

  /** An order that waits for its payment, and that recovery leaves alone for an hour. */
  const waiting = async (_id = newId('ord')) => {
    // What the cart held has been sold with the first: the copy claims no cart.
    const { cartClaim: _claimed, ...placed } = await stored((await order('tok_approve')).body.id);
    await storeOf(shop, 'order').insert({
      ...{ ...placed, _id, idemKey: randomUUID(), state: 'PENDING', payment: null, outbox: [] },
      tries: [{ key: _id, provider: 'sandbox', method: 'tok_approve', state: 'OPEN', at: new Date() }],
      ...{ history: placed.history.slice(0, 1), nextAt: new Date(Date.now() + 3_600_000), lease: null },
    });
    return _id;
  };

  test('that is right drives its order on, which asks the provider itself', async () => {
    const id = await waiting();
    expect((await storeOf(shop, 'sandbox').get(id))?.captured).toBeUndefined();
    expect(await send(eventOf(id))).toMatchObject({ status: 200, body: { received: true } });
    expect(await stored(id)).toMatchObject({ state: 'PAID', payment: { reference: `sandbox_${id}` } });
  });

  test('is read byte for byte, with any media type', async () => {
    const body = ` ${eventOf(newId('ord'))}\n`;
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'application/json; charset=utf-8']) {
      const headers = { 'sandbox-signature': signature(body), 'content-type': type };
      expect(await request(shop.url, 'POST /v1/webhooks/sandbox', { body, headers })).toMatchObject({ status: 200 });
    }
  });

  describe('is refused', () => {
    let id: string;
    beforeAll(async () => {
      id = await waiting();
    });
    const refused = async (answer: ReturnType<typeof send>, status: number, type: string) => {
      expect(await answer).toMatchObject({ status, body: { type: `/problems/${type}` } });
      expect(await stored(id)).toMatchObject({ state: 'PENDING', rev: 0 });
    };

    test('with the signature of a wrong key', async () => {
      const body = eventOf(id);
      await refused(send(body, signature(body, 'another secret')), 400, 'invalid-signature');
    });

    test('with a body that was tampered with', async () => {
      const body = eventOf(newId('ord'));
      const forged = eventOf(id);
      await refused(send(forged, signature(body)), 400, 'invalid-signature');
      await refused(send(`${forged} `, signature(forged)), 400, 'invalid-signature');
    });

    test('when it was signed more than five minutes ago', async () => {
      const body = eventOf(id);
      const old = new Date(Date.now() - 301_000);
      await refused(send(body, signature(body, undefined, old)), 400, 'invalid-signature');
    });

    test('without a signature, or with that of another provider', async () => {
      const body = eventOf(id);
      await refused(send(body, ''), 400, 'invalid-signature');
      const headers = { 'stripe-signature': signature(body) };
      await refused(request(shop.url, 'POST /v1/webhooks/sandbox', { body, headers }), 400, 'invalid-signature');
    });

    test.each([
      'null',
      '[]',
      '{',
      '',
      '{"id":1}',
      '{"id":"evt_1","type":null}',
      '{"id":"evt_1","type":"x","orderId":1}',
    ])('with the signed body %j, which is no event', async (body) => {
      await refused(send(body), 400, 'invalid-request');
    });

    test('from a provider that this shop does not use, or that there is not', async () => {
      const body = eventOf(id);
      await refused(send(body, undefined, 'stripe'), 404, 'not-found');
      await refused(send(body, undefined, 'unknown'), 404, 'not-found');
    });

    test('for no other reason', async () => {
      expect((await send(eventOf(id))).status).toBe(200);
      expect((await stored(id)).state).toBe('PAID');
    });
  });

  test('that is replayed is answered with 200 and ignored', async () => {
    const id = newId('ord');
    const seen = eventOf(id);
    expect((await send(seen)).status).toBe(200);
    await waiting(id);
    expect(await send(seen)).toMatchObject({ status: 200, body: { received: true } });
    expect(await stored(id)).toMatchObject({ state: 'PENDING', rev: 0 });
    expect((await send(eventOf(id))).status).toBe(200); // a new one counts
    expect((await stored(id)).state).toBe('PAID');
  });

  test('that could not be dealt with is not taken, and counts when it is sent again', async () => {
    const id = await waiting();
    const body = eventOf(id);
    await shop.broker.destroyService(shop.broker.getLocalService('inventory') as Service);
    expect((await send(body)).status).toBe(503);
    expect((await stored(id)).state).toBe('PENDING');
    shop.broker.createService(inventoryService(config) as never);
    await shop.broker.waitForServices('inventory');
    expect((await send(body)).status).toBe(200);
    expect((await stored(id)).state).toBe('PAID');
  });

  test("racing with the client's own call changes nothing: one charge, one answer", async () => {
    await ada.put(MUG, 1);
    const before = (await ada.ask('GET /v1/orders')).body.items[0]?.id;
    const placing = order('tok_slow');
    const [{ id }] = await eventually(
      async () => (await ada.ask('GET /v1/orders')).body.items,
      ([latest]) => latest !== undefined && latest.id !== before,
    );
    const webhooks = Promise.all(Array.from({ length: 10 }, () => send(eventOf(id))));
    const { status, body } = await placing;
    expect([201, 202]).toContain(status);
    expect(body.id).toBe(id);
    expect(new Set((await webhooks).map((answer) => answer.status))).toEqual(new Set([200]));
    const paid = await eventually(
      () => stored(id),
      ({ state }) => state === 'PAID',
    );
    expect(paid.history.filter((entry) => entry.event === 'status' && entry.status === 'PAID')).toHaveLength(1);
    expect(await storeOf(shop, 'sandbox').get(id)).toMatchObject({ captured: paid.totals.total.amount, refunded: 0 });
  });
});
