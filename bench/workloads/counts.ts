import { startMeteredShop } from '../../test/support/metered-shop.ts';
import { IN_FLIGHT, type Run, type Workload } from '../load/measure.ts';
import { shopEnv } from '../targets/targets.ts';
import type { BenchSetup } from './setup.ts';

const ORDERS_IN_FLIGHT = 640;
const ORDERS_ALONE = 40;

/** Commands to the database and messages of an order, of a cart update and at rest, in a cluster of its own with metrics. */
export async function countsWorkload({ resources }: BenchSetup): Promise<Workload> {
  const shop = await resources.use(startMeteredShop(shopEnv()));
  const counted = async (requests: number, inFlight: number): Promise<Run> => {
    const { order, cartUpdate } = await shop.costsOf(requests, inFlight);
    return countedRun(requests, {
      orderWriteCommands: order.writes,
      orderReadCommands: order.reads,
      orderWrittenDocuments: order.written,
      orderMessages: order.messages,
      cartCommands: cartUpdate.reads + cartUpdate.writes,
      cartMessages: cartUpdate.messages,
    });
  };
  const { reads, writes, messages } = shop.atRest;
  const atRest = { commandsPerNode: (reads + writes) / shop.nodes, messagesPerNode: messages / shop.nodes };
  const pids = () => ({});
  return {
    name: 'counts',
    title: 'commands and messages',
    order: 'once',
    contenders: [
      { name: `${IN_FLIGHT} in flight`, pids, run: () => counted(ORDERS_IN_FLIGHT, IN_FLIGHT) },
      { name: 'alone', pids, run: () => counted(ORDERS_ALONE, 1) },
      { name: 'at rest', pids, run: async () => countedRun(1, atRest) },
    ],
    done: () => shop.stop(),
  };
}

const countedRun = (count: number, figures: Record<string, number>): Run => ({
  ...{ rate: Number.NaN, p50: Number.NaN, p99: Number.NaN, count, errors: 0 },
  figures,
});
