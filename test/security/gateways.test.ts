import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Config } from '../../lib/process/config.ts';
import { cleanUp, engines } from '../support/engines.ts';
import { eventually, request, Shopper, startShop, type TestShop } from '../support/shop.ts';

/** What one gateway has seen, the others reckon with: counts and ended sessions are nobody's own. */
const mongo = engines.find(({ name }) => name === 'mongo');
const here = process.env.TEST_NATS_URL && mongo && !mongo.skip ? describe : describe.skip;
const LOGINS = 40;
const REVOKED_WITHIN = 60_000;

here('two gateways and two customer nodes', () => {
  const nodes: TestShop[] = [];
  let config: Config;
  let one: TestShop;
  let two: TestShop;
  const start = async (nodeId: string, ...services: Config['services'][number][]) => {
    const node = await startShop({ ...config, nodeId, services });
    nodes.push(node);
    return node;
  };
  const ready = ({ url }: TestShop) =>
    eventually(
      () => request(url, 'GET /readyz?deep=true'),
      ({ status }) => status === 200,
    );

  beforeAll(async () => {
    const env = {
      NATS_URL: process.env.TEST_NATS_URL,
      TRUSTED_PROXIES: '127.0.0.1',
      LOGINS_PER_MINUTE: String(LOGINS),
    };
    config = mongo?.config(env) as Config;
    await Promise.all([
      start('customer-1', 'customer'),
      start('customer-2', 'customer'),
      start('back', 'product', 'shopping'),
    ]);
    [one, two] = await Promise.all([start('front-1', 'api'), start('front-2', 'api')]);
    await Promise.all([ready(one), ready(two)]);
  });
  afterAll(async () => {
    for (const node of nodes.toReversed()) await node.stop();
    await cleanUp();
  });

  let clients = 0;
  const newClient = () => {
    clients += 1;
    return { 'x-forwarded-for': `192.0.2.${clients}` };
  };
  const gateways = () => [one, two];
  const either = (n: number) => gateways()[n % 2]?.url ?? '';
  /** The bearer of the same tokens, at another gateway. */
  const at = ({ url }: TestShop, shopper: Shopper) => Object.assign(new Shopper(url, shopper.email), shopper, { url });

  test('let a client through together as often as one alone would', async () => {
    const body = { email: 'nobody@example.com' };
    // A gateway that waits too long for the count, on a busy machine, counts alone for that window, so that the shop
    // stays open: then another client is tried. Gateways that never counted together would let each through twice.
    for (let tries = 0; tries < 10; tries++) {
      const left = 60_000 - (Date.now() % 60_000);
      // Not across the end of a window: there the count begins anew.
      if (left < 10_000) await new Promise((resolve) => setTimeout(resolve, left));
      const headers = newClient();
      const asked = Array.from({ length: 2 * LOGINS }, (_, n) =>
        request(either(n), 'POST /v1/auth/password/forgot', { headers, body }),
      );
      const passed = (await Promise.all(asked)).filter(({ status }) => status !== 429).length;
      expect(passed).toBeGreaterThanOrEqual(LOGINS);
      if (passed === LOGINS) return;
    }
    throw new Error('10 clients, and each was let through by each gateway');
  });

  test('slow down who guesses a password, whichever of them and of the nodes is asked', async () => {
    const ada = await Shopper.at(one.url);
    const headers = newClient();
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        request(either(n), 'POST /v1/auth/login', { headers, body: { email: ada.email, password: `guess ${n}` } }),
      ),
    );
    // Five, and one after each pause that has passed meanwhile: those double.
    expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(10);
    // Where hashing is slow, some are told to come back before they are looked at.
    for (const { status } of answers) expect([401, 429, 503]).toContain(status);
    const types = new Set(answers.flatMap(({ status, body }) => (status === 429 ? [body.type] : [])));
    expect(types).toEqual(new Set(['/problems/too-many-attempts']));
  });

  test.each<[string, (ada: Shopper) => Promise<{ status: number }>]>([
    ['who is erased', (ada) => ada.ask('DELETE /v1/me', { password: ada.password })],
    ['whose sessions all ended', (ada) => ada.ask('DELETE /v1/me/sessions')],
    ['who logged out', (ada) => ada.ask('POST /v1/auth/logout')],
  ])('take no token of somebody %s: at once there, within a minute elsewhere', async (_name, end) => {
    const ada = await Shopper.at(one.url);
    expect((await at(two, ada).ask('GET /v1/me')).status).toBe(200);
    expect((await end(ada)).status).toBe(204);
    // A route that does not look at the account: the gateway alone refuses.
    expect((await ada.ask('GET /v1/orders')).status).toBe(401);
    await eventually(
      () => at(two, ada).ask('GET /v1/orders'),
      ({ status }) => status === 401,
      REVOKED_WITHIN,
    );
  });

  test('take none of other devices after the password was changed: at once there', async () => {
    const ada = await Shopper.at(one.url);
    const { body } = await request(one.url, 'POST /v1/auth/login', {
      body: { email: ada.email, password: ada.password },
    });
    const change = { currentPassword: ada.password, password: 'another battery staple' };
    expect((await ada.ask('PUT /v1/me/password', change)).status).toBe(204);
    expect((await request(one.url, 'GET /v1/orders', { token: body.accessToken })).status).toBe(401);
    expect((await ada.ask('GET /v1/orders')).status).toBe(200);
    await eventually(
      () => request(two.url, 'GET /v1/orders', { token: body.accessToken }),
      ({ status }) => status === 401,
      REVOKED_WITHIN,
    );
  });

  test('one that was not there when a session ended, and heard nothing of it, learns it by asking', async () => {
    const ada = await Shopper.at(one.url);
    expect((await ada.ask('DELETE /v1/me/sessions')).status).toBe(204);
    const late = await start('front-3', 'api');
    // It may not be able to tell yet, but it never takes the token.
    const statuses = new Set<number>();
    await eventually(
      async () => {
        const { status } = await at(late, ada).ask('GET /v1/orders');
        statuses.add(status);
        return status;
      },
      (status) => status === 401,
      REVOKED_WITHIN,
    );
    for (const status of statuses) expect([401, 503]).toContain(status);
  });

  test('one that cannot ask which sessions have ended takes no token, and is not ready', async () => {
    const ada = await Shopper.at(one.url);
    const apart = { ...config, databasePrefix: `${config.databasePrefix}apart-`, nodeId: 'apart' };
    const alone = await startShop({ ...apart, services: ['shopping', 'api'] });
    nodes.push(alone);
    const ready = await request(alone.url, 'GET /readyz');
    expect(ready).toMatchObject({ status: 503, body: { type: '/problems/unavailable' } });
    expect(ready.body.detail).toContain('sessions');
    const refused = await at(alone, ada).ask('GET /v1/orders');
    expect(refused).toMatchObject({ status: 503, body: { type: '/problems/unavailable' } });
    expect(refused.body.detail).toContain('access tokens');
    expect(refused.headers.get('retry-after')).toBe('1');
    // A token that nobody has signed is still told from one that cannot be trusted yet.
    const forged = await request(alone.url, 'GET /v1/orders', { token: `${ada.token}x` });
    expect(forged.status).toBe(401);
    expect((await request(alone.url, 'GET /docs')).status).toBe(200);
  });
});
