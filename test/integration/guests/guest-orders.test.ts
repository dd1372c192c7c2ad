import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { Guest } from '../../support/guests.ts';
import { ADDRESS, request, startShop, type TestShop } from '../../support/shop.ts';

eachEngine('a guest', (engine) => {
  let shop: TestShop;
  let sku: string;
  beforeAll(async () => {
    const config = engine.config({ SEED: 'true', LOG_LEVEL: 'error' });
    shop = await startShop(config);
    sku = (await request(shop.url, 'GET /v1/products/alder-merino-crew-sweater')).body.variants[0].sku;
  });
  afterAll(() => shop.stop());

  test('places an order with a cart token and an e-mail address, and the answer carries the order token', async () => {
    const guest = new Guest(shop.url);
    await guest.put(sku, 1);
    const { status, headers, body } = await guest.order();
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/orders/${body.id}`);
    expect(body).toMatchObject({
      status: 'PAID',
      shippingAddress: ADDRESS,
      orderToken: expect.stringMatching(/^[\w-]{43}$/),
    });
    const cart = await request(shop.url, 'GET /v1/cart', { headers: guest.cart });
    expect(cart.body.items).toEqual([]);
    const stored = await storeOf(shop, 'order').get(body.id);
    expect(JSON.stringify(stored)).not.toContain(body.orderToken);
  });

  test('gets the same answer, with the same order token, for a repeated request, and only there', async () => {
    const guest = new Guest(shop.url);
    await guest.put(sku, 1);
    const first = await guest.order('again');
    const second = await guest.order('again');
    expect([second.status, second.body]).toEqual([201, first.body]);
    expect((await guest.order('again', { note: 'other' })).body.type).toBe('/problems/idempotency-key-reused');
    expect((await guest.ask(`GET /v1/orders/${guest.orderId}`)).body).not.toHaveProperty('orderToken');
  });
});
