import { Shelf } from '../load/catalogue.ts';
import { registerCustomers } from '../load/customers.ts';
import type { Workload } from '../load/measure.ts';
import { orderLoad } from '../load/orders.ts';
import type { MoreNodes } from '../targets/targets.ts';
import type { BenchSetup } from './setup.ts';

const MORE_OF_EACH_KIND = 6;

/** Orders in the cluster, with more nodes than it needs. */
export async function nodesWorkload({ cluster, shelves, catalogue, resources }: BenchSetup): Promise<Workload> {
  if (!cluster) throw new Error('this workload needs --shops with cluster');
  const shelf = shelves.get(cluster.name) ?? new Shelf(catalogue.stock);
  const customers = await registerCustomers(cluster);
  const run = (seconds: number) => orderLoad(customers, shelf, { seconds, most: Math.floor(shelf.pieces / 20) });
  let more: MoreNodes | undefined;
  return {
    name: 'nodes',
    title: 'orders with more nodes',
    order: 'one after the other',
    contenders: [
      { name: '2 and 2', pids: cluster.pids, run },
      {
        name: '8 and 8',
        async prepare() {
          more = await resources.use(cluster.addNodes({ product: MORE_OF_EACH_KIND, shopping: MORE_OF_EACH_KIND }));
        },
        pids: () => ({ ...cluster.pids(), ...more?.pids() }),
        run,
      },
    ],
    async done() {
      await more?.stop();
    },
  };
}
