import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { createKeyRing } from '../../../lib/auth/token-keys.ts';
import type { Config } from '../../../lib/process/config.ts';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { cleanUp, eachEngine, engines } from '../../support/engines.ts';
import { Follower } from '../../support/events.ts';
import { eventually, request, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

const { products } = await sampleCatalogue('EUR');
const MUG = String(products.flatMap(({ variants }) => variants).find(({ stock }) => stock > 90)?.sku);

/** A shopper with a paid order. */
async function customerOf(url: string): Promise<{ ada: Shopper; id: string }> {
  const ada = await Shopper.at(url);
  await ada.put(MUG, 1);
  const { body } = await ada.order();
  return { ada, id: body.id };
}
const seen = (follower: Follower, count: number) =>
  eventually(
    async () => follower.events,
    (events) => events.length >= count,
  );
const over = (follower: Follower) =>
  eventually(
    async () => follower.ended,
    (ended) => ended,
  );

eachEngine('a gateway whose streams are followed', (engine) => {
  let shop: TestShop;
  let staff: Shopper;
  let config: Config;

  beforeAll(async () => {
    config = engine.config({ SEED: 'true' });
    shop = await startShop(config);
    staff = await staffAt(shop);
  });
  afterAll(() => shop.stop());
  const pack = (id: string) => staff.ask(`POST /v1/admin/orders/${id}/pack`, {});

  test('streams events that no proxy keeps back or stores', async () => {
    const { ada, id } = await customerOf(shop.url);
    const follower = await Follower.of(ada, id);
    expect(follower.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    expect((await seen(follower, 2))[1]).toEqual({
      id: '2',
      event: 'status',
      data: { id: 2, event: 'status', status: 'PAID', by: 'system', at: expect.any(String) },
    });
    follower.close();
  });

  test('asks once for all who follow the same order, and not at all when they have gone', async () => {
    const { ada, id } = await customerOf(shop.url);
    const followers = await Promise.all([1, 2, 3, 4, 5].map(() => Follower.of(ada, id)));
    await Promise.all(followers.map((follower) => seen(follower, 2)));
    const asked = jest.spyOn(shop.broker, 'call');
    const looks = () => asked.mock.calls.filter(([name]) => name === 'order.timeline').length;
    try {
      await pack(id);
      await Promise.all(followers.map((follower) => seen(follower, 3)));
      // Not one each; a second look, when two hints came.
      expect(looks()).toBeLessThan(followers.length);
      asked.mockClear();
      await shop.broker.broadcast('order.changed', { id });
      expect(looks()).toBeGreaterThan(0); // at once, without waiting for the next look of its own
      for (const follower of followers) follower.close();
      // There is room again only when the streams are gone.
      const again = await eventually(
        () => Follower.of(ada, id),
        ({ response }) => response.statusCode === 200,
      );
      again.close();
      await eventually(
        async () => {
          asked.mockClear();
          await shop.broker.broadcast('order.changed', { id });
          return looks();
        },
        (count) => count === 0,
      );
    } finally {
      asked.mockRestore();
    }
  });

  test('opens five for a customer, also when many are asked for at the same time, and again after they ended', async () => {
    const { ada, id } = await customerOf(shop.url);
    for (let round = 0; round < 3; round++) {
      const followers = await Promise.all(Array.from({ length: 12 }, () => Follower.of(ada, id)));
      const statuses = followers.map(({ response }) => response.statusCode);
      for (const follower of followers) follower.close();
      if (round === 0) expect(statuses.filter((status) => status === 200)).toHaveLength(5);
      expect(statuses.filter((status) => status !== 200 && status !== 422)).toEqual([]);
    }
    const { ada: eve, id: other } = await customerOf(shop.url);
    const follower = await Follower.of(eve, other);
    expect(follower.response.statusCode).toBe(200);
    follower.close();
  });

  test('a refused one takes no room', async () => {
    const { ada, id } = await customerOf(shop.url);
    const { id: other } = await customerOf(shop.url);
    for (let n = 0; n < 8; n++) {
      const answer = await ada.ask(`GET /v1/orders/${other}/events`);
      expect(answer).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
    }
    for (let n = 0; n < 8; n++) {
      const head = await fetch(`${shop.url}/v1/orders/${id}/events`, {
        method: 'HEAD',
        headers: { authorization: `Bearer ${ada.token}` },
      });
      expect(head.status).toBe(200);
    }
    const follower = await Follower.of(ada, id);
    expect(follower.response.statusCode).toBe(200);
    follower.close();
  });

  test.each(['x', '-1', '1.5', '1e3', '99999999', '2;drop'])('refuses the Last-Event-ID %j', async (given) => {
    const { ada, id } = await customerOf(shop.url);
    const answer = await ada.ask(`GET /v1/orders/${id}/events`, undefined, { 'last-event-id': given });
    expect(answer).toMatchObject({ status: 400, body: { type: '/problems/invalid-request' } });
  });

  test('goes on where the client was, also past the end of what there is', async () => {
    const { ada, id } = await customerOf(shop.url);
    const ahead = await Follower.of(ada, id, '3');
    const anew = await Follower.of(ada, id, '');
    expect((await seen(anew, 2)).map((event) => event.id)).toEqual(['1', '2']);
    const behind = await Follower.of(ada, id, '1');
    expect((await seen(behind, 1)).map((event) => event.id)).toEqual(['2']);
    await pack(id);
    expect((await seen(behind, 2)).map((event) => event.id)).toEqual(['2', '3']);
    expect(ahead.events).toEqual([]);
    for (const follower of [ahead, anew, behind]) follower.close();
  });

  test.each<[string, (ada: Shopper) => Promise<{ status: number }>]>([
    ['who logged out everywhere', (ada) => ada.ask('DELETE /v1/me/sessions')],
    ['who logged out', (ada) => ada.ask('POST /v1/auth/logout')],
    [
      'whose password was changed on another device',
      async ({ url, email, password }) => {
        const { body } = await request(url, 'POST /v1/auth/login', { body: { email, password } });
        const change = { currentPassword: password, password: 'another battery staple' };
        return request(url, 'PUT /v1/me/password', { token: body.accessToken, body: change });
      },
    ],
    [
      'who is erased',
      async (ada) => {
        const orders = async () => (await ada.ask('GET /v1/orders')).body.items as { id: string; status: string }[];
        expect((await ada.ask(`POST /v1/orders/${(await orders())[0]?.id}/cancel`)).status).toBe(200);
        // An account with an order that is still being cancelled is not erased.
        await eventually(orders, ([order]) => order?.status === 'CANCELLED');
        return ada.ask('DELETE /v1/me', { password: ada.password });
      },
    ],
  ])('ends the stream of somebody %s, at once', async (_name, end) => {
    const { ada, id } = await customerOf(shop.url);
    const [follower, other] = await Promise.all([Follower.of(ada, id), customerOf(shop.url)]);
    const onlooker = await Follower.of(other.ada, other.id);
    await seen(follower, 1);
    expect((await end(ada)).status).toBeLessThan(300);
    await over(follower);
    expect((await ada.ask(`GET /v1/orders/${id}/events`)).status).toBe(401);
    expect(onlooker.ended).toBe(false);
    onlooker.close();
  });

  test('ends a stream with its access token', async () => {
    const { ada, id } = await customerOf(shop.url);
    const { sid } = jwt.decode(ada.token) as { sid: string };
    const { signing } = createKeyRing(config);
    if (!signing) throw new Error('this shop signs no tokens');
    const { key, algorithm, kid } = signing;
    for (let seconds = 2; ; seconds *= 2) {
      const token = jwt.sign({ sid, role: 'customer' }, key, {
        ...{ algorithm, subject: ada.id, jwtid: 'short', issuer: 'shop', audience: 'shop-api', expiresIn: seconds },
        header: { alg: algorithm, typ: 'at+jwt', kid },
      });
      const follower = await Follower.of(Object.assign(new Shopper(shop.url), { token }), id);
      // A busy machine may take longer than the token lasts.
      if (follower.response.statusCode === 401 && seconds < 60) continue;
      expect(follower.response.statusCode).toBe(200);
      await over(follower);
      return;
    }
  });

  test('needs a login', async () => {
    const { id } = await customerOf(shop.url);
    expect((await request(shop.url, `GET /v1/orders/${id}/events`)).status).toBe(401);
  });
});

describe('a gateway that stops', () => {
  afterAll(cleanUp);
  test('ends its streams, so that the clients come back to another', async () => {
    const shop = await startShop(engines[0]?.config({ SEED: 'true' }) as never);
    const { ada, id } = await customerOf(shop.url);
    const follower = await Follower.of(ada, id);
    await seen(follower, 2);
    try {
      await shop.stop();
      await over(follower);
      expect(follower.response.complete).toBe(true);
    } finally {
      follower.close();
    }
  });
});

const { TEST_NATS_URL: natsUrl, TEST_MONGO_URL: mongoUrl } = process.env;
(natsUrl && mongoUrl ? describe : describe.skip)('a gateway apart from the node that changes the order', () => {
  const shops: TestShop[] = [];
  afterAll(async () => {
    for (const shop of shops) await shop.stop();
    await cleanUp();
  });

  test('tells of it as it happens', async () => {
    const config = engines[1]?.config({ SEED: 'true', NATS_URL: natsUrl }) as NonNullable<
      ReturnType<(typeof engines)[0]['config']>
    >;
    const back = await startShop({ ...config, services: ['customer', 'product', 'shopping'], nodeId: 'back' });
    const front = await startShop({ ...config, services: ['api'], nodeId: 'front' });
    shops.push(front, back);
    await eventually(
      () => request(front.url, 'GET /readyz?deep=true'),
      ({ status }) => status === 200,
    );
    const { ada, id } = await customerOf(front.url);
    const follower = await Follower.of(ada, id);
    await seen(follower, 2);
    const staff = await staffAt({ ...front, broker: back.broker });
    for (const [what, body] of [
      ['pack', {}],
      ['ship', { carrier: 'Post', trackingNumber: 'RR1' }],
      ['deliver', {}],
    ] as const) {
      expect((await staff.ask(`POST /v1/admin/orders/${id}/${what}`, body)).status).toBe(200);
    }
    await over(follower);
    expect(follower.events.map(({ data }) => data.status)).toEqual([
      'PENDING',
      'PAID',
      'PACKED',
      'SHIPPED',
      'DELIVERED',
    ]);
  });
});
