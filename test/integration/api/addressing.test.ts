import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eachEngine } from '../../support/engines.ts';
import { request, startShop, type TestShop } from '../../support/shop.ts';

const NOT_FOUND = { status: 404, body: { type: '/problems/not-found' } };

eachEngine('what the gateway finds at an address', (engine) => {
  let shop: TestShop;
  const ask = (route: string, headers: Record<string, string> = {}) => request(shop.url, route, { headers });

  beforeAll(async () => {
    shop = await startShop(engine.config({ SEED: 'true' }));
  });
  afterAll(() => shop.stop());

  test.each([
    '/',
    '/nowhere',
    '/v1',
    '/v2/products',
    '/~node/list',
    '/~node/services',
    '/$node/list',
    '/%24node/list',
    '/api/listAliases',
    '/list-aliases',
    '/customer/profile',
    '/customer.profile',
    '/customer/ready',
    '/inventory/reserve',
    '/v1/inventory/levels',
    '/v1/customers',
    '/$near-cache',
    '/../package.json',
    '/..%2fpackage.json',
    '/.env',
  ])('nothing is at %s', async (path) => {
    for (const method of ['GET', 'POST', 'OPTIONS']) expect(await ask(`${method} ${path}`)).toMatchObject(NOT_FOUND);
  });

  test.each([
    ['POST /v1/products', ['GET', 'HEAD']],
    ['PUT /v1/me', ['DELETE', 'GET', 'HEAD', 'PATCH']],
    ['PATCH /v1/cart', ['DELETE', 'GET', 'HEAD']],
    ['GET /v1/auth/login', ['POST']],
    ['HEAD /v1/auth/login', ['POST']],
    ['OPTIONS /v1/me', ['DELETE', 'GET', 'HEAD', 'PATCH']],
    ['GET /v1/cart/items/SKU-1', ['DELETE', 'PUT']],
  ])('%s is refused, and told what is offered there', async (route, offered) => {
    const { status, headers, body } = await ask(route);
    expect(status).toBe(405);
    expect((headers.get('allow') ?? '').split(', ').sort()).toEqual(offered);
    if (!route.startsWith('HEAD')) expect(body).toMatchObject({ type: '/problems/method-not-allowed', status: 405 });
  });

  test.each(['/v1/products', '/v1/products/alder-merino-crew-sweater', '/healthz'])(
    'a HEAD of %s is answered as a GET, without the body',
    async (path) => {
      const [get, head] = [await ask(`GET ${path}`), await ask(`HEAD ${path}`)];
      expect(head).toMatchObject({ status: 200, body: '' });
      for (const name of ['content-type', 'x-content-type-options']) {
        expect([name, head.headers.get(name)]).toEqual([name, get.headers.get(name)]);
      }
    },
  );

  test('a HEAD is refused as its GET is', async () => {
    expect((await ask('HEAD /v1/me')).status).toBe(401);
    expect((await ask('HEAD /v1/products/no-such-product')).status).toBe(404);
    expect((await ask('HEAD /nowhere')).status).toBe(404);
  });

  test.each(['GET /v1/products/%E0%A4%A', 'GET /v1/products/%', 'DELETE /v1/cart/items/%FF', 'PUT /v1/products/%zz'])(
    'an address that decodes to nothing is malformed: %s',
    async (route) => {
      expect(await ask(route)).toMatchObject({ status: 400, body: { type: '/problems/invalid-request' } });
    },
  );

  test.each(['..%2f..%2fme', '%00', 'a%20b', "'%3B--", '%F0%9F%91%9F'])(
    'an odd but well-formed name is looked up: %s',
    async (name) => {
      expect(await ask(`GET /v1/products/${name}`)).toMatchObject(NOT_FOUND);
    },
  );

  test('the probes say that the shop is up and ready', async () => {
    expect(await ask('GET /healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await ask('GET /readyz')).toMatchObject({ status: 200, body: { status: 'ready' } });
  });

  test('an answer carries an id of its own, or the one the client gave', async () => {
    const given = '6f0d6a3e-7c1b-4c5e-9b5a-0a4a8b7c9d10';
    const kept = await ask('GET /nowhere', { 'x-request-id': given });
    expect(kept.body.instance).toBe(`urn:uuid:${given}`);
    const [odd, without] = [await ask('GET /nowhere', { 'x-request-id': '"><script>' }), await ask('GET /nowhere')];
    for (const { body } of [odd, without]) expect(body.instance).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
    expect(odd.body.instance).not.toBe(without.body.instance);
    const found = await ask('GET /v1/categories', { 'x-request-id': given });
    expect(found.headers.get('x-request-id')).toBe(given);
  });

  test('what everyone may see may be cached, and nothing else', async () => {
    expect((await ask('GET /v1/products')).headers.get('cache-control')).toMatch(/^public/);
    expect((await ask('GET /v1/me')).headers.get('cache-control')).toBe('no-store');
    expect((await ask('GET /nowhere')).headers.get('cache-control')).toBe('no-store');
  });
});
