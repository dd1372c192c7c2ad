import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadConfig } from '../../lib/process/config.ts';
import { newId } from '../../services/shared/ids.ts';
import { startCluster, type TestCluster } from '../support/cluster.ts';
import { manyCustomersOf } from '../support/customers.ts';
import { orderAsTold } from '../support/load.ts';
import { Operator } from '../support/operator.ts';
import { Reservers, wrongStock } from '../support/reservations.ts';
import { CATALOGUE_COPY, plentiful } from '../support/sample.ts';
import { eventually, request, Shopper } from '../support/shop.ts';

const PREFIX = `reservations-${process.pid}-`;
const SKU = 'POPULAR';
const PIECES = 200_000;
const TOKEN_SECRET = randomBytes(32).toString('base64url');
let cluster: TestCluster;
let operator: Operator;

beforeAll(async () => {
  cluster = await startCluster({
    env: { DATABASE_PREFIX: PREFIX, SEED: 'true', TOKEN_SECRET, MIN_CONCURRENCY: '' },
  });
  operator = await Operator.at(cluster.topology(), PREFIX);
  await operator.rpc.call('inventory.open', { items: [{ sku: SKU, productId: 'prd' }] });
  await operator.stockUp([SKU], PIECES);
});

afterAll(async () => {
  await operator?.leave();
  await cluster?.stop();
});

test('product nodes die one after the other under load on one SKU: no oversell, nothing lost, the ledger adds up', async () => {
  const reservers = new Reservers(operator.rpc, [SKU], 32);
  const count = async () => reservers.acknowledged.size;
  const more = async (orders: number) => {
    const before = await count();
    await eventually(count, (now) => now >= before + orders);
  };
  try {
    await more(200);
    for (const id of ['product-1', 'product-2']) {
      cluster.kill(id, 'SIGKILL');
      await more(100); // by the other
      await cluster.restartOf(id);
      await more(200);
    }
  } finally {
    await reservers.stop();
  }
  expect(reservers.unexpected).toEqual([]);
  const { mongoUrl } = cluster.topology();
  const wrong = () => wrongStock({ mongoUrl, prefix: PREFIX }, [SKU], PIECES, reservers.acknowledged);
  expect(await wrong()).toEqual([]);

  // All that is left can be had, and not one piece more.
  const rest = { sku: SKU, orderId: newId('ord'), quantity: PIECES - reservers.acknowledged.size };
  const tooMany = { ...rest, orderId: newId('ord'), quantity: rest.quantity + 1 };
  expect(await operator.rpc.call('inventory.reserve', tooMany)).toMatchObject({ outcome: 'short' });
  expect(await operator.rpc.call('inventory.reserve', rest)).toEqual({ outcome: 'reserved', available: 0 });
  reservers.acknowledged.set(rest.orderId, SKU);
  expect(await wrong()).toEqual([]);
});

test('a rush of buyers on a stock of 100, through gateways that refuse what they cannot finish: exactly 100 orders', async () => {
  const [sku = ''] = await plentiful((await request(cluster.url, CATALOGUE_COPY)).body.items, 20);
  const admin = new Shopper(cluster.url);
  await operator.appoint(admin.email, admin.password);
  const { email, password } = admin;
  admin.token = (await request(cluster.url, 'POST /v1/auth/login', { body: { email, password } })).body.accessToken;
  const { body } = await admin.ask(
    'POST /v1/admin/inventory/stocktakes',
    { lines: [{ sku, counted: 100 }] },
    { 'idempotency-key': 'a hundred' },
  );
  expect(body.lines).toMatchObject([{ outcome: 'done', available: 100, reserved: 0 }]);
  const { mongoUrl } = cluster.topology();
  const config = loadConfig({ MONGO_URL: mongoUrl, DATABASE_PREFIX: PREFIX, TOKEN_SECRET });
  const buyers = await manyCustomersOf(cluster.url, config, 400, sku);
  const answers = await Promise.all(buyers.map((buyer) => orderAsTold(buyer)));
  const bought = answers.filter(({ status }) => status === 201);
  expect(bought).toHaveLength(100);
  for (const answer of answers.filter(({ status }) => status !== 201)) {
    expect(answer).toMatchObject({
      status: 409,
      body: { type: '/problems/out-of-stock', items: [{ sku, requested: 1, available: 0 }] },
    });
  }
  expect(new Set(bought.map((answer) => answer.body.id)).size).toBe(100);
  const { body: stock } = await eventually(
    () => admin.ask(`GET /v1/admin/inventory/${sku}`),
    (answer) => answer.body.reserved === 0,
    120_000,
  );
  expect(stock).toMatchObject({ available: 0, reserved: 0, sold: 100 });
}, 300_000);
