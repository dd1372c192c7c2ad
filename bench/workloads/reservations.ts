import { setTimeout as sleep } from 'node:timers/promises';
import { Operator } from '../../test/support/operator.ts';
import { Reservers, wrongStock } from '../../test/support/reservations.ts';
import type { Contender, Run, Workload } from '../load/measure.ts';
import { percentile } from '../report/statistics.ts';
import type { BenchCluster } from '../targets/targets.ts';
import type { BenchSetup } from './setup.ts';

/** Reservations only, from a node of the cluster to its two product nodes. */

const SPREAD_SKUS = 1000;
const STOCK_PIECES = 10_000_000;
/** Concurrent reservations; those of one SKU are written together. */
const CLIENTS = 128;

/** Reservations of one SKU, compared with a thousand SKUs. */
export const reservationWorkload = (setup: BenchSetup): Promise<Workload> =>
  workload('reservations', 'reservations of one SKU', setup, async () => undefined);

/** The same while a product node is killed with -9 and restarts. */
export const killedWorkload = (setup: BenchSetup): Promise<Workload> => {
  let kills = 0;
  return workload('reservations-killed', 'reservations, a node killed', setup, async (cluster, seconds) => {
    await sleep(seconds * 250);
    kills += 1;
    const id = `product-${1 + (kills % 2)}`;
    cluster.kill(id, 'SIGKILL');
    await cluster.restartOf(id);
  });
};

type Disturb = (cluster: BenchCluster, seconds: number) => Promise<void>;

async function workload(name: string, title: string, { cluster }: BenchSetup, disturb: Disturb): Promise<Workload> {
  if (!cluster) throw new Error('this workload needs --shops with cluster');
  const operator = await Operator.at(cluster.topology(), cluster.prefix);
  const spread = Array.from({ length: SPREAD_SKUS }, (_, n) => `${name}-${n}`);
  const stockUp = async (skus: readonly string[]) => {
    for (const sku of skus) await operator.rpc.call('inventory.open', { items: [{ sku, productId: 'prd' }] });
    await operator.stockUp(skus, STOCK_PIECES);
  };
  await stockUp(spread);
  const held = new Map<string, string>();
  let runs = 0;
  const run = async (skus: readonly string[], seconds: number): Promise<Run> => {
    const began = performance.now();
    const reservers = new Reservers(operator.rpc, skus, CLIENTS);
    const disturbed = disturb(cluster, seconds);
    await sleep(seconds * 1000);
    const { times } = reservers;
    const [rate, done] = [(1000 * times.length) / (performance.now() - began), [...times]];
    await disturbed;
    await reservers.stop();
    for (const [id, sku] of reservers.acknowledged) held.set(id, sku);
    const wanted = new Set(skus);
    const own = new Map([...held].filter(([, sku]) => wanted.has(sku)));
    const wrong = [...reservers.unexpected, ...(await wrongStock(cluster, skus, STOCK_PIECES, own))];
    return {
      ...{ rate, p50: percentile(done, 0.5), p99: percentile(done, 0.99), count: done.length },
      ...{ errors: wrong.length, samples: wrong.slice(0, 5) },
    };
  };
  const contenders: Contender[] = [
    { name: 'spread', pids: cluster.pids, run: (seconds) => run(spread, seconds) },
    {
      name: 'hot',
      pids: cluster.pids,
      // A new SKU for each run: these reservations never end, and a real stock would not accumulate them.
      async run(seconds) {
        runs += 1;
        const hot = [`${name}-hot-${runs}`];
        await stockUp(hot);
        return run(hot, seconds);
      },
    },
  ];
  return { name, title, contenders, done: () => operator.leave() };
}
