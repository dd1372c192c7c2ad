import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startCluster, type TestCluster } from '../support/cluster.ts';
import { type Acknowledged, Buyers, Readers } from '../support/load.ts';
import { Operator } from '../support/operator.ts';
import { CATALOGUE_COPY, plentiful } from '../support/sample.ts';
import { eventually, request, Shopper } from '../support/shop.ts';

/**
 * The real cluster under a steady load of 24 clients that read products and 4 that order, while one process after the
 * other is killed with -9. What is asserted is what the clients saw.
 */
const PREFIX = `kill-${process.pid}-`;
const acknowledged: Acknowledged[] = [];
let cluster: TestCluster;
let ids: string[];
let skus: string[];
let shoppers: Shopper[];

beforeAll(async () => {
  cluster = await startCluster({ env: { DATABASE_PREFIX: PREFIX, SEED: 'true' } });
  const { body } = await request(cluster.url, CATALOGUE_COPY);
  ids = body.items.map(({ id }: { id: string }) => id);
  skus = await plentiful(body.items, 60);
  shoppers = await Promise.all(Array.from({ length: 4 }, () => Shopper.at(cluster.url)));
});

afterAll(() => cluster?.stop());

/** Kills a process under load and returns what the readers saw from then on, until it was back and 1,000 reads done. */
async function killUnderLoad(id: string) {
  const readers = new Readers(cluster.url, ids, 24);
  const buyers = new Buyers(shoppers, skus);
  try {
    await eventually(
      async () => readers.reads,
      (reads) => reads >= 500,
    );
    readers.reset();
    const killedAt = Date.now();
    cluster.kill(id, 'SIGKILL');
    await cluster.restartOf(id);
    const backAt = Date.now();
    const before = buyers.acknowledged.length;
    await eventually(
      async () => readers.reads,
      (reads) => reads >= 1000,
    );
    await eventually(
      async () => buyers.acknowledged.length,
      (orders) => orders >= before + 8,
      // An order whose message NATS took with it is answered after 30 s, and repeated.
    );
    const last = readers.failures.at(-1)?.at ?? killedAt;
    return { ...readers, killedAt, backAt, last, perThousand: (readers.failures.length / readers.reads) * 1000 };
  } finally {
    await readers.stop();
    await buyers.stop();
    acknowledged.push(...buyers.acknowledged);
    expect(buyers.unexpected).toEqual([]);
  }
}

test.each(['product-1', 'product-2', 'shopping-1', 'shopping-2'])(
  '%s dies: at most 2 of 1,000 reads fail, the last within 1 s',
  async (id) => {
    const { perThousand, last, killedAt, failures } = await killUnderLoad(id);
    if (perThousand > 2) throw new Error(`${perThousand} of 1,000 reads failed: ${JSON.stringify(failures)}`);
    expect(last - killedAt).toBeLessThanOrEqual(1000);
  },
);

test('the only customer node dies: products are read as before, and logging in works when it is back', async () => {
  const { failures } = await killUnderLoad('customer-1');
  expect(failures).toEqual([]);
  const { email, password } = shoppers[0] as Shopper;
  expect((await request(cluster.url, 'POST /v1/auth/login', { body: { email, password } })).status).toBe(200);
});

test('a gateway dies: the other answers on the same port', async () => {
  const { failures, last, killedAt } = await killUnderLoad('api-1');
  // A connection ends with its gateway; the client's next request opens one to the other.
  expect(failures.length).toBeLessThanOrEqual(24);
  expect(last - killedAt).toBeLessThanOrEqual(1000);
});

test.each(['nats', 'mongo'])('%s dies: all is well within 10 s of its return', async (id) => {
  const { last, backAt } = await killUnderLoad(id);
  expect(last - backAt).toBeLessThanOrEqual(10_000);
});

test('nothing acknowledged is lost: every order is there, paid once, and the books agree', async () => {
  expect(acknowledged.length).toBeGreaterThan(100);
  for (const { shopper, id, key } of acknowledged) {
    const { status, body } = await shopper.ask(`GET /v1/orders/${id}`);
    expect({ id, status, state: body.status }).toEqual({ id, status: 200, state: 'PAID' });
    expect((await shopper.order(key)).body.id).toBe(id);
  }
  const operator = await Operator.at(cluster.topology(), PREFIX);
  try {
    const ids = acknowledged.map(({ id }) => id);
    expect(await operator.untilAtRest(ids, Date.now() + 60_000)).toEqual([]);
  } finally {
    await operator.leave();
  }
});
