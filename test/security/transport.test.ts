import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from 'nats';
import { natsOptions } from '../../lib/process/nats-options.ts';
import { adopt, type Child, spawnServer } from '../../scripts/servers/child.ts';
import { findNats } from '../../scripts/servers/find.ts';
import { freePort } from '../../scripts/servers/ports.ts';
import { cleanUp, engines } from '../support/engines.ts';
import { eventually, request, startShop } from '../support/shop.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'shop-transport-'));
const file = (name: string) => join(folder, name);
const started: Child[] = [];

/** A NATS server with these lines in its settings; resolves with its address, without credentials. */
async function nats(name: string, settings: string): Promise<string> {
  const port = await freePort();
  writeFileSync(file(`${name}.conf`), `listen: "127.0.0.1:${port}"\n${settings}`);
  const spawned = spawnServer([await findNats(), '--config', file(`${name}.conf`)], 2, false);
  started.push(await adopt(spawned, 5000));
  return `127.0.0.1:${port}`;
}

const joins = async (url: string, files = {}): Promise<string> => {
  try {
    const connection = await connect({ ...natsOptions(url, files), reconnect: false, timeout: 2000 });
    await connection.close();
    return 'joined';
  } catch (error) {
    return (error as Error).message;
  }
};

/** Once it listens, which a refusal shows as well as a welcome. */
const up = (url: string, files = {}) =>
  eventually(
    () => joins(url, files),
    (answer) => !/REFUSED|ECONN/.test(answer),
  );

const here = process.env.TEST_NATS_URL ? describe : describe.skip;
here('NATS', () => {
  const ca = { caFile: file('ca.pem') };
  let withPassword = '';
  let withToken = '';
  let withTls = '';

  beforeAll(async () => {
    const subject = ['-subj', '/CN=127.0.0.1', '-days', '2', '-nodes', '-newkey', 'rsa:2048'];
    await run('openssl', ['req', '-x509', ...subject, '-keyout', file('ca-key.pem'), '-out', file('ca.pem')]);
    await run('openssl', [
      'req',
      '-new',
      ...subject.filter((part) => part !== '-days' && part !== '2'),
      '-keyout',
      file('key.pem'),
      '-out',
      file('request.pem'),
    ]);
    writeFileSync(file('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
    const signed = ['-CA', file('ca.pem'), '-CAkey', file('ca-key.pem'), '-CAcreateserial', '-days', '2'];
    await run('openssl', [
      'x509',
      '-req',
      '-in',
      file('request.pem'),
      ...signed,
      '-extfile',
      file('names'),
      '-out',
      file('cert.pem'),
    ]);
    withPassword = await nats('password', 'authorization { user: "shop", password: "p@ss/word" }');
    withToken = await nats('token', 'authorization { token: "a-long-token" }');
    withTls = await nats(
      'tls',
      `tls { cert_file: "${file('cert.pem')}", key_file: "${file('key.pem')}", ca_file: "${file('ca.pem')}", verify: true }`,
    );
  });
  afterAll(async () => {
    await Promise.all(started.map((child) => child.stop()));
    await rm(folder, { recursive: true, force: true });
    await cleanUp();
  });

  test('with user and password lets in who has them, and nobody else', async () => {
    expect(await up(`nats://shop:p%40ss%2Fword@${withPassword}`)).toBe('joined');
    for (const who of ['', 'shop:wrong@', 'p%40ss%2Fword@']) {
      expect(await joins(`nats://${who}${withPassword}`)).toMatch(/AUTHORIZATION/i);
    }
  });

  test('with a token does, too', async () => {
    expect(await up(`nats://a-long-token@${withToken}`)).toBe('joined');
    for (const who of ['', 'another-token@']) {
      expect(await joins(`nats://${who}${withToken}`)).toMatch(/AUTHORIZATION/i);
    }
  });

  test('with TLS is joined by who has a certificate, when its own is one that we trust', async () => {
    const own = { ...ca, certFile: file('cert.pem'), keyFile: file('key.pem') };
    expect(await up(`tls://${withTls}`, own)).toBe('joined');
    expect(await joins(`tls://${withTls}`, { certFile: own.certFile, keyFile: own.keyFile })).not.toBe('joined');
    expect(await joins(`tls://${withTls}`, ca)).not.toBe('joined');
  });

  test('carries a shop over TLS', async () => {
    const [, mongo] = engines;
    const config = mongo?.config({
      NATS_URL: `tls://${withTls}`,
      NATS_CA_FILE: file('ca.pem'),
      NATS_CERT_FILE: file('cert.pem'),
      NATS_KEY_FILE: file('key.pem'),
    });
    if (!config) throw new Error('there is no MongoDB');
    const back = await startShop({ ...config, services: ['customer', 'product', 'shopping'], nodeId: 'back' });
    const front = await startShop({ ...config, services: ['api'], nodeId: 'front' });
    try {
      await eventually(
        () => request(front.url, 'GET /readyz?deep=true'),
        ({ status }) => status === 200,
      );
      expect((await request(front.url, 'GET /v1/categories')).status).toBe(200);
    } finally {
      await front.stop();
      await back.stop();
    }
  });
});
