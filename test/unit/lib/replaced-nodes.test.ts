import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ServiceBroker } from 'moleculer';
import { replacedNodes } from '../../../lib/cluster/replaced-nodes.ts';
import { eventually } from '../../support/eventually.ts';

/** Over a transporter within this process. */
const brokerOf = (nodeID: string) =>
  new ServiceBroker({
    ...{ nodeID, namespace: `replaced-${process.pid}`, transporter: 'Fake', logger: false, requestTimeout: 20_000 },
    middlewares: [replacedNodes()],
  });

const [caller, worker] = [brokerOf('caller'), brokerOf('worker')];
const held: ((answer: string) => void)[] = [];
/** Answers all calls that the worker has taken. */
const release = () => {
  for (const answer of held) answer('answered');
};
worker.createService({
  name: 'work',
  actions: {
    held: () => new Promise<string>((resolve) => void held.push(resolve)),
  },
});

beforeAll(async () => {
  await Promise.all([caller.start(), worker.start()]);
  await caller.waitForServices('work');
});
afterAll(async () => {
  // Their time-outs would keep the process.
  release();
  await Promise.all([caller.stop(), worker.stop()]);
});

/** What the worker announces, as an instance of it. */
function announce(instanceID: string): void {
  const { nodes } = caller.registry as unknown as {
    nodes: { get(id: string): { rawInfo: object }; processNodeInfo(info: object): void };
  };
  nodes.processNodeInfo({ ...nodes.get('worker').rawInfo, instanceID });
}

/** Calls that the worker has taken. */
async function calls(count: number): Promise<Promise<unknown>[]> {
  const before = held.length;
  const answers = Array.from({ length: count }, () =>
    caller.call('work.held').catch((error: { type?: string }) => error.type),
  );
  await eventually(
    async () => held.length,
    (now) => now === before + count,
  );
  return answers;
}

test('calls that a killed node has taken end when it is started anew under its name, not at their time-out', async () => {
  const answers = await calls(2);
  announce('started anew');
  expect(await Promise.all(answers)).toEqual(['REQUEST_REJECTED', 'REQUEST_REJECTED']);
});

test('a node that announces itself again, as it does with each service, goes on with what it has taken', async () => {
  const answers = await calls(1);
  announce('started anew');
  release();
  expect(await Promise.all(answers)).toEqual(['answered']);
});
