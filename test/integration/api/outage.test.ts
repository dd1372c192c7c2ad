import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Service } from 'moleculer';
import { storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { type Answer, eventually, request, Shopper, startShop, type TestShop } from '../../support/shop.ts';

/** The services of one node, and requests that need each of them. */
const OUTAGES: [string, string[], (ada: Shopper, sku: string) => Promise<Answer>[]][] = [
  [
    'shopping',
    ['order', 'cart', 'payment'],
    (ada, sku) => [ada.ask('GET /v1/cart'), ada.put(sku, 1), ada.order(), ada.ask('GET /v1/orders')],
  ],
  [
    'product',
    ['product', 'category', 'inventory'],
    (ada) => [ada.ask('GET /v1/products'), ada.ask('GET /v1/products/none'), ada.ask('GET /v1/categories')],
  ],
  [
    'customer',
    ['customer'],
    (ada) => [
      ada.ask('GET /v1/me'),
      ada.ask(`GET /v1/me/addresses/${ada.addressId}`),
      ada.ask('POST /v1/auth/login', { email: ada.email, password: ada.password }),
    ],
  ],
];

eachEngine('when a part of the shop fails', (engine) => {
  let shop: TestShop;
  let ada: Shopper;
  let sku: string;
  const local = (name: string) => shop.broker.getLocalService(name) as unknown as Service;

  beforeAll(async () => {
    shop = await startShop(engine.config({ SEED: 'true', LOG_LEVEL: 'fatal' }));
    ada = await Shopper.at(shop.url);
    sku = (await ada.ask('GET /v1/products?limit=1')).body.items[0].defaultSku;
    expect((await ada.put(sku, 1)).status).toBe(200);
  });
  afterAll(() => shop.stop());

  test('an error that nobody expected shows nothing of what happened inside', async () => {
    const spoil = (title: unknown) =>
      storeOf(shop, 'category').change('tree', () => ({
        answer: undefined,
        patch: { 'categories.garden.title': title },
      }));
    // A document that breaks the contract, which the category service finds out while it answers.
    await spoil(42);
    const { status, headers, body } = await ada.ask('GET /v1/categories');
    await spoil('Garden');
    expect(status).toBe(500);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(body).toEqual({
      type: '/problems/internal-error',
      title: 'Internal error',
      status: 500,
      detail: 'The cause is in our log under this request id.',
      instance: expect.stringMatching(/^urn:uuid:/),
    });
    expect((await ada.ask('GET /v1/categories')).status).toBe(200);
  });

  test('a deep look at readiness names each node kind', async () => {
    const parts = { customer: 'ready', product: 'ready', shopping: 'ready' };
    expect(await ada.ask('GET /readyz?deep=true')).toMatchObject({ status: 200, body: { status: 'ready', parts } });
    expect((await ada.ask('GET /readyz')).body).toEqual({ status: 'ready' });
    expect((await ada.ask('GET /readyz?deep=maybe')).status).toBe(400);
  });

  // In this order, since none is started again; the services of a node go one by one.
  test.each(OUTAGES)(
    'without the node %s its routes answer 503 and the others go on',
    async (kind, names, requests) => {
      expect((await ada.ask('GET /readyz?deep=true')).body.detail ?? '').not.toContain(kind);
      const others = OUTAGES.filter(
        ([other]) => OUTAGES.findIndex(([k]) => k === other) > OUTAGES.findIndex(([k]) => k === kind),
      );

      for (const name of names) await shop.broker.destroyService(local(name));

      // For a moment, a gateway still has answers of public reads.
      const answers = await eventually(
        () => Promise.all(requests(ada, sku)),
        (all) => all.every(({ status }) => status === 503),
      );
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 503, body: { type: '/problems/unavailable', status: 503 } });
        expect(answer.headers.get('retry-after')).toBe('1');
      }
      for (const [, , living] of others) {
        const statuses = (await Promise.all(living(ada, sku))).map(({ status }) => status);
        expect(statuses).not.toContain(503);
        expect(statuses).toContain(200);
      }
      const ready = await ada.ask('GET /readyz?deep=true');
      expect(ready).toMatchObject({ status: 503, body: { type: '/problems/unavailable' } });
      expect(ready.headers.get('retry-after')).toBe('1');
      expect(ready.body.detail).toContain(kind);
      expect(ready.body.parts[kind]).toBe('missing');
      for (const [living] of others) {
        expect(ready.body.detail).not.toContain(living);
        expect(ready.body.parts[living]).toBe('ready');
      }
      // The gateway itself can serve the rest: a load balancer must not take it out.
      expect(await ada.ask('GET /readyz')).toMatchObject({ status: 200, body: { status: 'ready' } });
      expect(await ada.ask('GET /healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
    },
  );

  test('what is not there is still told from what is away', async () => {
    expect((await request(shop.url, 'GET /nowhere')).status).toBe(404);
    expect((await request(shop.url, 'POST /v1/products')).status).toBe(405);
  });
});
