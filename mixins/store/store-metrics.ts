import type { Middleware, ServiceBroker } from 'moleculer';
import { type SentCommand, sentCommands } from './sent-commands.ts';

const COMMANDS_METRIC = 'shop.store.commands.total';
const WRITES_METRIC = 'shop.store.writes.total';
/** The collection of a group commit that writes to several. */
const SEVERAL_COLLECTIONS = 'several';

/** Counts the commands that the stores of this process send to MongoDB, and the documents that these write. */
export function storeMetrics(): Middleware {
  let listener: ((command: unknown) => void) | undefined;
  return {
    name: 'StoreMetrics',
    created({ metrics }: ServiceBroker) {
      if (!metrics.isEnabled()) return;
      const commandLabels = ['kind', 'collection'];
      const description = 'Commands sent to MongoDB by the stores: read or write';
      metrics.register({ type: 'counter', name: COMMANDS_METRIC, description, labelNames: commandLabels });
      const written = 'Documents written in MongoDB, in whatever groups their commands were';
      metrics.register({ type: 'counter', name: WRITES_METRIC, description: written, labelNames: ['collection'] });
      listener = (command) => {
        const { kind, writes } = command as SentCommand;
        const [first = ''] = writes.keys();
        metrics.increment(COMMANDS_METRIC, { kind, collection: writes.size > 1 ? SEVERAL_COLLECTIONS : first });
        if (kind === 'read') return;
        for (const [collection, documents] of writes) metrics.increment(WRITES_METRIC, { collection }, documents);
      };
      sentCommands.subscribe(listener);
    },
    async stopped() {
      if (listener) sentCommands.unsubscribe(listener);
    },
  };
}
