import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort } from '../../scripts/servers/ports.ts';
import { engines } from '../support/engines.ts';
import { send, startShop, type TestShop } from '../support/shop.ts';

const FILE = join(import.meta.dirname, '../../ops/haproxy.cfg');
const exec = promisify(execFile);

const hasHaproxy = await exec('haproxy', ['-v']).then(
  () => true,
  () => false,
);
if (!hasHaproxy) console.error('\n*** THE BALANCER IS NOT TESTED: there is no haproxy on PATH ***\n');
const withHaproxy = hasHaproxy ? test : test.skip;

let folder: string;
let shop: TestShop;
let stopped: Promise<void> | undefined;
let url: string;
let balancer: ReturnType<typeof spawn>;

/** The balancer of the compose file on a free port, before one gateway that trusts it. */
beforeAll(async () => {
  if (!hasHaproxy) return;
  folder = await mkdtemp(join(tmpdir(), 'shop-haproxy-'));
  const config = engines[0]?.config({ TRUSTED_PROXIES: '127.0.0.1', LOGINS_PER_MINUTE: '5', SEED: 'true' });
  if (!config) throw new Error('no engine');
  shop = await startShop(config);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const text = await readFile(FILE, 'utf8');
  const gateway = `server gateway ${new URL(shop.url).host}`;
  const own = text.replace('bind :8080', `bind 127.0.0.1:${port}`).replace(/server-template .*/, gateway);
  await writeFile(join(folder, 'haproxy.cfg'), own);
  balancer = spawn('haproxy', ['-db', '-f', join(folder, 'haproxy.cfg')], { stdio: 'ignore' });
  while ((await send(url, 'GET /healthz').catch(() => undefined))?.status !== 200) await sleep(50);
});

afterAll(async () => {
  if (!hasHaproxy) return;
  balancer.kill();
  await once(balancer, 'exit');
  await (stopped ?? shop.stop());
  await rm(folder, { recursive: true });
});

withHaproxy('HAProxy takes the file as it is', async () => {
  await exec('haproxy', ['-c', '-f', FILE]);
});

withHaproxy('a forged X-Forwarded-For gives nobody another limit', async () => {
  const login = (forwardedFor: string) =>
    send(url, 'POST /v1/auth/login', {
      body: { email: `${forwardedFor}@example.com`, password: 'wrong password' },
      headers: { 'x-forwarded-for': forwardedFor },
    });
  const statuses = [];
  for (let i = 1; i <= 8; i++) statuses.push((await login(`203.0.113.${i}`)).status);
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
});

withHaproxy("without a gateway the balancer's own answer is a problem with Retry-After", async () => {
  stopped = shop.stop();
  await stopped;
  while ((await send(url, 'GET /healthz')).status === 200) await sleep(50);
  const answer = await send(url, 'GET /v1/products');
  expect(answer.status).toBe(503);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(answer.headers.get('retry-after')).toBe('1');
  expect(answer.body).toMatchObject({ type: '/problems/unavailable', status: 503 });
  expect(answer.body.instance).toBe(`urn:uuid:${answer.headers.get('x-request-id')}`);
});
