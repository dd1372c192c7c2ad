import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import moleculer, { type Context, ServiceBroker, type ServiceSchema, type Transit } from 'moleculer';
import { loadConfig } from '../../lib/process/config.ts';
import { brokerOptions } from '../../moleculer.config.ts';

const config = (nodeId: string) =>
  loadConfig({
    NODE_ENV: 'test',
    NODE_ID: nodeId,
    DATABASE_PREFIX: `order-${process.pid}-`,
    DATA_DIR: '/nowhere',
    TOKEN_SECRET: 'a secret that only this test has, and no other',
    LOG_LEVEL: 'fatal',
    CIRCUIT_BREAKER_WINDOW_SECONDS: '3600',
    CIRCUIT_BREAKER_HALF_OPEN_SECONDS: '3600',
  });

const spans: string[] = [];
/** As the shop's nodes are, but over a transporter within this process, and with what the shop has switched off. */
const brokerOf = (nodeId: string) =>
  new ServiceBroker({
    ...brokerOptions(config(nodeId)),
    transporter: 'Fake',
    cacher: 'Memory',
    metrics: { enabled: true, reporter: [] },
    tracing: { enabled: true, exporter: [{ type: 'Event', options: { interval: 0, eventName: 'spans' } }] },
  });

let release = () => {};
const held = () =>
  new Promise<void>((resolve) => {
    release = resolve;
  });
const ran: string[] = [];
const never = () => new Promise(() => {});

const schema: ServiceSchema = {
  name: 'work',
  hooks: { before: { hooked: (ctx: Context<{ by?: string }>) => void Object.assign(ctx.params, { by: 'hook' }) } },
  actions: {
    silent: never,
    refused: {
      retryPolicy: { enabled: true, retries: 2, delay: 1 },
      handler: () => {
        ran.push('refused');
        return never();
      },
    },
    second: {
      retryPolicy: { enabled: true, retries: 2, delay: 1 },
      handler: () => {
        ran.push('second');
        return ran.filter((name) => name === 'second').length === 1 ? never() : 'answered';
      },
    },
    narrow: { bulkhead: { enabled: true, concurrency: 1, maxQueueSize: 1 }, handler: held },
    cached: {
      cache: true,
      handler: () => {
        ran.push('cached');
        return 'answer';
      },
    },
    hooked: { handler: (ctx: Context<{ by?: string }>) => ctx.params.by },
    checked: {
      params: { $$strict: true, count: 'number' },
      handler: () => void ran.push('checked'),
    },
    long: held,
    whose: (ctx: Context) => ctx.requestID,
  },
  events: { spans: (ctx: Context<{ name: string }[]>) => void spans.push(...ctx.params.map(({ name }) => name)) },
};

const [caller, worker] = [brokerOf('caller'), brokerOf('worker')];
const opened: string[] = [];
caller.localBus.on('$circuit-breaker.opened', ({ action }: { action: string }) => opened.push(action));
const typeOf = (call: Promise<unknown>) => call.then(String, (error: { type?: string }) => error.type);
const times = (count: number, action: string, options: object) =>
  Promise.all(Array.from({ length: count }, () => typeOf(caller.call(action, {}, options))));
const metric = (name: string, labels: object) =>
  [caller, worker].reduce((sum, { metrics }) => sum + (metrics.getMetric(name)?.get(labels)?.value ?? 0), 0);

beforeAll(async () => {
  worker.createService(schema);
  await Promise.all([caller.start(), worker.start()]);
  await caller.waitForServices('work');
});
afterAll(() => Promise.all([caller.stop(), worker.stop()]));

const OWN = [
  'PacketBatches',
  'WrapStaffActions',
  'EventCheck',
  'Relay',
  'RequestLog',
  'ActionTimeout',
  'Drain',
  'ReplacedNodes',
  'OutsideBreakerMetrics',
  'StoreMetrics',
  'BreakerService',
  'DueWorkService',
];

