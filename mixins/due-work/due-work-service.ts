import type { Middleware, ServiceBroker } from 'moleculer';
import { protocolErrors } from '../../lib/contract/errors.ts';
import { service } from '../../lib/contract/service.ts';
import { onScrape } from '../../lib/process/scraped-metrics.ts';
import { dueWorkContract } from './due-work.contract.ts';
import { queueAdmins } from './registry.ts';

const COUNT_METRIC = 'shop.due.work';
const OLDEST_AGE_METRIC = 'shop.due.work.oldest.seconds';

/** The middleware that adds the `due` service to a node: its queues for operators (`due` in the REPL), and their metrics. */
export function dueWorkService(checkResults: boolean): Middleware {
  return {
    name: 'DueWorkService',
    created(broker) {
      if (broker.metrics?.isEnabled()) {
        registerMetrics(broker);
        onScrape(broker, () => measure(broker));
      }
      broker.createService(
        service(
          dueWorkContract,
          { checkResults },
          {
            mixins: [],
            handlers: {
              async list() {
                const admins = [...queueAdmins(broker).values()];
                const items = await Promise.all(admins.map((admin) => admin.listParked()));
                return { queues: admins.map(({ name }) => name), items: items.flat() };
              },
              async replay(ctx) {
                const isReplayed = await queueAdmins(broker).get(ctx.params.queue)?.replay(ctx.params.id);
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
  metrics?.register({ type: 'gauge', name: COUNT_METRIC, description: counted, labelNames: ['queue', 'state'] });
  metrics?.register({
    type: 'gauge',
    name: OLDEST_AGE_METRIC,
    description: 'Age of the oldest due work',
    labelNames: ['queue'],
  });
}

async function measure(broker: ServiceBroker): Promise<void> {
  const { metrics } = broker;
  const measured = [...queueAdmins(broker)].map(async ([queue, admin]) => {
    const { due, parked, oldestAgeMs } = await admin.measure(new Date());
    const counts = { due, parked, running: admin.running };
    for (const [state, count] of Object.entries(counts)) metrics.set(COUNT_METRIC, count, { queue, state });
    metrics.set(OLDEST_AGE_METRIC, oldestAgeMs / 1000, { queue });
  });
  await Promise.all(measured);
}
