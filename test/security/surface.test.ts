import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Service } from 'moleculer';
import { contracts } from '../../services/contracts.ts';
import { eachEngine } from '../support/engines.ts';
import { request, type Shopper, startShop, type TestShop } from '../support/shop.ts';
import { staffAt } from '../support/staff.ts';

const NOT_FOUND = { status: 404, body: { type: '/problems/not-found' } };
const VISIBILITIES = ['published', 'public', 'protected', 'private'];

/** The actions that have no route. */
const INTERNAL = contracts.flatMap(({ name, actions }) =>
  Object.entries(actions).flatMap(([key, { rest }]) => (rest ? [] : [[name, key] as const])),
);
const MOLECULERS = ['list', 'services', 'actions', 'events', 'health', 'options', 'metrics'].map(
  (key) => ['$node', key] as const,
);
const GATEWAYS = ['rest', 'listAliases', 'addRoute', 'removeRoute'].map((key) => ['api', key] as const);

/** Where gateways that publish actions by their names have them. */
const addressesOf = ([service, action]: readonly [string, string]) => [
  `/${service}/${action}`,
  `/${service}.${action}`,
  `/${encodeURIComponent(service)}%2E${action}`,
  `/v1/${service}/${action}`,
  `/v1/${service}.${action}`,
  `/api/${service}/${action}`,
  `/~${service.replace('$', '')}/${action}`,
];

eachEngine('what can be reached', (engine) => {
  let shop: TestShop;
  let admin: Shopper;
  beforeAll(async () => {
    shop = await startShop(engine.config());
    admin = await staffAt(shop, 'admin');
  });
  afterAll(() => shop.stop());

  test('there are internal actions to be kept in', () => {
    expect(INTERNAL.length).toBeGreaterThan(30);
  });

  test.each([...INTERNAL, ...MOLECULERS, ...GATEWAYS])('no address leads to %s.%s, whoever asks', async (...action) => {
    const routes = addressesOf(action).flatMap((address) => [`GET ${address}`, `POST ${address}`]);
    const answers = await Promise.all(routes.map(async (route) => [route, (await admin.ask(route)).body.type]));
    expect(answers).toEqual(routes.map((route) => [route, NOT_FOUND.body.type]));
  });

  test.each([
    '/~node',
    '/~node/',
    '/$node',
    '/%7Enode/list',
    '/*',
    '/v1/*',
    '/v1/**',
    '/v1/(.*)',
    '/rest',
    '/.well-known',
  ])('nothing is at %s, nor at all below it', async (path) => {
    for (const address of [path, `${path.replace(/\/$/, '')}/anything`]) {
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
        expect(await request(shop.url, `${method} ${address}`)).toMatchObject(NOT_FOUND);
      }
    }
  });

  describe('by the gateway', () => {
    test('is what contracts name, one by one: there is no wildcard, and nothing is published by its name', () => {
      const gateway = shop.broker.getLocalService('api') as unknown as Service & {
        routes: { mappingPolicy: string; path: string }[];
        aliases: { fullPath: string; action: string }[];
      };
      expect(gateway.routes.map(({ mappingPolicy }) => mappingPolicy)).toEqual(['restrict']);
      for (const { fullPath } of gateway.aliases) expect(fullPath).toMatch(/^[\w./:-]+$/);
      const routed = contracts.flatMap(({ name, actions }) =>
        Object.entries(actions).flatMap(([key, { rest }]) => (rest ? [`${name}.${key}`] : [])),
      );
      expect(gateway.aliases.map(({ action }) => action).sort()).toEqual(routed.sort());
    });
  });

  describe('on the broker', () => {
    /** Of every service of this process, Moleculer's own included. */
    const declared = () =>
      (shop.broker as unknown as { services: Service[] }).services.flatMap(({ fullName, schema }) =>
        Object.entries(schema.actions ?? {}).flatMap(([key, action]) =>
          action === false ? [] : [[`${fullName}.${key}`, (action as { visibility?: string }).visibility] as const],
        ),
      );

    test('every action of every running service says who may call it', () => {
      const found = declared();
      expect(found.map(([name]) => name)).toEqual(expect.arrayContaining(['$node.options', 'api.rest', 'cart.erase']));
      expect(found.length).toBeGreaterThan(100);
      for (const [name, visibility] of found)
        expect([name, VISIBILITIES.includes(visibility ?? '')]).toEqual([name, true]);
    });

    test('is published what has a route, and nothing else', () => {
      const published = declared().flatMap(([name, visibility]) => (visibility === 'published' ? [name] : []));
      const routed = contracts.flatMap(({ name, actions }) =>
        Object.entries(actions).flatMap(([key, { rest }]) => (rest ? [`${name}.${key}`] : [])),
      );
      expect(published.sort()).toEqual(routed.sort());
    });

    test('what Moleculer tells of a node, it tells that node alone', () => {
      const own = declared().filter(([name]) => name.startsWith('$node.'));
      expect(own.map(([name]) => name).sort()).toEqual(MOLECULERS.map((parts) => parts.join('.')).sort());
      for (const [name, visibility] of own) expect([name, visibility]).toEqual([name, 'protected']);
    });
  });
});
