import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eachEngine } from '../support/engines.ts';
import { ADDRESS, request, Shopper, startShop, type TestShop } from '../support/shop.ts';
import { staffAt } from '../support/staff.ts';

eachEngine("another customer's", (engine) => {
  let shop: TestShop;
  let ada: Shopper;
  let eve: Shopper;
  let orderId: string;
  let sku: string;

  beforeAll(async () => {
    shop = await startShop(engine.config({ SEED: 'true' }));
    [ada, eve] = await Promise.all([Shopper.at(shop.url), Shopper.at(shop.url)]);
    sku = (await request(shop.url, 'GET /v1/products/alder-merino-crew-sweater')).body.variants[0].sku;
    await ada.put(sku, 1);
    orderId = (await ada.order()).body.id;
    await ada.put(sku, 2);
  });
  afterAll(() => shop.stop());

  test('order, invoice, event stream, address and session are not there', async () => {
    const [{ id: sessionId }] = (await ada.ask('GET /v1/me/sessions')).body.items;
    const routes: [string, unknown?, Record<string, string>?][] = [
      [`GET /v1/orders/${orderId}`],
      [`GET /v1/orders/${orderId}/invoice`],
      [`GET /v1/orders/${orderId}/credit-notes`],
      [`GET /v1/orders/${orderId}/credit-notes/CN-2026-000001`],
      [`GET /v1/orders/${orderId}/events`],
      [`POST /v1/orders/${orderId}/cancel`, {}],
      [
        `POST /v1/orders/${orderId}/returns`,
        { items: [{ sku, quantity: 1 }], reason: 'x' },
        { 'idempotency-key': 'k' },
      ],
      [`GET /v1/me/addresses/${ada.addressId}`],
      [`PUT /v1/me/addresses/${ada.addressId}`, ADDRESS],
      [`DELETE /v1/me/addresses/${ada.addressId}`],
      [`DELETE /v1/me/sessions/${sessionId}`],
    ];
    // Staff has routes of its own, which are written down.
    for (const who of [eve, await staffAt(shop), await staffAt(shop, 'admin')]) {
      for (const [route, body, headers] of routes) {
        expect([route, (await who.ask(route, body, headers)).status]).toEqual([route, 404]);
      }
    }
    expect((await ada.ask('GET /v1/me')).status).toBe(200);
  });

  test('address cannot be ordered to', async () => {
    await eve.put(sku, 1);
    expect((await eve.order('to-ada', ada.addressId)).status).toBe(404);
  });

  test('cart, lists and export have nothing of theirs', async () => {
    const seen = await Promise.all(
      ['/v1/cart', '/v1/orders', '/v1/me/addresses', '/v1/me/sessions', '/v1/me/export'].map((path) =>
        eve.ask(`GET ${path}`),
      ),
    );
    for (const { status, body } of seen) {
      expect(status).toBe(200);
      for (const theirs of [ada.id, ada.email, ada.addressId, orderId])
        expect(JSON.stringify(body)).not.toContain(theirs);
    }
  });

  test('answer is never given from a cache, whoever asks next', async () => {
    for (const who of [ada, eve, ada, eve]) {
      const { body, headers } = await who.ask('GET /v1/me');
      expect(body.id).toBe(who.id);
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  test('id, price or status cannot be set by a field of a body, and a role neither', async () => {
    const hostile: [string, unknown, string][] = [
      ['PATCH /v1/me', { name: 'Eve', customerId: ada.id }, '/customerId'],
      ['PATCH /v1/me', { name: 'Eve', role: 'admin' }, '/role'],
      ['PATCH /v1/me', { name: 'Eve', emailVerified: true }, '/emailVerified'],
      [`PUT /v1/cart/items/${sku}`, { quantity: 1, price: 1 }, '/price'],
      ['POST /v1/me/addresses', { ...ADDRESS, customerId: ada.id }, '/customerId'],
      ['POST /v1/checkout/quote', { address: ADDRESS, discount: 100 }, '/discount'],
    ];
    for (const [route, body, pointer] of hostile) {
      expect(await eve.ask(route, body)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
    }
    const order = { addressId: eve.addressId, status: 'PAID', totals: {}, customerId: ada.id };
    const placed = await eve.ask('POST /v1/orders', order, { 'idempotency-key': 'mass' });
    expect(placed.status).toBe(400);
    expect(placed.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/customerId',
      '/status',
      '/totals',
    ]);
  });

  test('fields cannot come through a query, dots or brackets', async () => {
    const targets = [
      `PUT /v1/cart/items/${sku}?quantity=5`,
      'PATCH /v1/me?name=Eve',
      'GET /v1/products?q[$ne]=x',
      'GET /v1/products?__proto__[admin]=1',
      'GET /v1/products?constructor.prototype.admin=1',
      'GET /v1/products?q=a&q=b',
      'GET /v1/orders?customerId=x',
      `GET /v1/orders/${orderId}?id=other`,
    ];
    for (const route of targets) {
      const body = /^(PUT|PATCH)/.test(route) ? { name: 'Eve' } : undefined;
      expect([route, (await eve.ask(route, body)).status]).toEqual([route, 400]);
    }
    const dotted = await eve.ask(
      'PATCH /v1/me',
      JSON.parse('{"__proto__.admin": true, "constructor.prototype.admin": 1}'),
    );
    expect(dotted.status).toBe(400);
    expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false);
  });
});
