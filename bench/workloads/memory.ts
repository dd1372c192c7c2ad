import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Shelf } from '../load/catalogue.ts';
import { registerCustomers } from '../load/customers.ts';
import type { Contender, Run, Workload } from '../load/measure.ts';
import { orderLoad } from '../load/orders.ts';
import { memoryOf } from '../targets/cpu.ts';
import { startEmbedded, startSingle, type Target } from '../targets/targets.ts';
import type { BenchSetup } from './setup.ts';

/** The goals are for a shop that has had so many. */
const ORDERS_OF_GOAL = 5000;
/** Share of further orders, after which memory has to be what it was before them. */
const MORE_ORDERS_SHARE = 0.5;
const MAX_SECONDS = 300;
/** The time in which a process without requests gives memory back. */
const SETTLING_MS = 5000;
const SERVERS = ['mongo', 'nats'];

/** Resident memory of the largest process of a shop: after its start, after orders, and after more orders. */
export async function memoryWorkload({
  cluster,
  shelves,
  catalogue,
  resources,
  orders,
}: BenchSetup): Promise<Workload> {
  const folder = (name: string) => join(resources.folder, name);
  const fresh = (name: string, start: () => Promise<Target>): Contender => ({
    name,
    pids: () => ({}),
    async run() {
      const shop = await resources.use(start());
      try {
        return await grown(shop, new Shelf(catalogue.stock), orders);
      } finally {
        await shop.stop();
      }
    },
  });
  const contenders = [fresh('embedded', () => startEmbedded(folder('memory')))];
  if (cluster) {
    contenders.push(fresh('single', () => startSingle('memory', folder('memory-single'), cluster)));
    const shelf = shelves.get(cluster.name) ?? new Shelf(catalogue.stock);
    contenders.push({ name: 'node', pids: () => ({}), run: () => grown(cluster, shelf, orders) });
  }
  return { name: 'memory', title: `memory, ${orders.toLocaleString('en')} orders`, order: 'once', contenders };
}

async function grown(shop: Target, shelf: Shelf, orders: number): Promise<Run> {
  const customers = await registerCustomers(shop);
  const largest = async () => {
    await sleep(SETTLING_MS);
    const processes = Object.entries(memoryOf(shop.pids())).filter(([name]) => !SERVERS.includes(name));
    return Math.max(...processes.map(([, mb]) => mb));
  };
  const startMb = await largest();
  const first = await orderLoad(customers, shelf, { seconds: MAX_SECONDS, most: orders });
  const afterMb = await largest();
  const more = await orderLoad(customers, shelf, { seconds: MAX_SECONDS, most: orders * MORE_ORDERS_SHARE });
  const growthMb = (await largest()) - afterMb;
  const few = first.count < orders ? [`only ${first.count} orders in ${MAX_SECONDS} s`] : [];
  const outcome = first.count < ORDERS_OF_GOAL ? {} : { afterOrdersMb: afterMb, growthMb };
  return {
    ...{ rate: Number.NaN, p50: Number.NaN, p99: Number.NaN, count: first.count },
    errors: first.errors + more.errors + few.length,
    samples: [...few, ...(first.samples ?? []), ...(more.samples ?? [])],
    figures: { startMb, afterMb, ...outcome },
  };
}
