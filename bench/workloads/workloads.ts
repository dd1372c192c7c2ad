import { LIST_ITEMS } from '../load/catalogue.ts';
import { load, spread } from '../load/http-load.ts';
import type { Workload } from '../load/measure.ts';
import type { WorkloadName } from '../options.ts';
import type { Page } from '../targets/bare.ts';
import { cartWorkload } from './cart.ts';
import { historyWorkload, hotWorkload, replayWorkload } from './checkout.ts';
import { countsWorkload } from './counts.ts';
import { exportWorkload } from './export.ts';
import { importWorkload } from './import.ts';
import { installWorkload } from './install.ts';
import { loginWorkload } from './login.ts';
import { memoryWorkload } from './memory.ts';
import { nodesWorkload } from './nodes.ts';
import { orderWorkload } from './orders.ts';
import { killedWorkload, reservationWorkload } from './reservations.ts';
import { restWorkload } from './rest.ts';
import { flatWorkload, projectionWorkload, searchWorkload } from './search.ts';
import type { BenchSetup } from './setup.ts';
import { startWorkload } from './start.ts';

/** Prepares each workload for its first run. */
export const workloads: Record<WorkloadName, (setup: BenchSetup) => Promise<Workload>> = {
  products: (setup) => reading('products', 'product by id', setup, setup.catalogue.products),
  lists: (setup) => reading('lists', `product list of ${LIST_ITEMS}`, setup, setup.catalogue.lists),
  login: loginWorkload,
  cart: cartWorkload,
  orders: orderWorkload,
  counts: countsWorkload,
  nodes: nodesWorkload,
  rest: restWorkload,
  memory: memoryWorkload,
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
  install: installWorkload,
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
