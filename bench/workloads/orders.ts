import { Shelf } from '../load/catalogue.ts';
import { registerCustomers } from '../load/customers.ts';
import { BareDriver } from '../load/driver.ts';
import { type Contender, IN_FLIGHT, type Workload } from '../load/measure.ts';
import { ORDER_LINES, orderLoad } from '../load/orders.ts';
import type { BenchSetup } from './setup.ts';

/** Of a shop's stock; the rest is left to other workloads. */
const STOCK_SHARE = 0.5;

/** Orders of two lines with the cart updates before them, compared with the minimal writes of an order. */
export async function orderWorkload({ shops, cluster, catalogue, rounds, shelves }: BenchSetup): Promise<Workload> {
  const contenders: Contender[] = [];
  const driver = cluster && (await BareDriver.start(cluster.mongoUrl));
  if (driver) contenders.push({ name: 'driver', pids: cluster.databasePids, run: (seconds) => driver.run(seconds) });
  for (const shop of shops) {
    const { name, pids } = shop;
    const [customers, shelf] = [await registerCustomers(shop), shelves.get(name) ?? new Shelf(catalogue.stock)];
    const most = Math.floor((STOCK_SHARE * shelf.pieces) / ORDER_LINES / (rounds + 1)) - IN_FLIGHT;
    contenders.push({ name, pids, run: (seconds) => orderLoad(customers, shelf, { seconds, most }) });
  }
  return { name: 'orders', title: 'order placement', contenders, done: async () => driver?.stop() };
}
