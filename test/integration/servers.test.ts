import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { MongoClient } from 'mongodb';
import { connect } from 'nats';
import { natsOptions } from '../../lib/process/nats-options.ts';
import { isRunning } from '../../scripts/servers/stale.ts';
import { type Server, startMongo, startNats } from '../../scripts/servers/start.ts';

let folder = '';
const started: Server[] = [];
const keep = <S extends Server>(server: S): S => {
  started.push(server);
  return server;
};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shop-servers-'));
});
afterEach(() => Promise.all(started.splice(0).map((server) => server.stop())));
afterAll(() => rm(folder, { recursive: true, force: true }));

const describeMongo = process.env.TEST_MONGO_URL && !process.env.MONGO_URL ? describe : describe.skip;
const describeNats = process.env.TEST_NATS_URL && !process.env.NATS_URL ? describe : describe.skip;

async function withMongo<T>(url: string, use: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(url, { writeConcern: { w: 'majority', j: true } });
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

describeMongo('startMongo', () => {
  test('given acknowledged writes, when it is killed and started on the same port and data, then they are there', async () => {
    const dataDir = join(folder, 'mongo');
    const first = keep(await startMongo({ dataDir }));
    const documents = Array.from({ length: 50 }, (_, n) => ({ _id: `doc_${n}` as never, n }));
    await withMongo(first.url, async (client) => {
      for (const document of documents) await client.db('shop').collection('written').insertOne(document);
    });
    first.kill('SIGKILL');
    expect(await first.exited).toBeNull();

    const second = keep(await startMongo({ dataDir, port: first.port }));
    expect(second.url).toBe(first.url);
    const found = await withMongo(second.url, (client) => client.db('shop').collection('written').countDocuments());
    expect(found).toBe(documents.length);
  });

  test('given a killed owner, when it is started on the same data, then what was left running is ended', async () => {
    const dataDir = join(folder, 'left');
    const left = keep(await startMongo({ dataDir }));
    keep(await startMongo({ dataDir }));
    expect(await left.exited).toBeNull();
  });

  test('given a taken port, then it says so', async () => {
    const other = keep(await startMongo({ dataDir: join(folder, 'one') }));
    await expect(startMongo({ dataDir: join(folder, 'two'), port: other.port })).rejects.toThrow('is taken');
  });

  test('given a paused server, when it is stopped, then no process is left', async () => {
    const dataDir = join(folder, 'paused');
    const server = keep(await startMongo({ dataDir }));
    server.kill('SIGSTOP');
    await server.stop();
    expect(isRunning(server.pid, dataDir)).toBe(false);
  });
});

describeNats('startNats', () => {
  test('given the passwords, when it is killed and restarted, then a client is back by itself', async () => {
    const dataDir = join(folder, 'nats');
    const passwords = { app: 'app-secret', system: 'system-secret' };
    const first = keep(await startNats({ dataDir, passwords }));
    const client = await connect({ ...natsOptions(first.url), maxReconnectAttempts: -1, reconnectTimeWait: 20 });
    const back = (async () => {
      for await (const { type } of client.status()) if (type === 'reconnect') return;
    })();
    first.kill('SIGKILL');
    await first.exited;
    keep(await startNats({ dataDir, passwords, port: first.port }));
    await back;
    await client.flush();
    await client.close();
  });

  test('only the system user hears of lost clients, and nobody gets in without a password', async () => {
    const server = keep(await startNats({ dataDir: join(folder, 'system') }));
    const system = await connect(natsOptions(server.systemUrl));
    const lost = (async () => {
      for await (const message of system.subscribe('$SYS.ACCOUNT.*.DISCONNECT')) {
        return message.json<{ client: { name: string } }>().client.name;
      }
    })();
    await system.flush();
    const client = await connect({ ...natsOptions(server.url), name: 'product-1' });
    await client.close();
    expect(await lost).toBe('product-1');
    await system.close();
    await expect(connect({ servers: `127.0.0.1:${server.port}`, reconnect: false })).rejects.toThrow();
  });

  test('its configuration, which has the passwords, is for its owner alone; no process is left', async () => {
    const dataDir = join(folder, 'mode');
    const server = keep(await startNats({ dataDir }));
    expect((await stat(join(dataDir, 'nats.conf'))).mode & 0o777).toBe(0o600);
    await server.stop();
    expect(isRunning(server.pid, dataDir)).toBe(false);
  });
});
