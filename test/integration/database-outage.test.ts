import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isOutage } from '../../lib/process/outage.ts';
import { MongoAdapter } from '../../mixins/store/store-mongo.ts';

const url = process.env.TEST_MONGO_URL;
const sockets = new Set<Socket>();
let stalled = false;

/** The way to the database, on which everything can be made to stand still with its connections open. */
const way = createServer((client) => {
  const { hostname, port } = new URL(url ?? '');
  const upstream = connect(Number(port), hostname);
  for (const [from, to] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    sockets.add(from);
    from.on('data', (data) => stalled || to.write(data));
    from.on('error', () => undefined);
    from.on('close', () => to.destroy());
  }
});
let adapter: MongoAdapter;

beforeAll(async () => {
  way.listen(0, '127.0.0.1');
  await once(way, 'listening');
  const { port } = way.address() as AddressInfo;
  adapter = new MongoAdapter(`mongodb://127.0.0.1:${port}`, 'test-outage', 'items');
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  way.close();
  await adapter.disconnect();
});

const suite = url ? test : test.skip;

// Taken for anything else, ten of them would leave an order to an operator, with its customer's money.
suite('given a database that stands still, when more wait for it than there are connections: each fails by an outage', async () => {
  await adapter.connect();
  expect(await adapter.read('nobody')).toBeNull();
  stalled = true;
  const asked = Array.from({ length: 40 }, () => adapter.read('nobody'));
  const results = await Promise.allSettled(asked);
  expect(results.map(({ status }) => status)).toEqual(Array(40).fill('rejected'));
  const errors = results.map((result) => result.status === 'rejected' && result.reason);
  expect(errors.filter((error) => !isOutage(error))).toEqual([]);
});
