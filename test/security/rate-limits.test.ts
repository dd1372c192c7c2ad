import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eachEngine } from '../support/engines.ts';
import { request, Shopper, startShop, type TestShop } from '../support/shop.ts';

const LIMITED = { status: 429, body: { type: '/problems/rate-limited' } };

/** Clients are told apart by an address that only a trusted proxy may tell. */
const newClient = () => ({ 'x-forwarded-for': `2001:db8:${randomUUID().slice(0, 4)}:${randomUUID().slice(0, 4)}::1` });

eachEngine('rate limits', (engine) => {
  let shop: TestShop;
  const limits = { LOGINS_PER_MINUTE: '8', MUTATIONS_PER_MINUTE: '20', READS_PER_MINUTE: '50' };

  beforeAll(async () => {
    shop = await startShop(engine.config({ ...limits, TRUSTED_PROXIES: '127.0.0.1' }));
  });
  afterAll(() => shop.stop());

  /** Statuses of so many requests of one client, all begun in one window. */
  async function burst(count: number, route: string, options: Parameters<typeof request>[2] = {}) {
    const left = 60_000 - (Date.now() % 60_000);
    // Not across the end of a window: there the count begins anew.
    if (left < 10_000) await new Promise((resolve) => setTimeout(resolve, left));
    return Promise.all(Array.from({ length: count }, () => request(shop.url, route, options)));
  }
  const passed = (answers: { status: number }[]) => answers.filter(({ status }) => status !== 429).length;

  test.each([
    ['reads', 'GET /v1/categories', 50],
    ['mutations', 'DELETE /v1/cart', 20],
    ['login', 'POST /v1/auth/password/forgot', 8],
  ])(
    'of %s: exactly so many of one client pass in a minute, and another client is not touched',
    async (kind, route, most) => {
      const body = kind === 'login' ? { email: 'nobody@example.com' } : undefined;
      // On a busy machine a gateway may wait too long for the count, or a burst may last into the next window: then it
      // lets more through, and another client is tried.
      let answers = await burst(most + 15, route, { headers: newClient(), body });
      for (let tries = 0; passed(answers) > most && tries < 10; tries++) {
        answers = await burst(most + 15, route, { headers: newClient(), body });
      }
      expect(passed(answers)).toBe(most);
      const refused = answers.find(({ status }) => status === 429);
      expect(refused).toMatchObject(LIMITED);
      expect(refused?.headers.get('content-type')).toBe('application/problem+json');
      expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(refused?.headers.get('ratelimit')).toMatch(new RegExp(`^"${kind}";r=0;t=\\d+$`));
      expect(answers[0]?.headers.get('ratelimit-policy')).toBe(`"${kind}";q=${most};w=60`);
      expect((await request(shop.url, route, { headers: newClient(), body })).status).not.toBe(429);
    },
  );

  test('a customer counts as one, wherever the requests come from', async () => {
    const { token } = await Shopper.at(shop.url);
    const answers = await Promise.all(
      Array.from({ length: 70 }, () => request(shop.url, 'GET /v1/me', { token, headers: newClient() })),
    );
    expect(passed(answers)).toBeLessThanOrEqual(100);
    expect(answers.some(({ status }) => status === 429)).toBe(true);
  });

  test('addresses that lead nowhere, and bodies that cannot be read, count as well', async () => {
    const headers = newClient();
    expect(passed(await burst(70, 'GET /nowhere', { headers }))).toBe(50);
    const bad = { headers: { ...newClient(), 'content-type': 'application/json' }, body: '{"broken' };
    expect(passed(await burst(30, 'POST /v1/auth/login', bad))).toBe(8);
  });

  test('health and readiness are never limited', async () => {
    const answers = await burst(120, 'GET /healthz', { headers: newClient() });
    expect(answers.every(({ status, headers }) => status === 200 && !headers.has('ratelimit'))).toBe(true);
  });

  test('without the limit service a gateway counts by itself, and the shop stays open', async () => {
    const service = shop.broker.getLocalService('limit');
    await shop.broker.destroyService(service);
    const answers = await burst(70, 'GET /v1/categories', { headers: newClient() });
    expect(passed(answers)).toBe(50);
    expect(answers.every(({ status }) => status === 200 || status === 429)).toBe(true);
  });
});

eachEngine('the address that limits go by', (engine) => {
  test('X-Forwarded-For of who is no trusted proxy is ignored', async () => {
    const shop = await startShop(engine.config({ LOGINS_PER_MINUTE: '3' }));
    try {
      const body = { email: 'nobody@example.com' };
      const answers = [];
      for (let n = 0; n < 8; n++) {
        const headers = {
          'x-forwarded-for': `192.0.2.${n}`,
          'x-real-ip': `192.0.2.${n}`,
          forwarded: `for=192.0.2.${n}`,
        };
        answers.push(await request(shop.url, 'POST /v1/auth/password/forgot', { body, headers }));
      }
      expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(2);
    } finally {
      await shop.stop();
    }
  });

  test('of a trusted proxy, the last address that it did not make up itself counts', async () => {
    const shop = await startShop(engine.config({ LOGINS_PER_MINUTE: '3', TRUSTED_PROXIES: '127.0.0.0/8,10.0.0.0/8' }));
    try {
      const body = { email: 'nobody@example.com' };
      const answers = [];
      for (let n = 0; n < 8; n++) {
        // What the client wrote, then what its proxies saw.
        const headers = { 'x-forwarded-for': `203.0.113.${n}, 192.0.2.7, 10.0.0.1` };
        answers.push(await request(shop.url, 'POST /v1/auth/password/forgot', { body, headers }));
      }
      expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(2);
      const other = { 'x-forwarded-for': '192.0.2.8, 10.0.0.1' };
      expect((await request(shop.url, 'POST /v1/auth/password/forgot', { body, headers: other })).status).toBe(204);
    } finally {
      await shop.stop();
    }
  });

  test('is one address however a proxy writes it, and what is no address counts as the proxy', async () => {
    const shop = await startShop(engine.config({ LOGINS_PER_MINUTE: '3', TRUSTED_PROXIES: '127.0.0.1' }));
    const body = { email: 'nobody@example.com' };
    const statusOf = async (address: string) =>
      (await request(shop.url, 'POST /v1/auth/password/forgot', { body, headers: { 'x-forwarded-for': address } }))
        .status;
    /** Whether the same client is refused at last, each time written in another way. */
    const isRefused = async (written: (n: number) => string) => {
      for (let n = 0; n < 40; n++) if ((await statusOf(written(n))) === 429) return true;
      return false;
    };
    try {
      expect(await isRefused((n) => `192.0.2.7:${n}`)).toBe(true);
      expect(await isRefused((n) => `[192.0.2.8]:${n}`)).toBe(true);
      expect(await isRefused((n) => (n % 2 ? '::ffff:192.0.2.9' : `[::ffff:c000:209]:${n}`))).toBe(true);
      expect(await isRefused((n) => `2001:db8:7:8::${n}`)).toBe(true);
      expect(await isRefused((n) => `[2001:DB8:7:9:${n}::1%eth0]:80`)).toBe(true);
      expect(await isRefused((n) => `192.0.2.${n + 256}`)).toBe(true);
      expect(await isRefused((n) => `unknown-${n}`)).toBe(true);
      expect(await statusOf('192.0.2.77')).toBe(204);
    } finally {
      await shop.stop();
    }
  });
});
