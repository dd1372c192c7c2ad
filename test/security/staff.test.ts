import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { contracts } from '../../services/contracts.ts';
import { eachEngine } from '../support/engines.ts';
import { Mailbox } from '../support/mailbox.ts';
import { eventually, request, Shopper, startShop, type TestShop } from '../support/shop.ts';
import { staffAt } from '../support/staff.ts';

const ADMIN_ONLY = contracts.flatMap(({ actions }) =>
  Object.values(actions).flatMap(({ rest, scope }) =>
    rest && (scope?.startsWith('staff:') || scope?.startsWith('audit-log:')) ? [rest] : [],
  ),
);

eachEngine('staff', (engine) => {
  let shop: TestShop;
  let mails: Mailbox;
  let admin: Shopper;
  let staff: Shopper;

  beforeAll(async () => {
    const config = engine.config({ SEED: 'true' });
    mails = new Mailbox(config.dataDir);
    shop = await startShop(config);
    [admin, staff] = await Promise.all([staffAt(shop, 'admin'), staffAt(shop)]);
  });
  afterAll(() => shop.stop());

  test('admin routes are more than a few, and not there for staff, whatever they send', async () => {
    expect(ADMIN_ONLY.length).toBeGreaterThan(4);
    for (const route of ADMIN_ONLY) {
      const body = /^(GET|DELETE)/.test(route) ? undefined : { no: 'such field' };
      expect(await staff.ask(route, body)).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });
    }
  });

  describe('accounts', () => {
    test('are made by an admin; who is new sets a password by mail', async () => {
      const email = `new-${Date.now()}@staff.example.com`;
      const made = await admin.ask('POST /v1/admin/staff', { email, name: 'New', role: 'staff' });
      expect(made).toMatchObject({ status: 201, body: { email, role: 'staff' } });
      const token = await mails.token(email, 'reset-password');
      const password = 'a password for the staff';
      expect((await request(shop.url, 'POST /v1/auth/password/reset', { body: { token, password } })).status).toBe(204);
      const { body } = await request(shop.url, 'POST /v1/auth/login', { body: { email, password } });
      const ask = (route: string) => request(shop.url, route, { token: body.accessToken });
      expect((await ask('GET /v1/admin/orders')).status).toBe(200);
      expect((await admin.ask('GET /v1/admin/staff?limit=100')).body.items).toContainEqual(made.body);
      // Back to customer, at once: the role was in the token.
      expect((await admin.ask(`DELETE /v1/admin/staff/${made.body.id}`)).status).toBe(204);
      expect((await ask('GET /v1/admin/orders')).status).toBe(401);
      expect((await admin.ask(`DELETE /v1/admin/staff/${made.body.id}`)).status).toBe(404);
    });

    test('of customers become staff only when their address is verified', async () => {
      const bob = await Shopper.at(shop.url);
      const appoint = () => admin.ask('POST /v1/admin/staff', { email: bob.email, name: 'Bob', role: 'staff' });
      expect(await appoint()).toMatchObject({ status: 409, body: { type: '/problems/email-taken' } });
      const token = await mails.token(bob.email, 'verify-email');
      await request(shop.url, 'POST /v1/auth/email/verify', { body: { token } });
      expect(await appoint()).toMatchObject({ status: 201, body: { id: bob.id, role: 'staff' } });
    });

    test('no admin changes his own role', async () => {
      expect((await admin.ask(`PUT /v1/admin/staff/${admin.id}`, { role: 'staff' })).status).toBe(400);
      expect((await admin.ask(`DELETE /v1/admin/staff/${admin.id}`)).status).toBe(400);
    });
  });

  describe('the audit log', () => {
    const entriesOf = async (action: string) =>
      (await admin.ask(`GET /v1/admin/audit-log?action=${action}&staffId=${staff.id}`)).body.items;

    test('has who did what, with what it was before and after, and the request', async () => {
      const terms = { kind: 'percentage', percent: 1000 };
      await staff.ask('PUT /v1/admin/coupons/AUDIT10', terms, { 'x-request-id': 'first-request' });
      await staff.ask(
        'PUT /v1/admin/coupons/AUDIT10',
        { ...terms, percent: 2000 },
        { 'x-request-id': 'second-request' },
      );
      const [second, first] = await entriesOf('coupon.put');
      expect(first).toMatchObject({
        requestId: 'first-request',
        before: null,
        after: { percent: 1000 },
        outcome: 'done',
      });
      expect(second).toMatchObject({
        staffId: staff.id,
        role: 'staff',
        action: 'coupon.put',
        params: { code: 'AUDIT10', percent: 2000 },
        requestId: 'second-request',
        address: '127.0.0.1',
        before: { percent: 1000 },
        after: { percent: 2000 },
        outcome: 'done',
      });
    });

    test('has what was refused, and what was only looked at', async () => {
      await staff.ask('POST /v1/admin/orders/ord_none/pack', {});
      await staff.ask('GET /v1/admin/coupons/NONE');
      expect((await entriesOf('order.pack'))[0]).toMatchObject({
        outcome: 'refused: not-found',
        params: { id: 'ord_none' },
      });
      expect((await entriesOf('coupon.read'))[0]).toMatchObject({ outcome: 'refused: not-found' });
    });

    test('nothing is done that cannot be written down', async () => {
      const log = shop.broker.getLocalService('audit-log');
      await shop.broker.destroyService(log);
      const answer = await staff.ask('PUT /v1/admin/coupons/UNSEEN', { kind: 'percentage', percent: 1000 });
      expect(answer).toMatchObject({ status: 503, body: { type: '/problems/unavailable' } });
      shop.broker.createService(log.originalSchema as never);
      await shop.broker.waitForServices('audit-log');
      expect((await staff.ask('GET /v1/admin/coupons/UNSEEN')).status).toBe(404);
    });
  });

  test('an export of orders as CSV is safe against formula injection', async () => {
    const eve = await Shopper.at(shop.url);
    const { sku } = (await request(shop.url, 'GET /v1/products/alder-merino-crew-sweater')).body.variants[0];
    const names = ['=HYPERLINK("evil")', '+1+1', '-2+3', '@SUM(A1)', '\t=1', 'Ada "the" Byron, Lady'];
    for (const name of names) {
      const address = { name, line1: 'x', city: 'Berlin', postcode: '10115', country: 'DE' };
      await eve.put(sku, 1);
      const placed = await eve.ask('POST /v1/orders', { address }, { 'idempotency-key': name.trim() });
      expect(placed.status).toBe(201);
    }
    const { status, headers, body } = await eventually(
      () => staff.ask('GET /v1/admin/orders.csv'),
      (answer) => answer.status === 200,
    );
    expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8']);
    const lines = String(body).trim().split('\n');
    expect(lines).toHaveLength(names.length + 1);
    expect(lines[0]).toMatch(/id,number,status/);
    for (const cell of lines.flatMap((line) => line.split(','))) expect(cell).not.toMatch(/^"?[=+@\t-]/);
    expect(body).toContain('"Ada ""the"" Byron, Lady"');
  });
});
