import { request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Articles, articles } from '../../support/articles.ts';
import { cleanUp, engines, type TestEngine } from '../../support/engines.ts';
import { lasting, startGateways, type TestGateways } from '../../support/gateways.ts';
import { type Answer, eventually, send } from '../../support/shop.ts';

afterAll(cleanUp);

/** Answers are kept for an hour here: what is fresh is so by an event, or because it is not kept. */
describe.each(['in this process', 'on another node'])('the near-cache of a gateway, of answers from %s', (where) => {
  const node = new Articles();
  let gateways: TestGateways;
  let url: string;
  let count = 0;
  let id: string;

  beforeAll(async () => {
    const config = (engines[0] as TestEngine).config;
    const env = { LOG_LEVEL: 'fatal' };
    gateways = await startGateways(config(env), {
      contract: articles,
      schema: node.schema(),
      apart: where === 'on another node',
    });
    [url] = gateways.urls as [string];
  });
  beforeEach(() => {
    count += 1;
    id = `a${count}`;
    node.titles.set(id, 'old').set('a', 'old');
    node.asked = 0;
    node.isSilent = false;
  });
  afterEach(() => node.release());
  afterAll(() => gateways.stop());

  const get = (path = id, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
    send(url, `${method} /v1/articles/${path}`, { headers });
  const titleOf = async (path = id) => (await get(path)).body.title;
  const put = (title: string) => send(url, `PUT /v1/articles/${id}`, { body: { title } });
  const as = (role: 'customer' | 'staff') => ({ authorization: `Bearer ${gateways.token(role)}` });
  const gatewayBroker = () => gateways.brokers[0] as TestGateways['home'];
  /** How many were answered without a call of their own since the test began. */
  const hits = () => counted() - before;
  let before = 0;
  const counted = () => {
    const metric = gatewayBroker().metrics.getMetric('shop.near-cache.hits.total');
    return ((metric?.snapshot() ?? []) as { value: number }[]).reduce((sum, { value }) => sum + value, 0);
  };
  beforeEach(() => {
    before = counted();
  });

  test('answers with the same bytes and headers as the node, without asking it', async () => {
    node.titles.set(id, 'Größe, 你好 🙂');
    const [first, kept] = [await get(), await get()];
    expect(first).toMatchObject({ status: 200, body: { id, title: 'Größe, 你好 🙂' } });
    expect(kept).toMatchObject({ status: 200, body: first.body });
    expect(lasting(kept.headers)).toEqual(lasting(first.headers));
    expect(node.asked).toBe(1);
  });

  test('each answer has its own request id and count, and what browsers are told', async () => {
    await get();
    const [one, other] = [await get(id, { 'x-request-id': 'request-1' }), await get()];
    expect(one.headers.get('x-request-id')).toBe('request-1');
    expect(other.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    const left = ({ headers }: Answer) => Number(/;r=(\d+);/.exec(headers.get('ratelimit') ?? '')?.[1]);
    expect(left(one) === left(other) + 1 || left(other) > left(one)).toBe(true);
    expect(left(other)).toBeGreaterThan(0);
    expect(one.headers.get('vary')).toBe('Origin');
    expect(one.headers.get('x-content-type-options')).toBe('nosniff');
    expect(node.asked).toBe(1);
  });

  test('is told apart by the parameters, in any order, and by nothing else', async () => {
    await get(`${id}?currency=EUR&size=1`);
    await get(`${id}?size=1&currency=EUR`, { 'accept-language': 'de', cookie: 'a=b' });
    expect(node.asked).toBe(1);
    for (const query of ['?currency=USD&size=1', '?currency=EUR&size=2', '?currency=EUR', '']) {
      const { body } = await get(id + query);
      expect([body.currency, body.size]).toEqual([
        /currency=(\w+)/.exec(query)?.[1],
        query.includes('size') ? Number(/size=(\d)/.exec(query)?.[1]) : undefined,
      ]);
    }
    expect(node.asked).toBe(5);
  });

  test('asks once for all who ask for the same at the same time', async () => {
    node.hold();
    const stampede = Promise.all(Array.from({ length: 50 }, () => get()));
    await eventually(
      async () => node.asked,
      (asked) => asked > 0,
    );
    await eventually(
      async () => hits(),
      (found) => found >= 49,
    );
    node.release();
    for (const answer of await stampede) expect(answer).toMatchObject({ status: 200, body: { id } });
    expect(node.asked).toBe(1);
  });
  test('shows a change to the next who asks, by its event, by whatever name it is asked for', async () => {
    expect([await titleOf(), await titleOf(`also-${id}`)]).toEqual(['old', 'old']);
    await put('new');
    await eventually(
      () => titleOf(),
      (title) => title === 'new',
    );
    await eventually(
      () => titleOf(`also-${id}`),
      (title) => title === 'new',
    );
  });

  test('does not give an answer from before a change to who asks after it', async () => {
    node.hold();
    const before = titleOf();
    await eventually(
      async () => node.asked,
      (asked) => asked === 1,
    );
    await put('new');
    // Heard of when the next one has to be asked for.
    const after: Promise<string>[] = [];
    await eventually(
      async () => {
        after.push(titleOf());
        return node.asked;
      },
      (asked) => asked > 1,
    );
    node.release();
    expect(await before).toBe('old');
    expect(await after.at(-1)).toBe('new');
    expect(await titleOf()).toBe('new');
  });

  test.each(['$node.connected', '$node.disconnected', '$transporter.connected', '$transporter.disconnected'])(
    'drops everything at %s, as events may have been missed',
    async (event) => {
      node.isSilent = true;
      await get();
      await put('new');
      expect(await titleOf()).toBe('old');
      await gatewayBroker().broadcastLocal(event, {});
      expect(await titleOf()).toBe('new');
    },
  );

  test('keeps no error, and passes one on to all who wait for it', async () => {
    for (const [path, status] of [
      ['missing', 404],
      ['broken', 500],
      [`${id}?size=x`, 400],
      [`${id}?unknown=1`, 400],
      ['%', 400],
    ] as const) {
      for (let n = 0; n < 2; n++) {
        const answer = await get(path);
        expect([path, answer.status]).toEqual([path, status]);
        expect(answer.headers.get('content-type')).toBe('application/problem+json');
        expect(answer.headers.get('cache-control')).toBe('no-store');
        expect(answer.headers.get('etag')).toBeNull();
      }
    }
    expect(node.asked).toBe(4);
    node.hold();
    const waiting = [get('missing'), get('missing')];
    await eventually(
      async () => hits(),
      (found) => found === 1,
    );
    node.release();
    const answers = await Promise.all(waiting);
    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    const ids = answers.map(({ body }) => body.instance);
    expect(new Set(ids).size).toBe(2);
    expect(node.asked).toBe(5);
  });

  test('who asks first and goes away leaves nobody waiting', async () => {
    node.hold();
    const first = httpRequest(`${url}/v1/articles/${id}`).on('error', () => undefined);
    first.end();
    await eventually(
      async () => node.asked,
      (asked) => asked === 1,
    );
    const second = get();
    await eventually(
      async () => hits(),
      (found) => found === 1,
    );
    first.destroy();
    await eventually(
      async () => node.asked,
      (asked) => asked === 2,
    );
    node.release();
    expect(await second).toMatchObject({ status: 200, body: { title: 'old' } });
  });

  describe('to staff', () => {
    test('shows what is so now, and others what staff was shown', async () => {
      expect(await titleOf()).toBe('old');
      node.isSilent = true;
      await put('new');
      expect(await titleOf()).toBe('old');
      expect((await get(id, as('customer'))).body.title).toBe('old');
      expect((await get(id, as('staff'))).body.title).toBe('new');
      expect(await titleOf()).toBe('new');
      expect(node.asked).toBe(2);
    });

    test('shows no answer that somebody else asked for before', async () => {
      node.hold();
      const before = titleOf();
      await eventually(
        async () => node.asked,
        (asked) => asked === 1,
      );
      node.isSilent = true;
      await put('new');
      const staff = get(id, as('staff'));
      await eventually(
        async () => node.asked,
        (asked) => asked === 2,
      );
      node.release();
      expect(await before).toBe('old');
      expect((await staff).body.title).toBe('new');
      expect(await titleOf()).toBe('new');
    });
  });

  test('the node is not told who asks for what is kept, so that it is the same for everyone', async () => {
    const cart = { 'x-cart-token': 'x'.repeat(43), 'user-agent': 'me' };
    const { body } = await get(id, { ...as('staff'), ...cart });
    expect(body.told).toEqual([]);
  });

  test('what depends on who asks is asked for each time', async () => {
    const mine = async (headers = {}) => {
      const answer = await send(url, 'GET /v1/mine', { headers });
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('etag')).toBeNull();
      return answer.body.who;
    };
    expect([await mine(as('customer')), await mine(as('staff')), await mine()]).toEqual([
      'cus_customer',
      'cus_staff',
      null,
    ]);
  });
});

test('a change made through one gateway is seen at another, by its event', async () => {
  const node = new Articles();
  node.titles.set('a', 'old');
  const { config } = engines[0] as TestEngine;
  const { urls, stop } = await startGateways(config(), {
    contract: articles,
    schema: node.schema(),
    count: 2,
    apart: true,
  });
  try {
    const titles = () => Promise.all(urls.map(async (url) => (await send(url, 'GET /v1/articles/a')).body.title));
    expect(await titles()).toEqual(['old', 'old']);
    // The answers are kept for an hour.
    expect(await titles()).toEqual(['old', 'old']);
    expect(node.asked).toBe(2);
    await send(String(urls[0]), 'PUT /v1/articles/a', { body: { title: 'new' } });
    await eventually(titles, (seen) => seen.every((title) => title === 'new'));
  } finally {
    await stop();
  }
});
