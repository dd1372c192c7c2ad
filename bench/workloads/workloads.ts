import { LIST_ITEMS, Shelf } from '../load/catalogue.ts';
import { registerCustomers } from '../load/customers.ts';
import { BareDriver } from '../load/driver.ts';
import { load, spread } from '../load/http-load.ts';
import { type Contender, IN_FLIGHT, type Workload } from '../load/measure.ts';
import { ORDER_LINES, orderLoad } from '../load/orders.ts';
import type { WorkloadName } from '../options.ts';
import type { Page } from '../targets/bare.ts';
import { cartWorkload } from './cart.ts';
import { historyWorkload, hotWorkload, replayWorkload } from './checkout.ts';
import { exportWorkload } from './export.ts';
import { importWorkload } from './import.ts';
import { killedWorkload, reservationWorkload } from './reservations.ts';
import { flatWorkload, projectionWorkload, searchWorkload } from './search.ts';
import type { BenchSetup } from './setup.ts';
import { startWorkload } from './start.ts';

/** Prepares each workload for its first run. */
export const workloads: Record<WorkloadName, (setup: BenchSetup) => Promise<Workload>> = {
  products: (setup) => reading('products', 'product by id', setup, setup.catalogue.products),
  lists: (setup) => reading('lists', `product list of ${LIST_ITEMS}`, setup, setup.catalogue.lists),
  cart: cartWorkload,
  orders: orderWorkload,
  hot: hotWorkload,
  replays: replayWorkload,
  history: historyWorkload,
  reservations: reservationWorkload,
  'reservations-killed': killedWorkload,
  'list-flat': flatWorkload,
  search: searchWorkload,
  projection: projectionWorkload,
  import: importWorkload,
  export: exportWorkload,
  start: startWorkload,
};

async function reading(
  name: string,
  title: string,
  { bare, shops }: BenchSetup,
  pages: readonly Page[],
): Promise<Workload> {
  await bare.serve(pages);
  const lists = spread(pages.map(([request]) => request.replace('GET ', '')));
  const contenders = [bare, ...shops].map((target) => ({
    name: target.name,
    pids: target.pids,
    run: (seconds: number) => load(target.url, lists, seconds),
  }));
  return { name, title, contenders };
}

async function orderWorkload({ shops, cluster, catalogue, rounds }: BenchSetup): Promise<Workload> {
  const contenders: Contender[] = [];
  const driver = cluster && (await BareDriver.start(cluster.mongoUrl));
  if (driver) contenders.push({ name: 'driver', pids: cluster.databasePids, run: (seconds) => driver.run(seconds) });
  for (const { name, url, pids } of shops) {
    const [customers, shelf] = [await registerCustomers(url), new Shelf(catalogue.stock)];
    const most = Math.floor(shelf.pieces / ORDER_LINES / (rounds + 1)) - IN_FLIGHT;
    contenders.push({ name, pids, run: (seconds) => orderLoad(customers, shelf, { seconds, most }) });
  }
  return { name: 'orders', title: 'order placement', contenders, done: async () => driver?.stop() };
}
