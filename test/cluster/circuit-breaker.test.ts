import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { operatorCommands } from '../../scripts/operator-commands.ts';
import { freePort } from '../../scripts/servers/ports.ts';
import { randomPasswords, startNats } from '../../scripts/servers/start.ts';
import { type Caller, callAtOnce as call, FaultyCluster, type FaultyNode } from '../support/faulty-cluster.ts';
import { eventually } from '../support/shop.ts';

/**
 * Two nodes and their callers, over a real NATS and with no watcher, so that nothing but the breaker sees a node that
 * hangs. Each caller counts for itself. Ten calls at once are five to each node, as round-robin has it.
 */
const BREAKER = { CIRCUIT_BREAKER_WINDOW_SECONDS: '3600' };
const HOLDING = { ...BREAKER, CIRCUIT_BREAKER_HALF_OPEN_SECONDS: '3600' };
const PROBING = { ...BREAKER, CIRCUIT_BREAKER_HALF_OPEN_SECONDS: '0.2' };
const healthy = (times: number) => Array(times).fill('healthy');
const hanging = (times: number) => Array(times).fill('hanging');
const failed = (outcomes: string[]) => outcomes.filter((outcome) => !['healthy', 'hanging'].includes(outcome)).length;

let cluster: FaultyCluster;
let node: FaultyNode;
let other: FaultyNode;

beforeAll(async () => {
  cluster = new FaultyCluster(process.env.TEST_NATS_URL ?? '', 'breaker');
  [node, other] = await Promise.all([cluster.node('hanging'), cluster.node('healthy')]);
});
afterAll(() => cluster?.stop());

const SETTINGS = { off: { CIRCUIT_BREAKER: 'false' }, holding: HOLDING, probing: PROBING };
const callers: Caller[] = [];

/** A caller whose breakers have seen nothing, when it knows both nodes. */
async function newCaller(kind: keyof typeof SETTINGS, env = {}): Promise<Caller> {
  const caller = await cluster.caller(`caller-${randomUUID()}`, { ...SETTINGS[kind], ...env });
  callers.push(caller);
  await untilBothAreKnown(caller);
  return caller;
}

const untilBothAreKnown = ({ broker }: Caller) =>
  eventually(
    async () => ['faulty.run', 'front.ask'].map((name) => broker.registry.getActionEndpoints(name)?.endpoints.length),
    (counts) => counts.every((count) => count === 2),
  );

afterEach(async () => {
  node.kill('SIGCONT');
  await Promise.all([node.tell('ok'), other.tell('ok'), ...callers.splice(0).map((caller) => caller.stop())]);
});

interface Fault {
  begin(): unknown;
  end(): unknown;
  type: string;
}
const FAULTS: Record<string, () => Fault> = {
  'hangs (SIGSTOP)': () => ({
    begin: () => node.kill('SIGSTOP'),
    end: () => node.kill('SIGCONT'),
    type: 'REQUEST_TIMEOUT',
  }),
  'is too slow': () => ({ begin: () => node.tell('slow'), end: () => node.tell('ok'), type: 'REQUEST_TIMEOUT' }),
  fails: () => ({ begin: () => node.tell('fail'), end: () => node.tell('ok'), type: 'TypeError' }),
};

