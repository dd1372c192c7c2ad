import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startCluster, type TestCluster } from '../support/cluster.ts';
import { Readers } from '../support/load.ts';
import { eventually, request } from '../support/shop.ts';

/** A rolling restart, as an operator or Kubernetes does it: nobody notices. */
let cluster: TestCluster;
let ids: string[];

beforeAll(async () => {
  cluster = await startCluster({ env: { SEED: 'true' } });
  const { body } = await request(cluster.url, 'GET /v1/products?limit=100');
  ids = body.items.map(({ id }: { id: string }) => id);
});

afterAll(async () => {
  expect(await cluster.stop()).toBe(0);
});

test.each(['product-1', 'shopping-1', 'customer-1', 'api-1', 'api-2'])(
  '%s is told to stop under load: no read fails',
  async (id) => {
    const readers = new Readers(cluster.url, ids, 24);
    try {
      await eventually(
        async () => readers.reads,
        (reads) => reads >= 500,
      );
      cluster.kill(id, 'SIGTERM');
      await cluster.restartOf(id);
      const soFar = readers.reads;
      await eventually(
        async () => readers.reads,
        (reads) => reads >= soFar + 500,
      );
      expect(readers.failures).toEqual([]);
      // What it had begun it finished; that it waited for that is as it should be.
      expect(cluster.output()).not.toMatch(/Unable to stop/);
    } finally {
      await readers.stop();
    }
  },
);
