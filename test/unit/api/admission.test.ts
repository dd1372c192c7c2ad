import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { ServiceBroker } from 'moleculer';
import { Admission } from '../../../services/api/admission/admission.ts';
import type { Access, Request } from '../../../services/api/http/request.ts';
import { routesOf } from '../../../services/api/http/routes.ts';
import { contracts } from '../../../services/contracts.ts';
import { errors } from '../../../services/shared/problems.ts';

const routes = routesOf(contracts);
const broker = new ServiceBroker({ logger: false, metrics: { enabled: true, reporter: [] } });
let admission: Admission;
let address: string;
/** No limit adapts, and nobody waits for too long. */
const STOPPED = { now: () => 0, after: () => () => undefined };

beforeAll(() => broker.start());
beforeEach(() => {
  admission?.stop();
  address = '192.0.2.1';
  const access = { addressOf: () => address } as unknown as Access;
  admission = new Admission(routes, access, 1, broker, STOPPED);
});
afterAll(async () => {
  admission.stop();
  await broker.stop();
});

/** Of a class of one, which begins with four. */
const AT_FIRST = 4;

/** As many as find room, in flight or in line. */
function fill(action?: string): ReturnType<typeof ask>[] {
  const asked: ReturnType<typeof ask>[] = [];
  for (;;) {
    try {
      asked.push(ask(action));
    } catch {
      return asked;
    }
  }
}

function requestOf(action: string) {
  const route = routes.find((one) => one.action === action);
  return { req: { route, headers: {} } as unknown as Request, res: new EventEmitter() as ServerResponse };
}

function ask(action = 'order.place') {
  const { req, res } = requestOf(action);
  let answer: (error?: Error) => void = () => {};
  let runs = 0;
  admission.arrive(req);
  const done = admission.run(req, res, () => {
    runs += 1;
    return new Promise<string>((resolve, reject) => {
      answer = (error) => (error ? reject(error) : resolve('answered'));
    });
  });
  done.catch(() => undefined);
  return { done, res, answer: (error?: Error) => answer(error), runs: () => runs };
}
/** Whoever was let in has begun by then. */
const turn = async () => {
  for (let round = 0; round < 3; round++) await setImmediate();
};
const metricOf = (name: string, className: string) => {
  const values = broker.metrics.getMetric(name)?.snapshot() as unknown as {
    value: number;
    labels: { class: string };
  }[];
  return values.find(({ labels }) => labels.class === className)?.value;
};

test('as many as the limit allows are run, as many as the line takes wait, and the next is refused without being run', async () => {
  const asked = fill();
  const [admitted, waiting] = [asked.slice(0, AT_FIRST), asked.slice(AT_FIRST)];
  expect(waiting.length).toBeGreaterThan(1);
  await turn();
  expect(() => ask()).toThrow(expect.objectContaining({ type: 'overloaded' }));
  expect([...admitted, ...waiting].map(({ runs }) => runs())).toEqual([
    ...admitted.map(() => 1),
    ...waiting.map(() => 0),
  ]);
  admitted[0]?.answer();
  await turn();
  expect(waiting.map(({ runs }) => runs()).slice(0, 2)).toEqual([1, 0]);
});

test('the line of one class is not the line of another', async () => {
  fill('product.list');
  await turn();
  expect(() => ask('product.list')).toThrow();
  const order = ask('order.place');
  await turn();
  expect(order.runs()).toBe(1);
});

test('nothing is run for a client that has gone while it waited', async () => {
  const admitted = Array.from({ length: AT_FIRST }, () => ask());
  await turn();
  const gone = ask();
  await turn();
  gone.res.emit('close');
  admitted[0]?.answer();
  await expect(gone.done).rejects.toMatchObject({ type: 'overloaded' });
  expect(gone.runs()).toBe(0);
});

test('all that arrive together are counted before the first is begun, also of actions that compute', async () => {
  let [runs, refused] = [0, 0];
  for (let n = 0; n < 100; n++) {
    const { req, res } = requestOf('product.list');
    try {
      admission.arrive(req);
      const done = admission.run(req, res, async () => {
        runs += 1;
      });
      done.catch(() => undefined);
    } catch {
      refused += 1;
    }
    // Between two connections, Node runs what was resolved.
    for (let step = 0; step < 20; step++) await Promise.resolve();
  }
  expect(runs).toBe(0);
  expect(refused).toBeGreaterThan(50);
});

test('a client with many addresses of an IPv6 network has no more appointments than one with a single address', async () => {
  fill();
  await turn();
  const comesBackIn = (from: string): unknown => {
    address = from;
    try {
      ask();
    } catch (error) {
      return (error as { data: { retryAfter: number } }).data.retryAfter;
    }
    return undefined;
  };
  for (let n = 1; n <= 20; n++) expect(comesBackIn(`2001:db8::${n}`)).toBeLessThan(20);
  expect(comesBackIn('2001:db8::21')).toBeGreaterThanOrEqual(20);
  expect(comesBackIn('2001:db8:0:1::1')).toBeLessThan(20);
});

test('an action that fails gives its place back', async () => {
  const admitted = Array.from({ length: AT_FIRST }, () => ask());
  const waiting = ask();
  await turn();
  admitted[0]?.answer(errors.unavailable('It is away.'));
  await expect(admitted[0]?.done).rejects.toMatchObject({ type: 'unavailable' });
  await turn();
  expect(waiting.runs()).toBe(1);
});

test('operators see limit, requests in flight and in line, and refusals by class', async () => {
  const before = metricOf('shop.admission.refused.total', 'cart') ?? 0;
  const asked = fill('cart.get');
  await turn();
  expect(metricOf('shop.admission.refused.total', 'cart')).toBe(before + 1);
  expect(metricOf('shop.admission.limit', 'cart')).toBe(AT_FIRST);
  expect(metricOf('shop.admission.in-flight', 'cart')).toBe(AT_FIRST);
  expect(metricOf('shop.admission.waiting', 'cart')).toBe(asked.length - AT_FIRST);
});
