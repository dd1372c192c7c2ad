import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { hasScope } from '../../../lib/auth/access.ts';
import { createKeyRing } from '../../../lib/auth/token-keys.ts';
import { verifyAccessToken } from '../../../lib/auth/tokens.ts';
import type { Config } from '../../../lib/process/config.ts';
import { contracts } from '../../../services/contracts.ts';
import { cleanUp, eachEngine, engines } from '../../support/engines.ts';
import { type Answer, request, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

const routesFor = (role: 'staff' | 'admin') =>
  contracts
    .flatMap(({ actions }) => Object.values(actions))
    .flatMap(({ auth, scope, rest }) =>
      auth === 'staff' && rest && hasScope(role, scope) ? [rest.replaceAll(/:\w+/g, 'some-id')] : [],
    );
const OPEN_TO = { staff: routesFor('staff'), admin: routesFor('admin') };
/** Admins may do all that staff may. */
const STAFF_ROUTES = OPEN_TO.admin;
const NOTHING = 'The resource does not exist.';

eachEngine('the routes of staff', (engine) => {
  let config: Config;
  let shop: TestShop;
  let ada: Shopper;

  beforeAll(async () => {
    config = engine.config();
    shop = await startShop(config);
    ada = await Shopper.at(shop.url);
  });
  afterAll(() => shop.stop());

  const bodyOf = (route: string) => (route.startsWith('GET') ? undefined : {});
  const as = (token: string | undefined, route: string, body = bodyOf(route)): Promise<Answer> =>
    request(shop.url, route, { body, ...(token ? { token } : {}) });
  /** A token of the shop's own making, but for these claims. */
  const claiming = (claims: object) => {
    const exp = Math.floor(Date.now() / 1000) + 600;
    const payload = { sub: ada.id, sid: 'ses_1', jti: 'one', iss: 'shop', aud: 'shop-api', exp, ...claims };
    return jwt.sign(payload, config.tokenSecret, {
      header: { alg: 'HS256', typ: 'at+jwt', kid: createKeyRing(config).signing?.kid ?? '' },
    });
  };

  test('are more than a few', () => expect(STAFF_ROUTES.length).toBeGreaterThan(10));

  test.each(STAFF_ROUTES)(
    '%s answers customers with 404, also to an invalid body, and guests with 401',
    async (route) => {
      for (const body of [bodyOf(route), route.startsWith('GET') ? undefined : { no: 'such field' }]) {
        const answer = await as(ada.token, route, body);
        expect(answer).toMatchObject({ status: 404, body: { type: '/problems/not-found', detail: NOTHING } });
      }
      expect(await as(undefined, route)).toMatchObject({ status: 401, body: { type: '/problems/unauthenticated' } });
      expect((await as('garbage', route)).status).toBe(401);
    },
  );

  test.each(['staff', 'admin'] as const)('are open to %s', async (role) => {
    const staff = await staffAt(shop, role);
    expect((await staff.ask('GET /v1/admin/orders')).status).toBe(200);
    for (const route of OPEN_TO[role]) {
      const { status, body } = await as(staff.token, route);
      expect(status).not.toBe(401);
      expect(body.detail).not.toBe(NOTHING);
    }
  });

  test.each([
    ['no role, as before there were any', {}],
    ['a role that is none', { role: 'root' }],
    ['a list of roles', { role: ['staff'] }],
    ['an object', { role: { staff: true } }],
    ['another case', { role: 'STAFF' }],
  ])('are closed to a token with %s, which is still its customer', async (_name, claims) => {
    const token = claiming(claims);
    expect(verifyAccessToken(token, createKeyRing(config)).identity.role).toBe('customer');
    expect((await as(token, 'GET /v1/admin/orders')).status).toBe(404);
    expect(await as(token, 'GET /v1/me')).toMatchObject({ status: 200, body: { id: ada.id } });
  });

  test('are refused by each service itself, too, not only by the gateway', async () => {
    const user = { id: ada.id, sessionId: 'ses_1', role: 'customer' } as const;
    const search = (meta: object) => shop.broker.call('order.search', {}, { meta });
    await expect(search({ user })).rejects.toMatchObject({ type: 'not-found' });
    for (const meta of [{ user: null }, {}]) {
      await expect(search(meta)).rejects.toMatchObject({ type: 'unauthenticated' });
    }
  });

  test('no request gives its sender a role', async () => {
    const email = 'eve@example.com';
    const body = { email, password: ada.password, name: 'Eve' };
    for (const role of ['staff', 'admin', 'customer']) {
      const answer = await request(shop.url, 'POST /v1/auth/register', { body: { ...body, role } });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/role' }] } });
    }
    expect(await ada.ask('PATCH /v1/me', { name: 'Ada', role: 'admin' })).toMatchObject({ status: 400 });
    expect(await ada.ask('POST /v1/auth/appoint', { email, role: 'admin' })).toMatchObject({ status: 404 });
    expect(await request(shop.url, 'POST /customer/appoint', { body })).toMatchObject({ status: 404 });
  });

  test('one who is appointed has to log in again, is staff then, and stays it', async () => {
    const bob = await Shopper.at(shop.url);
    const { email, password } = bob;
    const appoint = () => shop.broker.call('customer.appoint', { email, role: 'staff', password: 'another password' });
    expect(await appoint()).toEqual({ id: bob.id, created: false });
    expect(await appoint()).toEqual({ id: bob.id, created: false });
    const ended = await request(shop.url, 'POST /v1/auth/refresh', { body: { refreshToken: bob.refreshToken } });
    expect(ended.status).toBe(401);
    const login = await request(shop.url, 'POST /v1/auth/login', { body: { email, password } });
    bob.refreshToken = login.body.refreshToken;
    for (let again = 0; again < 2; again++) {
      const { body } = await request(shop.url, 'POST /v1/auth/refresh', { body: { refreshToken: bob.refreshToken } });
      Object.assign(bob, { token: body.accessToken, refreshToken: body.refreshToken });
      expect((await bob.ask('GET /v1/admin/orders')).status).toBe(200);
    }
    // With the password they have: an appointment changes none.
    expect((await request(shop.url, 'POST /v1/auth/login', { body: { email, password } })).status).toBe(200);
    const wrong = await request(shop.url, 'POST /v1/auth/login', { body: { email, password: 'another password' } });
    expect(wrong.status).toBe(401);
  });
});

describe('npm run staff:create', () => {
  afterAll(cleanUp);
  const script = join(import.meta.dirname, '../../../scripts/staff.ts');

  test('says that the shop has to be stopped, and else makes an account that can log in', async () => {
    const config = engines[0]?.config() as Config;
    const { dataDir: DATA_DIR, databasePrefix: DATABASE_PREFIX } = config;
    const env = { ...process.env, DATA_DIR, DATABASE_PREFIX, NATS_URL: '', MONGO_URL: '' };
    const run = (...args: string[]) => promisify(execFile)(process.execPath, [script, ...args], { env });
    const email = 'boss@example.com';
    const first = await startShop(config);
    try {
      await expect(run('--email', email)).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^staff: another process uses .*: stop it/),
      });
    } finally {
      await first.stop();
    }
    for (const wrong of [[], ['--email', 'x'], ['--email', email, '--role', 'customer'], ['--mail', email]]) {
      await expect(run(...wrong)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('usage: npm run') });
    }
    const { stdout } = await run('--email', email, '--role', 'admin');
    const password = /^Password, shown this once: (\S{20})$/m.exec(stdout)?.[1];
    expect(await run('--email', email)).toMatchObject({ stdout: expect.not.stringContaining('Password') });

    const again = await startShop(config);
    try {
      const login = await request(again.url, 'POST /v1/auth/login', { body: { email, password } });
      const { status } = await request(again.url, 'GET /v1/admin/orders', { token: login.body.accessToken });
      expect([login.status, status]).toEqual([200, 200]);
    } finally {
      await again.stop();
    }
  });

  const { TEST_NATS_URL: natsUrl, TEST_MONGO_URL: mongoUrl } = process.env;
  (natsUrl && mongoUrl ? test : test.skip)('asks the cluster that runs, without touching any files', async () => {
    const config = engines[1]?.config({ NATS_URL: natsUrl }) as Config;
    const cluster = await startShop({ ...config, services: ['customer'], nodeId: 'customer-1' });
    try {
      const { dataDir: DATA_DIR, databasePrefix: DATABASE_PREFIX } = config;
      const env = { ...process.env, DATA_DIR, DATABASE_PREFIX, NATS_URL: natsUrl, MONGO_URL: '' };
      const email = 'boss@example.com';
      const { stdout } = await promisify(execFile)(process.execPath, [script, '--email', email], { env });
      const password = /^Password, shown this once: (\S{20})$/m.exec(stdout)?.[1] ?? '';
      const login = await cluster.broker.call('customer.login', { email, password });
      expect(verifyAccessToken(login.accessToken, createKeyRing(config)).identity.role).toBe('staff');
      expect(existsSync(join(DATA_DIR, `${DATABASE_PREFIX}customer`))).toBe(false);
    } finally {
      await cluster.stop();
    }
  });
});
