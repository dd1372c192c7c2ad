import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '../../lib/ids.ts';
import { startCluster, type TestCluster } from '../support/cluster.ts';
import { Operator } from '../support/operator.ts';
import { Reservers, wrongStock } from '../support/reservations.ts';
import { eventually } from '../support/shop.ts';

const PREFIX = `reservations-${process.pid}-`;
const SKU = 'POPULAR';
const PIECES = 200_000;
let cluster: TestCluster;
let operator: Operator;

beforeAll(async () => {
  cluster = await startCluster({ env: { DATABASE_PREFIX: PREFIX, SEED: 'false' } });
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
    await eventually(count, (now) => now >= before + orders, 30_000);
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