test.each(Object.keys(FAULTS))('a node that %s: its breaker opens, half-opens and closes again', async (kind) => {
  const { begin, end, type } = (FAULTS[kind] as () => Fault)();
  const [off, holding, probing] = await Promise.all([newCaller('off'), newCaller('holding'), newCaller('probing')]);
  await begin();

  // The same two rounds of ten calls: without the breaker half of each fails, with it of the first alone.
  const run = async (caller: Caller) => {
    const rounds: number[] = [];
    for (let round = 0; round < 2; round += 1) rounds.push(failed(await call(caller, 10)));
    return rounds;
  };
  const [without, withIt] = await Promise.all([run(off), run(holding)]);
  expect([without, withIt]).toEqual([
    [5, 5],
    [5, 0],
  ]);
  expect([off.circuits, holding.circuits]).toEqual([[], ['opened faulty.run hanging']]);

  // Half-open: now and then one call finds out whether it is over.
  expect(await call(probing, 10)).toEqual([...Array(5).fill(type), ...healthy(5)].sort());
  expect(probing.circuits[0]).toBe('opened faulty.run hanging');
  await eventually(
    async () => probing.circuits,
    (circuits) => circuits.includes('half-opened faulty.run hanging'),
  );
  await end();
  await eventually(
    async () => {
      await call(probing, 2);
      return probing.circuits;
    },
    (circuits) => circuits.at(-1) === 'closed faulty.run hanging',
  );
  expect(await call(probing, 10)).toEqual([...hanging(5), ...healthy(5)]);
});

test('an idempotent read is repeated on the node that works: none fails, and the other is soon not asked', async () => {
  const holding = await newCaller('holding');
  node.kill('SIGSTOP');
  expect(await call(holding, 10, { action: 'faulty.read' })).toEqual(healthy(10));
  expect(holding.circuits).toEqual(['opened faulty.read hanging']);
});

test('refusals open nothing, and close what is half open', async () => {
  const [holding, probing] = await Promise.all([newCaller('holding'), newCaller('probing')]);
  await Promise.all([node.tell('refuse'), other.tell('refuse')]);
  expect(await call(holding, 40)).toEqual(Array(40).fill('not-found'));
  expect(holding.circuits).toEqual([]);
  await Promise.all([node.tell('fail'), other.tell('ok')]);
  await call(probing, 10);
  expect(probing.circuits).toContain('opened faulty.run hanging');
  await node.tell('refuse');
  await eventually(
    async () => {
      await call(probing, 2);
      return probing.circuits;
    },
    (circuits) => circuits.at(-1) === 'closed faulty.run hanging',
  );
});

test('operators see which breakers are open, in the REPL and in the metrics of the node', async () => {
  const metricsPort = await freePort();
  const [holding, operator] = await Promise.all([
    newCaller('holding', { METRICS_PORT: String(metricsPort) }),
    newCaller('off'),
  ]);
  await node.tell('fail');
  await call(holding, 10);
  await eventually(
    async () => operator.broker.registry.getActionEndpoints('breaker.list')?.endpoints.length,
    (count) => count === 4,
  );
  const print = jest.spyOn(console, 'table').mockImplementation(() => undefined);
  try {
    const breakers = operatorCommands.find(({ command }) => command === 'breakers');
    await breakers?.action(operator.broker, { options: {} });
    const row = { node: holding.broker.nodeID, target: 'hanging:faulty.run', state: 'open' };
    expect(print.mock.calls).toEqual([[[row]]]);
  } finally {
    print.mockRestore();
  }
  const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const [line] = metrics.split('\n').filter((each) => each.startsWith('moleculer_circuit_breaker_opened_active{'));
  expect(line).toMatch(/affectedNodeID="hanging".*action="faulty.run".*} 1/);
});

test('an outage of NATS is no fault of the nodes: all are called again as soon as it is over', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shop-breaker-'));
  const passwords = randomPasswords();
  const first = await startNats({ dataDir: folder, passwords });
  const own = new FaultyCluster(first.url, 'outage');
  let server = first;
  try {
    await Promise.all([own.node('hanging'), own.node('healthy')]);
    const caller = await own.caller('caller', HOLDING);
    await untilBothAreKnown(caller);
    await first.stop();
    expect(await call(caller, 10, { timeout: 500 })).toEqual(Array(10).fill('REQUEST_TIMEOUT'));
    expect(caller.circuits).toHaveLength(2);
    expect(await call(caller, 1)).toEqual(['SERVICE_NOT_AVAILABLE']);
    server = await startNats({ dataDir: folder, passwords, port: first.port });
    await eventually(
      async () => failed(await call(caller, 10)),
      (count) => count === 0,
    );
    expect(caller.circuits).toHaveLength(2);
  } finally {
    await own.stop();
    await server.stop();
    await rm(folder, { recursive: true });
  }
});

