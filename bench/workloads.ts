import type { Page } from './bare.ts';
import { cartWorkload } from './cart.ts';
import { type Catalogue, LIST_OF, Shelf } from './catalogue.ts';
import { historyWorkload, hotWorkload, replayWorkload } from './checkout.ts';
import { registerCustomers } from './customers.ts';
import { BareDriver } from './driver.ts';
import { exportWorkload } from './export.ts';
import { load, spread } from './http-load.ts';
import { importWorkload } from './import.ts';
import { type Contender, IN_FLIGHT, type Workload } from './measure.ts';
import type { WorkloadName } from './options.ts';
import { LINES, orderLoad } from './orders.ts';
import { killedWorkload, reservationWorkload } from './reservations.ts';
import { flatWorkload, projectionWorkload, searchWorkload } from './search.ts';
import type { Stage } from './stage.ts';
import { startWorkload } from './start.ts';
import type { Bare, Cluster, Single, Target } from './targets.ts';

/** All that is up and ready to be measured. */
export interface Field {
  bare: Bare;
  shops: readonly Target[];
  /** One of `shops`, when it is there. */
  cluster: Cluster | undefined;
  /** One of `shops`, too. */
  single: Single | undefined;
  stage: Stage;
  catalogue: Catalogue;
  /** How often each is measured, after its warm-up. */
  rounds: number;
}

/** Each made ready for its first run. */
export const workloads: Record<WorkloadName, (field: Field) => Promise<Workload>> = {
  products: (field) => reading('products', 'product by id', field, field.catalogue.products),
  lists: (field) => reading('lists', `product list of ${LIST_OF}`, field, field.catalogue.lists),
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

async function reading(name: string, title: string, { bare, shops }: Field, pages: readonly Page[]): Promise<Workload> {
  await bare.serve(pages);
  const lists = spread(pages.map(([request]) => request.replace('GET ', '')));
  const contenders = [bare, ...shops].map((target) => ({
    name: target.name,
    pids: target.pids,
    run: (seconds: number) => load(target.url, lists, seconds),
  }));
  return { name, title, contenders };
}

async function orderWorkload({ shops, cluster, catalogue, rounds }: Field): Promise<Workload> {
  const contenders: Contender[] = [];
  const driver = cluster && (await BareDriver.start(cluster.mongoUrl));
  if (driver) contenders.push({ name: 'driver', pids: cluster.databasePids, run: (seconds) => driver.run(seconds) });
  for (const { name, url, pids } of shops) {
    const [customers, shelf] = [await registerCustomers(url), new Shelf(catalogue.stock)];
    const most = Math.floor(shelf.pieces / LINES / (rounds + 1)) - IN_FLIGHT;
    contenders.push({ name, pids, run: (seconds) => orderLoad(customers, shelf, { seconds, most }) });
  }
  return { name: 'orders', title: 'order placement', contenders, done: async () => driver?.stop() };
}
