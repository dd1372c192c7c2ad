import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ShopProcess, startProcess } from '../support/process.ts';
import { type Answer, eventually, Shopper } from '../support/shop.ts';

/**
 * What a fault of ours looks like from outside, and in the log. A real one: the shop as it is started, with a database
 * in which somebody has damaged documents that its code relies on.
 */
const dataDir = mkdtempSync(join(tmpdir(), 'shop-faults-'));
let shop: ShopProcess;
let ada: Shopper;

beforeAll(async () => {
  const env = { DATA_DIR: dataDir, LOG_LEVEL: 'error' };
  const healthy = await startProcess(env);
  const registered = await Shopper.at(healthy.url);
  await healthy.stop();
  const file = join(dataDir, 'shop-customer', 'customers.db');
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  const damaged = lines.map((line) => {
    const account = JSON.parse(line);
    return JSON.stringify(
      account._id === registered.id ? { ...account, addresses: 42, consents: 'many', wishlist: 7 } : account,
    );
  });
  writeFileSync(file, `${damaged.join('\n')}\n`);
  shop = await startProcess(env);
  ada = new Shopper(shop.url, registered.email);
  Object.assign(ada, { id: registered.id, token: registered.token });
});
afterAll(async () => {
  await shop?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const ROUTES: [route: string, body?: unknown][] = [
  ['GET /v1/me/addresses'],
  ['GET /v1/me/consents'],
  ['GET /v1/me/wishlist'],
  ['GET /v1/me/export'],
  ['PUT /v1/me/consents/newsletter', { granted: true }],
];
const told = ({ status, headers, body }: Answer) => ({
  status,
  type: headers.get('content-type'),
  body: { ...body, instance: '' },
});

test('every fault of ours has the same answer, but for the id of the request', async () => {
  const answers = await Promise.all(ROUTES.map(([route, body]) => ada.ask(route, body)));
  for (const answer of answers) {
    expect(told(answer)).toEqual({
      status: 500,
      type: 'application/problem+json',
      body: {
        type: '/problems/internal-error',
        title: 'Internal error',
        status: 500,
        detail: 'The cause is in our log under this request id.',
        instance: '',
      },
    });
  }
  expect(new Set(answers.map(({ body }) => body.instance)).size).toBe(ROUTES.length);
});

test('the log has the cause of each, with its stack, under the id that the answer names', async () => {
  for (const [route, body] of ROUTES) {
    const id = `fault-of-${route.replaceAll(/\W+/g, '-')}`;
    const answer = await ada.ask(route, body, { 'x-request-id': id });
    expect([answer.status, answer.body.instance]).toEqual([500, `/requests/${id}`]);
    const line = await eventually(
      async () =>
        shop
          .output()
          .split('\n')
          .find((one) => one.includes(id)),
      (found) => found !== undefined,
    );
    const entry = JSON.parse(line ?? '{}');
    expect(entry).toMatchObject({ level: expect.anything(), requestId: id });
    expect(line).toMatch(/TypeError/);
    expect(line).toMatch(/services\/customer\/[\w/-]+[\w.-]*\.ts:\d+/);
    expect(line).toContain(route.split(' ')[1]);
  }
});

test('and who else is there sees nothing of it', async () => {
  const bob = await Shopper.at(shop.url);
  expect((await bob.ask('GET /v1/me/addresses')).status).toBe(200);
  expect((await ada.ask('GET /readyz?deep=true')).status).toBe(200);
});