test('a sharded action is never sent to the wrong node: its breaker stays out of it', async () => {
  const holding = await newCaller('holding');
  const nodeOf = async (key: string) => (await call(holding, 1, { action: 'faulty.sharded', params: { key } }))[0];
  const keys = Array.from({ length: 50 }, (_, n) => `key-${n}`);
  const nodes = await Promise.all(keys.map(nodeOf));
  const key = keys[nodes.indexOf('hanging')] ?? '';
  const options = { action: 'faulty.sharded', params: { key } };
  await node.tell('fail');
  expect(await call(holding, 100, options)).toEqual(Array(100).fill('TypeError'));
  await node.tell('ok');
  expect(await call(holding, 5, options)).toEqual(hanging(5));
  expect(holding.circuits).toEqual([]);
});

test('when all fail, the last node is kept in use: what works of it, works', async () => {
  const holding = await newCaller('holding');
  await Promise.all([node.tell('fail'), other.tell('fail')]);
  await call(holding, 40);
  expect(holding.circuits).toHaveLength(1);
  await Promise.all([node.tell('ok'), other.tell('ok')]);
  expect(failed(await call(holding, 10))).toBe(0);
  expect(holding.circuits).toHaveLength(1);
});

test('the last node is kept in use while it answers now and then', async () => {
  const holding = await newCaller('holding');
  node.kill('SIGSTOP');
  await call(holding, 10);
  expect(holding.circuits).toEqual(['opened faulty.run hanging']);
  await other.tell('slow');
  for (let round = 0; round < 2; round += 1) {
    expect(await call(holding, 3, { timeout: 500 })).toEqual(Array(3).fill('REQUEST_TIMEOUT'));
    await other.tell('ok');
    expect(await call(holding, 1)).toEqual(healthy(1));
    await other.tell('slow');
  }
  expect(holding.circuits).toEqual(['opened faulty.run hanging']);
});

test('when none answers in time, further calls are refused at once instead of waiting', async () => {
  const holding = await newCaller('holding');
  await Promise.all([node.tell('slow'), other.tell('slow')]);
  expect(await call(holding, 10)).toEqual(Array(10).fill('REQUEST_TIMEOUT'));
  const before = (await node.tell()) + (await other.tell());
  expect(await call(holding, 10)).toEqual(Array(10).fill('SERVICE_NOT_AVAILABLE'));
  expect((await node.tell()) + (await other.tell())).toBe(before);
});

test('a node is not blamed for another one that it waits for', async () => {
  const holding = await newCaller('holding');
  node.kill('SIGSTOP');
  const outcomes: string[] = [];
  for (let n = 0; n < 3; n += 1) {
    for (const outcome of await Promise.all(
      Array.from({ length: 5 }, () =>
        holding.broker.call('front.ask', {}, { nodeID: 'healthy', timeout: 20_000 }).catch((error) => error.nodeID),
      ),
    ))
      outcomes.push(String(outcome));
  }
  expect(outcomes).toEqual(Array(15).fill('healthy'));
  expect(holding.circuits).toEqual([]);
});

test('a node that was started anew under its name has a breaker of its own', async () => {
  const holding = await newCaller('holding');
  await node.tell('fail');
  await call(holding, 10);
  expect(holding.circuits).toEqual(['opened faulty.run hanging']);
  await node.stop();
  node = await cluster.node('hanging');
  await untilBothAreKnown(holding);
  expect(await call(holding, 10)).toEqual([...hanging(5), ...healthy(5)]);
  await node.tell('fail');
  await call(holding, 20);
  expect(holding.circuits).toEqual(['opened faulty.run hanging', 'opened faulty.run hanging']);
  expect(await call(holding, 4)).toEqual(healthy(4));
});
