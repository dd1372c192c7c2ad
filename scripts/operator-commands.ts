import type { Broker } from '../lib/contract/contract.ts';

interface Arguments {
  id?: string;
  what?: string;
  queue?: string;
  decision?: 'reject' | 'skip';
  reason?: string;
  options: { 'at-rest'?: boolean };
}

/** What an operator types in the REPL besides Moleculer's own commands. */
export const operatorCommands = [
  {
    command: 'audit',
    description: 'Check the invariants of the whole shop while it goes on',
    options: [{ option: '--at-rest', description: 'nothing is under way: all has to be done' }],
    async action(broker: Broker, { options }: Arguments) {
      const report = await broker.call('audit.run', { atRest: options['at-rest'] === true });
      console.info(report);
      if (report.violations.length === 0) console.info('No invariant is violated.');
    },
  },
  {
    command: 'breakers',
    description: 'Circuit breakers of each node that are not closed, and those towards the outside',
    async action(broker: Broker) {
      const nodes = nodesWith('breaker.list', broker).filter((id) => id !== broker.nodeID);
      const found = await Promise.allSettled(nodes.map((nodeID) => broker.call('breaker.list', {}, { nodeID })));
      const rows = found.flatMap((answer, n) =>
        answer.status === 'fulfilled'
          ? answer.value.items.map((item) => ({ node: nodes[n], ...item }))
          : [{ node: nodes[n], target: '', state: 'no answer' }],
      );
      console.table(rows);
    },
  },
  {
    command: 'due <what> [queue] [id]',
    description: '`due list`: work of all queues that waits for an operator. `due replay <queue> <id>`: try it again',
    async action(broker: Broker, { what, queue = '', id = '' }: Arguments) {
      if (what === 'list') return listParkedWork(broker);
      if (what === 'replay' && queue && id) return replayParkedWork(broker, { queue, id });
      console.info('due list, or due replay <queue> <id>');
    },
  },
  {
    command: 'parked',
    description:
      'Orders that wait for an operator: the step and error that they fail by, and the decision that ends them',
    async action(broker: Broker) {
      const { items } = await broker.call('order.parked', {});
      console.table(items);
    },
  },
  {
    command: 'replay <id>',
    description: 'Take up a parked order again',
    async action(broker: Broker, { id = '' }: Arguments) {
      await broker.call('order.unpark', { orderId: id });
      console.info(`${id} is driven on.`);
    },
  },
  {
    command: 'decide <id> <decision> <reason>',
    description: 'End a parked order where it is stuck: reject it, or skip what cannot be done',
    async action(broker: Broker, { id = '', decision = 'skip', reason = '' }: Arguments) {
      await broker.call('order.decideParked', { orderId: id, decision, reason });
      console.info(`${id} goes on.`);
    },
  },
];

function nodesWith(action: string, { registry }: Broker): string[] {
  const list = registry.getActionEndpoints(action) as { endpoints: { id: string }[] } | undefined;
  return (list?.endpoints ?? []).map(({ id }) => id);
}

/** What each node's queues say; nodes of a kind have their queues in common, and the first of them that answers is enough. */
async function listParkedWork(broker: Broker): Promise<void> {
  const nodes = nodesWith('due.list', broker);
  const answers = await Promise.allSettled(nodes.map((nodeID) => broker.call('due.list', {}, { nodeID })));
  const queues = new Map(
    answers.flatMap((answer) =>
      answer.status === 'fulfilled'
        ? answer.value.queues.map((name) => [name, answer.value.items.filter(({ queue }) => queue === name)] as const)
        : [],
    ),
  );
  console.table([...queues.values()].flat());
  for (const [n, answer] of answers.entries()) if (answer.status === 'rejected') console.info(`${nodes[n]}: no answer`);
}

async function replayParkedWork(broker: Broker, work: { queue: string; id: string }): Promise<void> {
  for (const nodeID of nodesWith('due.list', broker)) {
    const { queues } = await broker.call('due.list', {}, { nodeID });
    if (!queues.includes(work.queue)) continue;
    await broker.call('due.replay', work, { nodeID });
    console.info(`${work.id} is tried again.`);
    return;
  }
  console.info(`No node has the queue ${work.queue}.`);
}
