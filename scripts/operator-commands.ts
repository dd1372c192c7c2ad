import type { Broker } from '../lib/contract/contract.ts';

interface Arguments {
  id?: string;
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
      const list = broker.registry.getActionEndpoints('breaker.list') as { endpoints: { id: string }[] } | undefined;
      const nodes = (list?.endpoints ?? []).map(({ id }) => id).filter((id) => id !== broker.nodeID);
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