test("the order has each of Moleculer's own middlewares once, and the shop's own inside them", () => {
  const names = caller.middlewares.list.map(({ name }) => name ?? '');
  const internal = moleculer.INTERNAL_MIDDLEWARES;
  const built = new ServiceBroker({ ...brokerOptions(config('plain')), internalMiddlewares: true, middlewares: [] });
  const standard = built.middlewares.list.map(({ name }) => name);
  expect(internal).toHaveLength(14);
  expect(names.slice(0, OWN.length)).toEqual(OWN);
  const rest = names.slice(OWN.length).filter((name) => name !== 'SettleTimeouts');
  expect([...rest].sort()).toEqual([...standard, 'Cacher'].map((name) => name ?? '').sort());
  expect(names.indexOf('Timeout')).toBeLessThan(names.indexOf('CircuitBreaker'));
  expect(names.indexOf('CircuitBreaker')).toBeLessThan(names.indexOf('Retry'));
});

test('the breaker sees time-outs, each attempt of a retry among them', async () => {
  const outcome = await typeOf(caller.call('work.refused', {}, { timeout: 50 }));
  expect(outcome).toBe('REQUEST_TIMEOUT');
  expect(ran.filter((name) => name === 'refused')).toHaveLength(3);
  // Three attempts and two of the next call are the five that it takes.
  expect(opened).not.toContain('work.refused');
  expect(await typeOf(caller.call('work.refused', {}, { timeout: 50 }))).toBe('SERVICE_NOT_AVAILABLE');
  expect(opened).toContain('work.refused');
  expect(ran.filter((name) => name === 'refused')).toHaveLength(5);
});

test('a retry follows a time-out', async () => {
  expect(await caller.call('work.second', {}, { timeout: 1000 })).toBe('answered');
});

test('a fallback answers after a time-out', async () => {
  expect(await caller.call('work.silent', {}, { timeout: 50, fallbackResponse: 'instead' })).toBe('instead');
});

test('what was given up is tracked no longer, and what runs is waited for', async () => {
  // A node that hangs sends nothing at all.
  const silence = jest.spyOn(worker.transit as Transit, 'sendResponse').mockResolvedValue(undefined);
  expect(await times(3, 'work.silent', { timeout: 50 })).toEqual(Array(3).fill('REQUEST_TIMEOUT'));
  silence.mockRestore();
  expect((caller as unknown as { _trackedContexts: unknown[] })._trackedContexts).toEqual([]);
  const other = brokerOf('other');
  other.createService({ name: 'slow', actions: { long: held } });
  await other.start();
  await caller.waitForServices('slow');
  const answer = caller.call('slow.long');
  await new Promise((resolve) => setImmediate(resolve));
  const events: string[] = [];
  void answer.then(() => events.push('answered'));
  const stopped = other.stop().then(() => events.push('stopped'));
  release();
  await stopped;
  expect(events).toEqual(['answered', 'stopped']);
});

describe('as before', () => {
  test('the bulkhead queues, and refuses when its queue is full', async () => {
    const calls = [1, 2, 3].map(() => typeOf(caller.call('work.narrow')));
    expect(await calls[2]).toBe('QUEUE_FULL');
    release();
    expect(await calls[0]).toBe('undefined');
    release();
    expect(await calls[1]).toBe('undefined');
  });

  test('the cacher answers instead of the action', async () => {
    expect([await caller.call('work.cached'), await caller.call('work.cached')]).toEqual(['answer', 'answer']);
    expect(ran.filter((name) => name === 'cached')).toHaveLength(1);
  });

  test('parameters are checked before the action runs', async () => {
    expect(await typeOf(caller.call('work.checked', { count: 'many' }))).toBe('VALIDATION_ERROR');
    expect(ran).not.toContain('checked');
  });

  test('hooks of a service run', async () => {
    expect(await caller.call('work.hooked')).toBe('hook');
  });

  test('the id of a request crosses nodes, and each call has a span', async () => {
    expect(await caller.call('work.whose', {}, { requestID: 'req-1' })).toBe('req-1');
    expect(spans.some((name) => name.includes('work.whose'))).toBe(true);
  });

  test('metrics count calls, time-outs and retries, and show which breakers are open', () => {
    const labels = { service: 'work', action: 'work.refused' };
    expect(metric('moleculer.request.timeout.total', labels)).toBeGreaterThanOrEqual(5);
    expect(metric('moleculer.request.retry.attempts.total', labels)).toBeGreaterThanOrEqual(4);
    const circuit = { ...labels, affectedNodeID: 'worker' };
    expect(metric('moleculer.circuit-breaker.opened.active', circuit)).toBe(1);
    expect(metric('moleculer.circuit-breaker.opened.total', circuit)).toBe(1);
  });
});
