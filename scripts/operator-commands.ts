import type { Broker } from '../lib/contract/contract.ts';

interface Arguments {
  id?: string;
  what?: string;
  queue?: string;
  decision?: 'reject' | 'skip';
  reason?: string;
  options: { 'at-rest'?: boolean };
}

/** Commands for operators in the REPL, in addition to Moleculer's own. */
export const operatorCommands = [
  {
    command: 'audit',
    description: 'Check the invariants of the whole shop while it runs',
    options: [{ option: '--at-rest', description: 'no work is under way: also report unfinished work' }],
    async action(broker: Broker, { options }: Arguments) {
      const report = await broker.call('audit.run', { atRest: options['at-rest'] === true });
      console.info(report);
      if (report.violations.length === 0) console.info('No invariant is violated.');
    },
  },
  {
    command: 'breakers',
    description: 'List the circuit breakers: of nodes if not closed, of outside servers all',
    async action(broker: Broker) {
      const nodes = nodesOffering('breaker.list', broker).filter((id) => id !== broker.nodeID);
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
    description: '`due list`: list parked work of all queues. `due replay <queue> <id>`: try it again',
    async action(broker: Broker, { what, queue = '', id = '' }: Arguments) {
      if (what === 'list') return listParkedWork(broker);
      if (what === 'replay' && queue && id) return replayParkedWork(broker, { queue, id });
      console.info('due list, or due replay <queue> <id>');
    },
  },
  {
    command: 'parked',
    description: 'List parked orders, with the failed step, its error, and the possible decision',
    async action(broker: Broker) {
      const { items } = await broker.call('order.parked', {});
      console.table(items);
    },
  },
  {
    command: 'replay <id>',
    description: 'Try a parked order again',
    async action(broker: Broker, { id = '' }: Arguments) {
      await broker.call('order.unpark', { orderId: id });
      console.info(`${id} is tried again.`);
    },
  },
  {
    command: 'decide <id> <decision> <reason>',
    description: 'End a parked order: reject it, or skip the failing step',
    async action(broker: Broker, { id = '', decision = 'skip', reason = '' }: Arguments) {
      await broker.call('order.decideParked', { orderId: id, decision, reason });
      console.info(`${id} continues.`);
    },
  },
];

function nodesOffering(action: string, { registry }: Broker): string[] {
  const list = registry.getActionEndpoints(action) as { endpoints: { id: string }[] } | undefined;
  return (list?.endpoints ?? []).map(({ id }) => id);
}

/** Prints parked work. Nodes of a kind share their queues, so each queue is printed from one node that answers. */
async function listParkedWork(broker: Broker): Promise<void> {
  const nodes = nodesOffering('due.list', broker);
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
  for (const nodeID of nodesOffering('due.list', broker)) {
    const { queues } = await broker.call('due.list', {}, { nodeID });
    if (!queues.includes(work.queue)) continue;
    await broker.call('due.replay', work, { nodeID });
    console.info(`${work.id} is tried again.`);
    return;
  }
  console.info(`No node has the queue ${work.queue}.`);
}
