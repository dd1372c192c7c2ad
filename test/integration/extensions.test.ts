import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Config } from '../../lib/process/config.ts';
import { ROOT } from '../support/documents.ts';
import { eachEngine } from '../support/engines.ts';
import { eventually, request, Shopper, send, startShop, type TestShop } from '../support/shop.ts';
import { staffAt } from '../support/staff.ts';

/** An extension that keeps something of customers: whom it was told to erase. */
const VISITS: Readonly<Record<string, string>> = {
  'shopping/visit.contract.ts': `
    import { contract } from '${ROOT}/lib/contract/contract.ts';
    import { internal, publicRead } from '${ROOT}/lib/contract/presets.ts';
    const id = { type: 'string', max: 64 };
    export const visit = contract('visit', {
      erase: { ...internal, summary: 'Erase the visits of a customer', params: { customerId: id } },
      erased: { ...publicRead, summary: 'Count the erasures', rest: 'GET /v1/visits/:id', params: { id }, returns: 'number' },
    }, {});`,
  'shopping/visit.service.ts': `
    import { service } from '${ROOT}/lib/contract/service.ts';
    import { visit } from './visit.contract.ts';
    export default (config) => {
      const erased = [];
      return service(visit, config, {
        handlers: {
          erase: (ctx) => void erased.push(ctx.params.customerId),
          erased: (ctx) => erased.filter((id) => id === ctx.params.id).length,
        },
      });
    };`,
};

const LOOKBOOK = join(ROOT, 'examples/lookbook');

eachEngine('a service that a shop has added', (engine) => {
  let config: Config;
  let shop: TestShop;
  let staff: Shopper;
  let productIds: string[];

  beforeAll(async () => {
    config = engine.config({ SEED: 'true', SERVICES_DIR: LOOKBOOK });
    shop = await startShop(config);
    staff = await staffAt(shop);
    const { body } = await request(shop.url, 'GET /v1/products?limit=2');
    productIds = body.items.map(({ id }: { id: string }) => id);
  });
  afterAll(() => shop.stop());

  // Not by `request`: its description of the interface is that of the shop without extensions.
  const ask = (route: string, body?: unknown, token?: string) =>
    send(shop.url, route, { body, ...(token === undefined ? {} : { token }) });
  const put = (id: string, ids = productIds, title = 'Rainy days') =>
    ask(`PUT /v1/admin/looks/${id}`, { title, productIds: ids }, staff.token);

  test('has routes at the gateway: staff writes, and everyone reads', async () => {
    expect((await put('rainy-days')).status).toBe(204);
    const look = { id: 'rainy-days', title: 'Rainy days', productIds };
    expect(await ask('GET /v1/looks/rainy-days')).toMatchObject({ status: 200, body: look });
    expect((await ask('GET /v1/looks')).body).toEqual({ items: [look], nextCursor: null });
    expect((await put('rainy-days', productIds, 'Rain')).status).toBe(204);
    const renamed = await eventually(
      () => ask('GET /v1/looks/rainy-days'),
      ({ body }) => body.title === 'Rain',
    );
    // Kept by the gateway, as its contract says.
    expect(renamed.headers.get('etag')).toMatch(/^"/);
  });

  test('is protected as any other: by login, scope and strict parameters', async () => {
    const body = { title: 'Mine', productIds };
    const customer = await Shopper.at(shop.url);
    expect((await ask('PUT /v1/admin/looks/mine', body)).body).toMatchObject({ type: '/problems/unauthenticated' });
    expect((await ask('PUT /v1/admin/looks/mine', body, customer.token)).status).toBe(404);
    expect((await ask('PUT /v1/admin/looks/mine', { ...body, isShown: true }, staff.token)).body).toMatchObject({
      type: '/problems/invalid-request',
      errors: [{ pointer: '/isShown' }],
    });
    expect((await ask('GET /v1/looks/mine')).body).toMatchObject({ type: '/problems/not-found', status: 404 });
    expect((await ask('DELETE /v1/looks/mine')).status).toBe(405);
  });

  test('what staff does in it is in the audit log', async () => {
    const admin = await staffAt(shop, 'admin');
    expect((await put('logged')).status).toBe(204);
    const { body } = await admin.ask('GET /v1/admin/audit-log');
    const entry = { action: 'look.put', staffId: staff.id, outcome: 'done' };
    expect(body.items).toContainEqual(expect.objectContaining(entry));
  });

  test('is in the description of the interface, by its named components', async () => {
    const { body } = await ask('GET /openapi.json');
    const { get } = body.paths['/v1/looks'];
    expect(get).toMatchObject({ operationId: 'look.list', tags: ['look'] });
    expect(get.responses['200'].content['application/json'].schema).toEqual({ $ref: '#/components/schemas/LookPage' });
    expect(body.components.schemas.LookPage.properties.items.items).toEqual({ $ref: '#/components/schemas/Look' });
    expect(body.paths['/v1/admin/looks/{id}'].put).toMatchObject({ 'x-scope': 'catalogue:write' });
  });

  describe('hears the events of the shop, and does what is due', () => {
    test('a look is hidden while one of its products is not sold', async () => {
      const [id = '', other = ''] = productIds;
      expect((await put('seasonal', [id, other])).status).toBe(204);
      const statusOf = async () => (await ask('GET /v1/looks/seasonal')).status;
      const change = async (verb: string) => {
        const { body } = await staff.ask(`GET /v1/admin/products/${id}`);
        const answer = await staff.ask(
          `POST /v1/admin/products/${id}/${verb}`,
          {},
          { 'if-match': `"${body.version}"` },
        );
        expect(answer.status).toBe(200);
      };
      expect(await statusOf()).toBe(200);
      await change('archive');
      await eventually(statusOf, (status) => status === 404);
      const { body } = await ask('GET /v1/admin/looks', undefined, staff.token);
      expect(body.items).toContainEqual({
        id: 'seasonal',
        title: 'Rainy days',
        productIds: [id, other],
        missing: [id],
      });
      await change('restore');
      await eventually(statusOf, (status) => status === 200);
    });

    test('operators see its queue', async () => {
      expect((await shop.broker.call('due.list')).queues).toContain('look-checks');
    });
  });

  test('keeps its documents when the shop starts anew', async () => {
    expect((await put('lasting')).status).toBe(204);
    await shop.stop();
    shop = await startShop(config);
    expect((await ask('GET /v1/looks/lasting')).body).toEqual({ id: 'lasting', title: 'Rainy days', productIds });
    expect((await ask('DELETE /v1/admin/looks/lasting', undefined, staff.token)).status).toBe(204);
    await eventually(
      () => ask('GET /v1/looks/lasting'),
      ({ status }) => status === 404,
    );
  });
});

eachEngine('a service that a shop has added, which keeps data of persons', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'shop-visits-'));
  let shop: TestShop;
  beforeAll(async () => {
    mkdirSync(join(folder, 'shopping'));
    for (const [file, text] of Object.entries(VISITS)) writeFileSync(join(folder, file), text);
    shop = await startShop(engine.config({ SERVICES_DIR: folder }));
  });
  afterAll(async () => {
    await shop?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is told when a customer erases the account', async () => {
    const ada = await Shopper.at(shop.url);
    const erasures = async () => (await send(shop.url, `GET /v1/visits/${ada.id}`)).body;
    expect(await erasures()).toBe(0);
    expect((await ada.ask('DELETE /v1/me', { password: ada.password })).status).toBe(204);
    await eventually(erasures, (count) => count >= 1);
  });
});
