import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import pino from 'pino';
import { pinoOptions } from '../../lib/process/log.ts';
import { startCluster, type TestCluster } from '../support/cluster.ts';
import { eventually, request, Shopper } from '../support/shop.ts';

/** A logger of the shop, and what it wrote. */
function logger() {
  const lines: string[] = [];
  const log = pino(pinoOptions, { write: (line: string) => void lines.push(line) });
  return { log: log as unknown as { error(...words: unknown[]): void }, written: () => lines.join('') };
}

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjdXNfMSJ9.c2lnbmF0dXJl';
const secrets: [string, unknown[], string][] = [
  ['a password', ['failed', { password: 'correct horse' }], 'correct horse'],
  ['a password far inside', ['failed', { ctx: { params: [{ currentPassword: 'correct horse' }] } }], 'correct horse'],
  ['a password hash', ['failed', { account: { passwordHash: '$argon2id$v=19$abc' } }], 'argon2id'],
  ['an access token', ['failed', { accessToken: JWT }], JWT],
  ['an access token in a text', [`refused ${JWT} again`], JWT],
  ['an Authorization header', ['failed', { headers: { authorization: 'Bearer abc.def' } }], 'abc.def'],
  ['a bearer token in a text', ['sent Authorization: Bearer abcdef123'], 'abcdef123'],
  ['a refresh token', ['failed', { refreshToken: 'cmVmcmVzaA' }], 'cmVmcmVzaA'],
  ['a cookie', ['failed', { headers: { cookie: 'cart=abcdef', 'set-cookie': 'cart=abcdef' } }], 'abcdef'],
  ['a cart token', ['failed', { 'X-Cart-Token': 'abcdef' }], 'abcdef'],
  ['a card token', ['failed', { paymentMethod: 'tok_visa' }], 'tok_visa'],
  ['a card token in a text', ['the method pm_1Nabc was refused'], 'pm_1Nabc'],
  ['a provider key', ['Invalid API Key provided: sk_live_51abc'], 'sk_live_51abc'],
  ['a password in an address', ['no connection to mongodb://shop:geheim@db:27017'], 'geheim'],
  ['an e-mail address', ['mail to ada@example.com failed', { to: 'ada@example.com' }], 'ada@example.com'],
  [
    'an e-mail address in an error',
    ['failed', new Error('E11000 dup key: { email: "ada@example.com" }')],
    'ada@example.com',
  ],
  ['a secret in the cause of an error', ['failed', new Error('outer', { cause: new Error(`sent ${JWT}`) })], JWT],
  [
    'a secret in the data of an error',
    ['failed', Object.assign(new Error('x'), { data: { password: 'horse' } })],
    'horse',
  ],
];

test.each(secrets)('%s is not in the log', (_name, words, secret) => {
  const { log, written } = logger();
  log.error(...words);
  expect(written()).not.toContain(secret);
  expect(written()).toMatch(/redacted|email:/);
});

test('an error that is logged alone has its message as the text', () => {
  const { log, written } = logger();
  log.error(new Error('Unable to stop ServiceBroker gracefully.'));
  expect(JSON.parse(written())).toMatchObject({
    msg: 'Unable to stop ServiceBroker gracefully.',
    err: { type: 'Error' },
  });
});

test('what is needed is in the log: the text, the stack, the cause, and one e-mail address as the same one', () => {
  const { log, written } = logger();
  log.error('ord_1 failed', new Error('the provider said no', { cause: new Error('ECONNREFUSED 127.0.0.1') }));
  for (const part of ['ord_1 failed', 'the provider said no', 'ECONNREFUSED', 'logs.test.ts']) {
    expect(written()).toContain(part);
  }
  log.error('mail to ada@example.com');
  log.error('mail to ADA@example.com');
  const [first, second] = [...written().matchAll(/email:(\w+)/g)].map(([, hash]) => hash);
  expect(first).toBe(second);
});

let cluster: TestCluster | undefined;
const dataDir = mkdtempSync(join(tmpdir(), 'shop-logs-'));
afterAll(async () => {
  await cluster?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** What each node has logged, by its name. */
function logsOf(): [string, string][] {
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile() && file.name.endsWith('.log'))
    .map((file) => [file.name, readFileSync(join(file.parentPath, file.name), 'utf8')]);
}

test('a request has one id in the logs of every node that it crosses, and they name nobody', async () => {
  cluster = await startCluster({ env: { LOG_LEVEL: 'info', SEED: 'true' }, dataDir });
  const ada = await Shopper.at(cluster.url);
  const { sku } = (await request(cluster.url, 'GET /v1/products/alder-merino-crew-sweater')).body.variants[0];
  await ada.put(sku, 1);
  const id = 'checkout-of-ada-1';
  const { status } = await ada.ask('POST /v1/checkout/quote', { addressId: ada.addressId }, { 'x-request-id': id });
  expect(status).toBe(200);
  const crossed = async () =>
    new Set(logsOf().flatMap(([name, text]) => (text.includes(id) ? [name.replace(/-?\d*\.log$/, '')] : [])));
  await eventually(crossed, (kinds) => ['api', 'customer', 'product', 'shopping'].every((kind) => kinds.has(kind)));
  for (const [, text] of logsOf()) expect(text).not.toContain(ada.email);
});
