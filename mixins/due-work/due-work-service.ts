import type { Middleware, ServiceBroker } from 'moleculer';
import { protocolErrors } from '../../lib/contract/errors.ts';
import { service } from '../../lib/contract/service.ts';
import { worker } from '../worker.ts';
import { dueWorkContract } from './due-work.contract.ts';
import { queueDesks } from './registry.ts';

const MEASURE_PAUSE_MS = 5000;
const COUNT = 'shop.due.work';
const OLDEST = 'shop.due.work.oldest.seconds';

/** Puts the service on the node by which operators see the queues of work: `due` in the REPL, and the metrics. */
export function dueWorkService(checkResults: boolean): Middleware {
  return {
    name: 'DueWorkService',
    created(broker) {
      registerMetrics(broker);
      broker.createService(
        service(
          dueWorkContract,
          { checkResults },
          {
            mixins: [
              worker<unknown>({
                every: MEASURE_PAUSE_MS,
                run() {
                  return measure(broker);
                },
              }),
            ],
            handlers: {
              async list() {
                const desks = [...queueDesks(broker).values()];
                const items = await Promise.all(desks.map((desk) => desk.listParked()));
                return { queues: desks.map(({ name }) => name), items: items.flat() };
              },
              async replay(ctx) {
                const isReplayed = await queueDesks(broker).get(ctx.params.queue)?.replay(ctx.params.id);
                if (!isReplayed) throw protocolErrors.notFound('This parked work');
              },
            },
          },
        ),
      );
    },
  };
}

function registerMetrics({ metrics }: ServiceBroker): void {
  const counted = 'Work by queue: due, running on this node, parked for an operator';
  metrics?.register({ type: 'gauge', name: COUNT, description: counted, labelNames: ['queue', 'state'] });
  metrics?.register({ type: 'gauge', name: OLDEST, description: 'Age of the oldest due work', labelNames: ['queue'] });
}

async function measure(broker: ServiceBroker): Promise<void> {
  const { metrics } = broker;
  if (!metrics?.isEnabled()) return;
  for (const [queue, desk] of queueDesks(broker)) {
    const { due, parked, oldestAgeMs } = await desk.measure(new Date());
    const counts = { due, parked, running: desk.running };
    for (const [state, count] of Object.entries(counts)) metrics.set(COUNT, count, { queue, state });
    metrics.set(OLDEST, oldestAgeMs / 1000, { queue });
  }
}
