import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { routesOf } from '../../services/api/http/routes.ts';
import { contracts } from '../../services/contracts.ts';
import { storeOf } from '../support/books.ts';
import { eachEngine } from '../support/engines.ts';
import { leakOf } from '../support/leaks.ts';
import { PAYING_ENV } from '../support/paying-shop.ts';
import { eventually, request, Shopper, startShop, type TestShop } from '../support/shop.ts';
import { staffAt } from '../support/staff.ts';

const READS = routesOf(contracts).filter(({ method, action }) => method === 'GET' && action !== 'tracking.follow');

eachEngine('what answers tell', (engine) => {
  let shop: TestShop;
  let ada: Shopper;
  let admin: Shopper;
  /** A thing of each kind, by the beginning of the address that it has. */
  let things: [prefix: string, id: string][];

  beforeAll(async () => {
    shop = await startShop(engine.config(PAYING_ENV));
    [ada, admin] = [await Shopper.at(shop.url), await staffAt(shop, 'admin')];
    const { body: product } = await request(shop.url, 'GET /v1/products/alder-merino-crew-sweater');
    const { sku } = product.variants[0];
    await ada.put(sku, 1);
    const { id: orderId } = (await ada.order()).body;
    for (const [step, how] of [
      ['pack', {}],
      ['ship', { carrier: 'Post', trackingNumber: 'RR1' }],
      ['deliver', {}],
    ] as const) {
      await admin.ask(`POST /v1/admin/orders/${orderId}/${step}`, how);
    }
    await ada.ask(
      `POST /v1/orders/${orderId}/returns`,
      { items: [{ sku, quantity: 1 }], reason: 'too warm' },
      { 'idempotency-key': 'return' },
    );
    await admin.ask('PUT /v1/admin/coupons/WELCOME', { kind: 'percentage', percent: 1000 });
    await admin.ask('POST /v1/admin/staff', { email: `${ada.id}@staff.example.com`, name: 'New', role: 'staff' });
    await ada.put(sku, 2);
    await ada.ask('POST /v1/checkout/hold', {});
    await ada.ask(`PUT /v1/me/wishlist/${product.id}`);
    const review = await ada.ask(`PUT /v1/products/${product.id}/reviews/mine`, {
      rating: 5,
      title: 'Warm',
      text: 'And soft.',
    });
    expect([review.status, review.body]).toEqual([201, expect.any(Object)]);
    await ada.ask('PUT /v1/me/consents/newsletter', { granted: true });
    const bob = await Shopper.at(shop.url);
    await bob.put(sku, 1);
    const transfer = { addressId: bob.addressId, paymentMethod: 'transfer' };
    const { id: transferId } = (await bob.ask('POST /v1/orders', transfer, { 'idempotency-key': 'transfer' })).body;
    things = [
      ['/v1/admin/orders/:id/payments', transferId],
      ['/v1/products/', product.id],
      ['/v1/me/addresses/', ada.addressId],
      ['/v1/orders/', orderId],
      ['/v1/admin/orders/', orderId],
      ['/v1/admin/coupons/', 'WELCOME'],
      ['/problems/', 'not-found'],
      ['/account/', 'verify-email'],
      ['/docs/', 'swagger-ui.css'],
    ];
    await eventually(
      () => ada.ask(`GET /v1/orders/${orderId}/invoice`),
      ({ status }) => status === 200,
    );
  });
  afterAll(() => shop.stop());

  /** The route's address with what there is; `none` for a kind that is not listed above. */
  const addressOf = (path: string) =>
    path
      .replace(/:\w+/, things.find(([prefix]) => path === prefix || path.startsWith(`${prefix}:`))?.[1] ?? 'none')
      .replace(/:\w+/g, 'none')
      .replace(/\/suggest$/, '/suggest?q=wool')
      .replace(/\/admin\/payments$/, '/admin/payments?due=overdue');

  test.each(READS.map(({ path, contract }) => [path, contract.auth] as const))(
    'GET %s: neither hashes, tokens, internal ids, stack traces nor versions, whoever asks',
    async (path, auth) => {
      // Each answer is looked through by `request` itself, here as in every test.
      const address = addressOf(path);
      const [own, theirs] = await Promise.all([
        ada.ask(`GET ${address}`),
        admin.ask(`GET ${address}`),
        request(shop.url, `GET ${address}`),
      ]);
      const right = auth === 'staff' ? theirs : own;
      expect(right.status).toBeLessThan(500);
      if (!address.includes('none')) expect([200, 204]).toContain(right.status);
    },
  );

  test('registering, logging in and refreshing give out tokens, and nothing else does', async () => {
    const { email, password } = ada;
    const login = await request(shop.url, 'POST /v1/auth/login', { body: { email, password } });
    const [answer, refreshToken] = [login.body, login.body.refreshToken];
    expect(Object.keys(answer).sort()).toEqual(['accessToken', 'expiresIn', 'refreshToken']);
    const refreshed = await request(shop.url, 'POST /v1/auth/refresh', { body: { refreshToken } });
    const issued = [answer.accessToken, answer.refreshToken, refreshed.body.accessToken, refreshed.body.refreshToken];
    const { passwordHash = '', sessions = [] } = (await storeOf(shop, 'customer').get(ada.id)) ?? {};
    const secrets = [...issued, ada.token, ada.refreshToken, passwordHash, ...sessions.map(({ hash }) => hash)];
    for (const path of ['/v1/me', '/v1/me/sessions', '/v1/me/export', '/v1/orders', '/v1/cart']) {
      const text = JSON.stringify((await ada.ask(`GET ${path}`)).body);
      for (const secret of secrets) expect(text.includes(secret)).toBe(false);
    }
  });
});

describe('the check of every answer for what it tells', () => {
  const headers = (more: Record<string, string> = {}) => new Headers({ 'content-type': 'application/json', ...more });
  const found = (body: unknown, path = '/v1/me', more = {}) => leakOf(path, { headers: headers(more), body });

  test('finds nothing in an answer as it should be', () => {
    expect(found({ id: 'cus_1', email: 'ada@example.com', createdAt: '2026-01-01T00:00:00.000Z' })).toBeUndefined();
    expect(found({ accessToken: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjdXMi.c2ln' }, '/v1/auth/login')).toBeUndefined();
  });

  test.each<[string, unknown]>([
    ['a password hash', { hint: '$argon2id$v=19$m=19456' }],
    ['a field of a document', { items: [{ _id: 'cus_1' }] }],
    ['a revision', { order: { rev: 3 } }],
    ['an access token', { link: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjdXMi.c2ln' }],
    ['a refresh token', { refreshToken: 'abc' }],
    ['a stack trace', { detail: 'TypeError: x\n    at Object.find (file:///srv/shop/lib/contract/page.ts:12:3)' }],
    ['a stack trace in a text', 'Error\n    at async run (/srv/shop/services/x.ts:1:2)'],
    ['a package', 'Cannot find /srv/node_modules/x'],
    ['the framework', { detail: 'MoleculerError in moleculer' }],
    ['a database', { detail: 'E11000 duplicate key' }],
    ['the version of Node', { runtime: process.version }],
    ['the node', { nodeID: 'customer-1' }],
  ])('finds %s', (_name, body) => {
    expect(found(body)).toEqual(expect.any(String));
  });

  test.each(['Server', 'X-Powered-By', 'Via'])('finds the header %s', (name) => {
    expect(found({}, '/v1/me', { [name]: 'x' })).toContain('header');
  });
});
