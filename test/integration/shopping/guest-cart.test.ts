import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { endCookie, guestIdOf, tokenHeaders } from '../../../services/shopping/cart/cart-token.ts';
import { storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { ADDRESS, request, Shopper, startShop, type TestShop } from '../../support/shop.ts';

const { products } = await sampleCatalogue('EUR');
const PLENTY = products.flatMap(({ variants }) => variants).filter(({ stock }) => stock > 60);
const [MUG, BOWL, CUP] = PLENTY.map(({ sku }) => sku) as [string, string, string];

eachEngine("a guest's cart", (engine) => {
  let shop: TestShop;
  beforeAll(async () => {
    shop = await startShop(engine.config({ SEED: 'true', LOG_LEVEL: 'error' }));
  });
  afterAll(() => shop.stop());

  /** A guest with so many of each SKU in the cart. */
  const guest = async (wants: Record<string, number>) => {
    let token = '';
    let cookie = '';
    for (const [sku, quantity] of Object.entries(wants)) {
      const headers: Record<string, string> = token ? { 'x-cart-token': token } : {};
      const answer = await request(shop.url, `PUT /v1/cart/items/${sku}`, { body: { quantity }, headers });
      expect(answer.status).toBe(200);
      token ||= answer.headers.get('x-cart-token') ?? '';
      cookie ||= answer.headers.get('set-cookie') ?? '';
    }
    return { token, cookie, headers: { 'x-cart-token': token } };
  };
  const itemsOf = (body: { items: { sku: string; quantity: number }[] }) =>
    Object.fromEntries(body.items.map(({ sku, quantity }) => [sku, quantity]));
  const cartOf = async (headers: Record<string, string>) =>
    itemsOf((await request(shop.url, 'GET /v1/cart', { headers })).body);
  const login = (shopper: Shopper, headers: Record<string, string>) =>
    request(shop.url, 'POST /v1/auth/login', {
      body: { email: shopper.email, password: shopper.password },
      headers,
    });

  test('begins with the first item, is known by its token alone, which is stored nowhere', async () => {
    expect((await request(shop.url, 'GET /v1/cart')).body.items).toEqual([]);
    const { token, cookie, headers } = await guest({ [MUG]: 2 });
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(cookie).toMatch(new RegExp(`^cart=${token}; Path=/v1; Max-Age=2592000; HttpOnly; SameSite=Lax$`));
    expect(await cartOf(headers)).toEqual({ [MUG]: 2 });
    expect(await cartOf({ cookie: `other=1; cart=${token}` })).toEqual({ [MUG]: 2 });
    const stored = await storeOf(shop, 'cart').get(guestIdOf(token));
    expect(JSON.stringify(stored)).not.toContain(token);
  });

  test('cannot be had with a made-up token, and none is made for it', async () => {
    const made = 'A'.repeat(43);
    expect(await cartOf({ 'x-cart-token': made })).toEqual({});
    const answer = await request(shop.url, `PUT /v1/cart/items/${MUG}`, {
      body: { quantity: 1 },
      headers: { 'x-cart-token': made },
    });
    expect(answer.headers.get('x-cart-token')).toMatch(/^[\w-]{43}$/);
    expect(answer.headers.get('x-cart-token')).not.toBe(made);
    expect(await cartOf({ 'x-cart-token': made })).toEqual({});
    for (const odd of ['x', `gst_${'A'.repeat(43)}`, '{"$ne":null}']) {
      expect(await cartOf({ 'x-cart-token': odd })).toEqual({});
    }
  });

  test('is stored by no cache, and its cookie is renewed with each change', async () => {
    for (const headers of [{}, (await guest({ [MUG]: 1 })).headers] as Record<string, string>[]) {
      const answer = await request(shop.url, 'GET /v1/cart', { headers });
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('set-cookie')).toBeNull();
    }
    const { token } = await guest({ [MUG]: 1 });
    const put = (headers: Record<string, string>) =>
      request(shop.url, `PUT /v1/cart/items/${CUP}`, { body: { quantity: 1 }, headers });
    const { headers: renewed } = await put({ cookie: `cart=${token}` });
    expect(renewed.get('set-cookie')).toMatch(new RegExp(`^cart=${token}; Path=/v1; Max-Age=2592000;`));
    expect(renewed.get('x-cart-token')).toBeNull(); // or scripts of the page could read what HttpOnly keeps from them
    expect((await put({ 'x-cart-token': token })).headers.get('set-cookie')).toBeNull();
  });

  test('is not changed by a page of another site, which sends no more than the cookie', async () => {
    const { token, headers } = await guest({ [MUG]: 2 });
    const cookie = `cart=${token}`;
    const from = (site: string) => ({ cookie, 'sec-fetch-site': site });
    for (const route of ['DELETE /v1/cart', `DELETE /v1/cart/items/${MUG}`]) {
      await request(shop.url, route, { headers: from('cross-site') });
      expect(await cartOf(headers)).toEqual({ [MUG]: 2 });
    }
    expect(await cartOf(from('cross-site'))).toEqual({});
    // A form can send no JSON, and no other method than GET and POST.
    const form = { ...from('cross-site'), 'content-type': 'text/plain' };
    const body = '{"quantity":9}';
    expect((await request(shop.url, `PUT /v1/cart/items/${MUG}`, { body, headers: form })).status).toBe(415);
    expect((await request(shop.url, `POST /v1/cart/items/${MUG}`, { body, headers: form })).status).toBe(405);
    // Front ends of another site have the token, and send it themselves.
    const own = await request(shop.url, `DELETE /v1/cart/items/${MUG}`, {
      headers: { ...from('cross-site'), ...headers },
    });
    expect(own.status).toBe(200);
    expect(await cartOf(headers)).toEqual({});
    expect((await request(shop.url, 'DELETE /v1/cart', { headers: from('same-origin') })).status).toBe(200);
  });

  test('keeps what two devices, or two tabs, put in at the same time', async () => {
    const { headers } = await guest({ [MUG]: 1 });
    const skus = PLENTY.slice(3, 13).map(({ sku }) => sku);
    const put = (sku: string) => request(shop.url, `PUT /v1/cart/items/${sku}`, { body: { quantity: 2 }, headers });
    expect((await Promise.all(skus.map(put))).map(({ status }) => status)).toEqual(skus.map(() => 200));
    expect(await cartOf(headers)).toEqual({ [MUG]: 1, ...Object.fromEntries(skus.map((sku) => [sku, 2])) });
  });

  test('is emptied and taken from without a cart of one: no document is made for asking', async () => {
    const carts = storeOf(shop, 'cart');
    const before = await carts.count();
    const none = { 'x-cart-token': 'B'.repeat(43) };
    for (const headers of [{}, none] as Record<string, string>[]) {
      for (const route of ['GET /v1/cart', 'DELETE /v1/cart', `DELETE /v1/cart/items/${MUG}`]) {
        expect(await request(shop.url, route, { headers })).toMatchObject({ status: 200, body: { items: [] } });
      }
    }
    expect(await request(shop.url, 'PUT /v1/cart/items/NO-SUCH-SKU', { body: { quantity: 1 } })).toMatchObject({
      status: 404,
    });
    expect(await carts.count()).toBe(before);
  });

  test('can be priced for an address before anyone logs in, and not ordered', async () => {
    const { headers } = await guest({ [MUG]: 1 });
    const quote = await request(shop.url, 'POST /v1/checkout/quote', { body: { address: ADDRESS }, headers });
    expect(quote).toMatchObject({ status: 200, body: { items: [{ sku: MUG, quantity: 1 }] } });
    const order = await request(shop.url, 'POST /v1/orders', {
      body: { address: ADDRESS },
      headers: { ...headers, 'idempotency-key': 'x' },
    });
    expect(order.status).toBe(401);
  });

  describe("comes into the customer's", () => {
    test('at login, by the larger of both quantities, and the cookie ends', async () => {
      const ada = await Shopper.at(shop.url);
      await ada.put(MUG, 5);
      await ada.put(BOWL, 1);
      const { token, headers } = await guest({ [MUG]: 2, [BOWL]: 3, [CUP]: 1 });
      const { status, headers: answered } = await login(ada, { cookie: `cart=${token}` });
      expect(status).toBe(200);
      expect(answered.get('set-cookie')).toMatch(/^cart=; Path=\/v1; Max-Age=0;/);
      expect(itemsOf((await ada.ask('GET /v1/cart')).body)).toEqual({ [MUG]: 5, [BOWL]: 3, [CUP]: 1 });
      expect(await cartOf(headers)).toEqual({});
      expect(await storeOf(shop, 'cart').get(guestIdOf(token))).toMatchObject({ items: {}, mergedInto: ada.id });
    });

    test('at registering', async () => {
      const { headers } = await guest({ [CUP]: 4 });
      const email = `${crypto.randomUUID()}@example.com`;
      const body = { email, password: 'correct horse battery staple', name: 'Ada' };
      const { body: registered } = await request(shop.url, 'POST /v1/auth/register', { body, headers });
      const cart = await request(shop.url, 'GET /v1/cart', { token: registered.accessToken });
      expect(itemsOf(cart.body)).toEqual({ [CUP]: 4 });
    });

    test('once, however many log in with it at once, and however often it is sent', async () => {
      const ada = await Shopper.at(shop.url);
      const { headers } = await guest({ [MUG]: 2, [BOWL]: 3 });
      await Promise.all(Array.from({ length: 8 }, () => login(ada, headers)));
      await ada.ask(`DELETE /v1/cart/items/${BOWL}`, undefined, headers);
      expect(itemsOf((await ada.ask('GET /v1/cart', undefined, headers)).body)).toEqual({ [MUG]: 2 });
    });

    test('and stays out of it when the customer takes it out again', async () => {
      const ada = await Shopper.at(shop.url);
      const { headers } = await guest({ [MUG]: 2, [CUP]: 1 });
      await login(ada, headers);
      await ada.ask(`DELETE /v1/cart/items/${MUG}`, undefined, headers);
      await Promise.all(Array.from({ length: 5 }, () => login(ada, headers)));
      expect(itemsOf((await ada.ask('GET /v1/cart', undefined, headers)).body)).toEqual({ [CUP]: 1 });
    });

    test('once more, when the guest goes on with it', async () => {
      const ada = await Shopper.at(shop.url);
      const { headers } = await guest({ [MUG]: 2 });
      await login(ada, headers);
      await request(shop.url, `PUT /v1/cart/items/${BOWL}`, { body: { quantity: 3 }, headers });
      expect(await cartOf(headers)).toEqual({ [BOWL]: 3 });
      await login(ada, headers);
      expect(itemsOf((await ada.ask('GET /v1/cart')).body)).toEqual({ [MUG]: 2, [BOWL]: 3 });
    });

    test('with items that are added while it is merged', async () => {
      const ada = await Shopper.at(shop.url);
      const { headers } = await guest({ [MUG]: 1 });
      const skus = PLENTY.slice(3, 9).map(({ sku }) => sku);
      const put = (sku: string) => request(shop.url, `PUT /v1/cart/items/${sku}`, { body: { quantity: 2 }, headers });
      await Promise.all([...skus.map(put), ...[1, 2, 3].map(() => ada.ask('GET /v1/cart', undefined, headers))]);
      const all = { [MUG]: 1, ...Object.fromEntries(skus.map((sku) => [sku, 2])) };
      expect(itemsOf((await ada.ask('GET /v1/cart', undefined, headers)).body)).toEqual(all);
    });

    test('not for a wrong password', async () => {
      const ada = await Shopper.at(shop.url);
      const { headers } = await guest({ [MUG]: 2 });
      const body = { email: ada.email, password: 'wrong horse battery staple' };
      expect((await request(shop.url, 'POST /v1/auth/login', { body, headers })).status).toBe(401);
      expect(await cartOf(headers)).toEqual({ [MUG]: 2 });
    });

    test('on the next look at the cart, when the login could not do it', async () => {
      const ada = await Shopper.at(shop.url);
      const { headers } = await guest({ [CUP]: 2 });
      expect(itemsOf((await ada.ask('GET /v1/cart', undefined, headers)).body)).toEqual({ [CUP]: 2 });
      expect(await cartOf(headers)).toEqual({});
    });
  });

  test('is removed when it is unused for long, and no other is', async () => {
    const [old, fresh] = [await guest({ [MUG]: 1 }), await guest({ [MUG]: 1 })];
    const ada = await Shopper.at(shop.url);
    await ada.put(MUG, 1);
    const carts = storeOf(shop, 'cart');
    const long = new Date(Date.now() - 31 * 24 * 3600_000);
    for (const id of [guestIdOf(old.token), ada.id]) {
      await carts.change(id, () => ({ answer: undefined, patch: { updatedAt: long } }));
    }
    expect(await carts.remove({ guest: true, updatedAt: { $lt: new Date(Date.now() - 30 * 24 * 3600_000) } })).toBe(1);
    expect(await cartOf(old.headers)).toEqual({});
    expect(await cartOf(fresh.headers)).toEqual({ [MUG]: 1 });
    expect(itemsOf((await ada.ask('GET /v1/cart')).body)).toEqual({ [MUG]: 1 });
    await expect(carts.remove({})).rejects.toThrow('every document');
  });
});

eachEngine('without the shopping node', (engine) => {
  test('a login with a cart token succeeds all the same', async () => {
    const shop = await startShop(engine.config({ LOG_LEVEL: 'fatal' }));
    try {
      const ada = await Shopper.at(shop.url);
      await shop.broker.destroyService(shop.broker.getLocalService('cart') as never);
      const body = { email: ada.email, password: ada.password };
      const headers = { 'x-cart-token': 'A'.repeat(43) };
      expect(await request(shop.url, 'POST /v1/auth/login', { body, headers })).toMatchObject({ status: 200 });
    } finally {
      await shop.stop();
    }
  });
});

test('in production the cookie is for https alone', () => {
  const [name, old] = [tokenHeaders('t', true)['Set-Cookie'], endCookie(true)['Set-Cookie']];
  for (const cookie of [name, old]) expect(cookie).toMatch(/; HttpOnly; SameSite=Lax; Secure$/);
  expect(tokenHeaders('t', false)['Set-Cookie']).not.toContain('Secure');
});
