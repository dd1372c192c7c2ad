import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eachEngine } from '../support/engines.ts';
import { Guest, untilAtRest } from '../support/guests.ts';
import { ADDRESS, type Answer, request, Shopper, startShop, type TestShop } from '../support/shop.ts';
import { staffAt } from '../support/staff.ts';

eachEngine("a guest's order", (engine) => {
  let shop: TestShop;
  let sku: string;
  let guest: Guest;
  let other: Guest;
  let ada: Shopper;
  beforeAll(async () => {
    shop = await startShop(engine.config({ SEED: 'true', LOG_LEVEL: 'error' }));
    sku = (await request(shop.url, 'GET /v1/products/alder-merino-crew-sweater')).body.variants[0].sku;
    guest = await Guest.withOrder(shop.url, sku);
    other = await Guest.withOrder(shop.url, sku);
    ada = await Shopper.at(shop.url);
  });
  afterAll(async () => {
    await untilAtRest(shop);
    await shop.stop();
  });

  /** Every action on the guest's order. */
  const routes = (): [string, unknown?][] => {
    const order = `/v1/orders/${guest.orderId}`;
    return [
      [`GET ${order}`],
      [`GET ${order}/invoice`],
      [`GET ${order}/credit-notes`],
      [`GET ${order}/credit-notes/CN-2026-000001`],
      [`GET ${order}/events`],
      [`POST ${order}/returns`, { items: [{ sku, quantity: 1 }], reason: 'x' }],
      [`POST ${order}/cancel`, {}],
    ];
  };
  const statuses = async (headers: Record<string, string>, token?: string) => {
    const found: [string, number][] = [];
    for (const [route, body] of routes()) {
      const all = { 'idempotency-key': 'k', ...headers };
      const answer: Answer = await request(shop.url, route, {
        ...(body === undefined ? {} : { body }),
        ...(token === undefined ? {} : { token }),
        headers: all,
      });
      found.push([route, answer.status]);
      // It is open, and the stream of its events would not end.
      if (answer.status < 400) break;
    }
    return found;
  };
  const each = (status: number) => routes().map(([route]) => [route, status]);

  test('is not there for the token of another order, or a guessed one', async () => {
    const guesses = [
      other.orderToken,
      guest.cartToken,
      randomBytes(32).toString('base64url'),
      guest.orderToken.slice(0, -1) + (guest.orderToken.endsWith('A') ? 'E' : 'A'),
      guest.orderToken.toLowerCase(),
    ];
    for (const token of guesses) expect(await statuses({ 'x-order-token': token })).toEqual(each(404));
  });

  test('is refused without a token, with a malformed one, and with the token anywhere but in its header', async () => {
    expect(await statuses({})).toEqual(each(401));
    for (const odd of ['x', '{"$ne":null}', `${guest.orderToken}A`, 'A'.repeat(5000)]) {
      expect(await statuses({ 'x-order-token': odd })).toEqual(each(401));
    }
    expect(await statuses({ 'x-cart-token': guest.cartToken })).toEqual(each(401));
    expect(await statuses({ cookie: `cart=${guest.cartToken}; order=${guest.orderToken}` })).toEqual(each(401));
    const asBearer = await request(shop.url, `GET /v1/orders/${guest.orderId}`, { token: guest.orderToken });
    expect(asBearer.status).toBe(401);
    const inQuery = await request(shop.url, `GET /v1/orders/${guest.orderId}?orderToken=${guest.orderToken}`);
    expect(inQuery.status).toBe(401);
  });

  test('is not there for a logged-in stranger or staff, also with the token of another order', async () => {
    for (const { token } of [ada, await staffAt(shop), await staffAt(shop, 'admin')]) {
      expect(await statuses({}, token)).toEqual(each(404));
      expect(await statuses({ 'x-order-token': other.orderToken }, token)).toEqual(each(404));
    }
  });

  test('is there for its token beside an access token, which gives nothing more; an invalid access token is 401', async () => {
    const both = (token: string) => guestAsk(`GET /v1/orders/${guest.orderId}`, token);
    expect((await both(ada.token)).status).toBe(200);
    expect((await both(`${ada.token}x`)).status).toBe(401);
    await ada.put(sku, 1);
    const own = (await ada.order()).body;
    expect(own).not.toHaveProperty('orderToken');
    expect((await guestAsk(`GET /v1/orders/${own.id}`, ada.token)).status).toBe(200);
    expect((await guest.ask(`GET /v1/orders/${own.id}`)).status).toBe(404);
    expect((await ada.ask('GET /v1/orders')).body.items.map(({ id }: { id: string }) => id)).toEqual([own.id]);
  });
  const guestAsk = (route: string, token: string) =>
    request(shop.url, route, { headers: { 'x-order-token': guest.orderToken }, token });

  test('token opens nothing but the actions on the order', async () => {
    for (const route of [
      'GET /v1/orders',
      'GET /v1/me',
      'GET /v1/me/export',
      `GET /v1/admin/orders/${guest.orderId}`,
    ]) {
      expect([route, (await guest.ask(route)).status]).toEqual([route, 401]);
    }
  });

  test('key does not give its answer to another cart', async () => {
    const first = new Guest(shop.url);
    await first.put(sku, 1);
    await first.order('shared-key');
    const second = new Guest(shop.url, first.email);
    await second.put(sku, 1);
    const answer = await second.order('shared-key');
    expect(answer.status).toBe(201);
    expect([second.orderId === first.orderId, second.orderToken === first.orderToken]).toEqual([false, false]);
  });

  test('cannot be placed in the name of a customer whose access token is invalid', async () => {
    const late = new Guest(shop.url);
    await late.put(sku, 1);
    const answer = await request(shop.url, 'POST /v1/orders', {
      body: { email: late.email, address: ADDRESS },
      headers: { ...late.cart, 'idempotency-key': 'k' },
      token: 'not-a-token',
    });
    expect(answer.status).toBe(401);
  });

  test('is not told by a look-up, which answers before it looks', async () => {
    const { number } = (await guest.ask(`GET /v1/orders/${guest.orderId}`)).body;
    const pairs = [
      { number, email: guest.email },
      { number, email: other.email },
      { number: 'unknown', email: guest.email },
    ];
    // The answer does not wait for the order, nor for the mail.
    const answers = await Promise.all(pairs.map((body) => request(shop.url, 'POST /v1/orders/lookup', { body })));
    const seen = answers.map(({ status, body, headers }) =>
      JSON.stringify([status, body, [...headers].filter(([name]) => !/date|request-id|ratelimit|retry/.test(name))]),
    );
    expect(new Set(seen).size).toBe(1);
    expect(answers[0]?.status).toBe(204);
  });
});
