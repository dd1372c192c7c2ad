import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { renewCookie } from '../../services/shopping/cart/cart-token.ts';
import { eachEngine } from '../support/engines.ts';
import { request, Shopper, startShop, type TestShop } from '../support/shop.ts';

const LISTED = 'https://shop.example.com';
const FOREIGN = 'https://evil.example';

eachEngine('browsers', (engine) => {
  let shop: TestShop;
  let ada: Shopper;
  beforeAll(async () => {
    shop = await startShop(engine.config({ CORS_ORIGINS: `${LISTED},https://staff.example.com`, SEED: 'true' }));
    ada = await Shopper.at(shop.url);
  });
  afterAll(() => shop.stop());

  describe('CORS', () => {
    const preflight = (origin: string, path = '/v1/orders', method = 'POST') =>
      request(shop.url, `OPTIONS ${path}`, {
        headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization' },
      });

    test('a page of a listed origin may ask, with credentials, by name and never by a wildcard', async () => {
      const { status, headers } = await preflight(LISTED);
      expect(status).toBe(204);
      expect(headers.get('access-control-allow-origin')).toBe(LISTED);
      expect(headers.get('access-control-allow-credentials')).toBe('true');
      expect(headers.get('access-control-allow-methods')).toBe('POST, GET, HEAD');
      expect(headers.get('access-control-allow-headers')).toMatch(/Authorization.*Idempotency-Key/);
      const answer = await ada.ask('GET /v1/me', undefined, { origin: LISTED });
      expect(answer.headers.get('access-control-allow-origin')).toBe(LISTED);
      expect(answer.headers.get('access-control-expose-headers')).toMatch(/Location.*RateLimit/);
    });

    test.each([
      FOREIGN,
      'null',
      `${LISTED}.evil.example`,
      'https://evilshop.example.com',
      'http://shop.example.com',
      '*',
    ])('a page of %s may not', async (origin) => {
      expect(await preflight(origin)).toMatchObject({ status: 403, body: { type: '/problems/origin-not-allowed' } });
      for (const { headers } of [await preflight(origin), await ada.ask('GET /v1/me', undefined, { origin })]) {
        expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
      }
    });

    test('caches keep the answers of different origins apart', async () => {
      for (const headers of [{ origin: LISTED }, { origin: FOREIGN }, {}]) {
        expect((await request(shop.url, 'GET /v1/categories', { headers })).headers.get('vary')).toMatch(/Origin/);
      }
    });

    test('an unlisted error is readable for a listed page, too', async () => {
      const { headers } = await request(shop.url, 'GET /nowhere', { headers: { origin: LISTED } });
      expect(headers.get('access-control-allow-origin')).toBe(LISTED);
    });
  });

  describe('security headers', () => {
    test.each([
      ['an answer', 'GET /v1/categories'],
      ['a problem', 'GET /nowhere'],
      ['a refusal before its route', `GET /${'x'.repeat(5000)}`],
      ['a bad body', 'POST /v1/auth/login'],
    ])('are on %s', async (_name, route) => {
      const body = route.startsWith('POST') ? '{"broken' : undefined;
      const { headers } = await request(shop.url, route, { body });
      expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
      expect(headers.get('strict-transport-security')).toMatch(/^max-age=31536000/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-frame-options')).toBe('SAMEORIGIN');
      for (const name of ['x-powered-by', 'server']) expect(headers.get(name)).toBeNull();
    });
  });

  describe('cookies', () => {
    let cookie: string;
    const itemsWith = async (headers: Record<string, string>) =>
      (await request(shop.url, 'GET /v1/cart', { headers: { cookie, ...headers } })).body.items.length;

    test("the only one, the cart's, is HttpOnly and SameSite, and Secure in production", async () => {
      const { sku } = (await request(shop.url, 'GET /v1/products/alder-merino-crew-sweater')).body.variants[0];
      const { headers } = await request(shop.url, `PUT /v1/cart/items/${sku}`, { body: { quantity: 1 } });
      const given = headers.get('set-cookie') ?? '';
      expect(given).toMatch(/^cart=[\w-]{43}; Path=\/v1; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
      expect(renewCookie('x', true)['Set-Cookie']).toMatch(/; HttpOnly; SameSite=Lax; Secure$/);
      cookie = given.split(';', 1)[0] ?? '';
      expect(await itemsWith({})).toBe(1);
      expect(await itemsWith({ origin: LISTED, 'sec-fetch-site': 'cross-site' })).toBe(1);
    });

    test.each([
      ['says so', { 'sec-fetch-site': 'cross-site', origin: FOREIGN }],
      ['says only where it is from', { origin: FOREIGN }],
      ['says only that it is', { 'sec-fetch-site': 'cross-site' }],
      ['is from nowhere', { origin: 'null' }],
    ])('count as none on a request that a page of another site sends, which %s', async (_name, headers) => {
      expect(await itemsWith(headers as Record<string, string>)).toBe(0);
    });
  });

  describe('request ids', () => {
    const idOf = async (given?: string) => {
      const { headers } = await request(shop.url, 'GET /v1/categories', {
        headers: given ? { 'x-request-id': given } : {},
      });
      return headers.get('x-request-id');
    };

    test('each answer has one: that of the caller, if it is a sound one', async () => {
      expect(await idOf('checkout-1234.5:6')).toBe('checkout-1234.5:6');
      expect(await idOf()).toMatch(/^[0-9a-f-]{36}$/);
      for (const bad of [
        'short',
        'x'.repeat(200),
        'with space in it',
        '<script>alert(1)</script>',
        '../../etc/passwd',
      ]) {
        expect(await idOf(bad)).toMatch(/^[0-9a-f-]{36}$/);
      }
    });

    test('a problem names it', async () => {
      const { headers, body } = await request(shop.url, 'GET /nowhere', {
        headers: { 'x-request-id': 'checkout-1234' },
      });
      expect(headers.get('x-request-id')).toBe('checkout-1234');
      expect(body.instance).toBe('/requests/checkout-1234');
    });
  });
});
