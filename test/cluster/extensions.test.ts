import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startCluster, type TestCluster } from '../support/cluster.ts';
import { ROOT } from '../support/documents.ts';
import { Operator } from '../support/operator.ts';
import { startProcess } from '../support/process.ts';
import { eventually, request, Shopper, send } from '../support/shop.ts';

/** The services that a shop has added lie in a folder of their own, outside the project. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shop-services-'));
  await cp(join(ROOT, 'examples/lookbook'), join(folder, 'lookbook'), { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('in a cluster', () => {
  const PREFIX = `extensions-${process.pid}-`;
  let cluster: TestCluster;
  beforeAll(async () => {
    const env = { DATABASE_PREFIX: PREFIX, SEED: 'true', SERVICES_DIR: join(folder, 'lookbook') };
    cluster = await startCluster({ env });
  });
  afterAll(() => cluster?.stop());

  test('product nodes run a service that a shop has added, and every gateway has its routes', async () => {
    const operator = await Operator.at(cluster.topology(), PREFIX);
    const staff = new Shopper(cluster.url, 'looks@staff.example.com');
    const { email, password } = staff;
    await operator.appoint(email, password);
    await operator.leave();
    staff.token = (await request(cluster.url, 'POST /v1/auth/login', { body: { email, password } })).body.accessToken;
    const { body } = await request(cluster.url, 'GET /v1/products?limit=2');
    const productIds: string[] = body.items.map(({ id }: { id: string }) => id);

    const ask = (route: string, sent?: object) => send(cluster.url, route, { body: sent, token: staff.token });
    expect((await ask('PUT /v1/admin/looks/rain', { title: 'Rain', productIds })).status).toBe(204);
    // Each connection goes to one of the gateways, and each request to one of the product nodes.
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('GET /v1/looks/rain')));
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 200, body: { id: 'rain', title: 'Rain', productIds } });
    }

    const [id] = productIds;
    const { version } = (await staff.ask(`GET /v1/admin/products/${id}`)).body;
    await staff.ask(`POST /v1/admin/products/${id}/archive`, {}, { 'if-match': `"${version}"` });
    await eventually(
      () => Promise.all(Array.from({ length: 20 }, () => ask('GET /v1/looks/rain'))),
      (all) => all.every(({ status }) => status === 404),
    );
  });
});

describe('a folder that cannot be used ends the start in one line', () => {
  let bad: string;
  beforeAll(async () => {
    bad = join(folder, 'bad');
    await cp(join(folder, 'lookbook'), bad, { recursive: true });
    await writeFile(join(bad, 'product/look/look.contract.ts'), 'export const = {');
  });
  const LINE = 'SERVICES_DIR: product/look/look.contract.ts does not load: SyntaxError';

  test('of one process', async () => {
    const shop = await startProcess({ DATA_DIR: join(folder, 'data'), SERVICES_DIR: bad });
    expect(shop.up).toBe(false);
    expect(shop.output()).toMatch(new RegExp(`^shop: ${LINE}.*\n$`));
    expect(await shop.stop()).toBe(1);
  });

  test('of a cluster, before any of its processes', async () => {
    const started = startCluster({ env: { SERVICES_DIR: bad } });
    await expect(started).rejects.toThrow(new RegExp(`ended with 1:\ncluster: ${LINE}.*\n$`));
  });
});
