import { expect, test } from '@jest/globals';
import { percentile } from '../../../../bench/report/statistics.ts';
import { Refusal } from '../../../../lib/admission/request-gate.ts';
import { SimulatedLoad } from '../../../support/simulated-load.ts';

/** Simulated time, seeded: nothing here depends on the machine. */
const SEED = 20261128;
const latency = ({ sentAt, endedAt }: { sentAt: number; endedAt: number }) => endedAt - sentAt;
/** Of the simulated server: 4 workers, 20 ms each. */
const CAPACITY_PER_S = 200;

test('at twice the rate that a server can take, goodput stays, and refusals take less than 100 ms', async () => {
  const load = new SimulatedLoad(SEED);
  load.arrivals(2 * CAPACITY_PER_S, 30_000);
  await load.clock.run(30_000);
  const served = load.served(5000, 30_000);
  expect(served.length / 25).toBeGreaterThanOrEqual(0.95 * CAPACITY_PER_S);
  expect(percentile(served.map(latency), 0.99)).toBeLessThan(600);
  const refused = load.refused(5000, 30_000);
  expect(refused.length).toBeGreaterThan(1000);
  expect(percentile(refused.map(latency), 0.99)).toBeLessThan(100);
});

test('below saturation nobody is refused, and the limit is not in the way', async () => {
  const load = new SimulatedLoad(SEED);
  load.arrivals(0.7 * CAPACITY_PER_S, 20_000);
  await load.clock.run(20_000);
  expect(load.refused(0, 20_000)).toEqual([]);
  expect(percentile(load.served(0, 20_000).map(latency), 0.99)).toBeLessThan(100);
});

test('a long overload does not become the new normal', async () => {
  const load = new SimulatedLoad(SEED);
  load.arrivals(20, 5000);
  await load.clock.run(5000);
  load.arrivals(2 * CAPACITY_PER_S, 100_000);
  await load.clock.run(105_000);
  const late = load.served(60_000, 100_000).map(latency);
  expect(percentile(late, 0.5)).toBeLessThan(500);
  expect(load.gate.limit).toBeLessThan(60);
});

test('1,000 at once who come back as told are all served, hardly anybody more than three times refused', async () => {
  const load = new SimulatedLoad(SEED);
  const tries = Array.from({ length: 1000 }, (_, n) => load.sendUntilServed(`buyer-${n}`));
  await load.clock.run();
  const counts = await Promise.all(tries);
  expect(load.served(0, Number.POSITIVE_INFINITY)).toHaveLength(1000);
  expect(counts.filter((count) => count > 4).length).toBeLessThan(20);
  // They were told to spread: not all of them in the same second.
  const seconds = new Set(load.outcomes.map(({ retryAfter }) => retryAfter));
  expect(seconds.size).toBeGreaterThan(3);
  expect(load.clock.now()).toBeLessThan(15_000);
});

test('whoever comes back as told is served before those who come for the first time', async () => {
  const load = new SimulatedLoad(SEED);
  load.arrivals(3 * CAPACITY_PER_S, 10_000);
  await load.clock.run(2000);
  // Twice the capacity never comes back; those who do are served the first time they do.
  const tries: Promise<number>[] = [];
  for (let n = 0; n < 200; n++) tries.push(load.sendUntilServed(`patient-${n}`));
  await load.clock.run();
  const counts = await Promise.all(tries);
  expect(counts.filter((count) => count > 2)).toEqual([]);
  expect(counts.filter((count) => count === 2).length).toBeGreaterThan(50);
});

test('whoever does not wait as told gains nothing by it', async () => {
  const load = new SimulatedLoad(SEED);
  load.arrivals(4 * CAPACITY_PER_S, 10_000);
  await load.clock.run(3000);
  const first = load.send('hasty');
  await load.clock.run(3100);
  expect((await first).retryAfter).toBeGreaterThanOrEqual(1);
  const again = load.gate.arrive('hasty');
  if (!(again instanceof Refusal)) expect(again.isReturning).toBe(false);
});

test('a server that hangs takes no more than the limit, and all is as before within 5 s of its return', async () => {
  const load = new SimulatedLoad(SEED);
  load.arrivals(0.5 * CAPACITY_PER_S, 10_000);
  await load.clock.run(5000);
  load.server.serviceMs = 5000;
  await load.clock.run(10_000);
  expect(load.gate.inFlight).toBeLessThanOrEqual(load.gate.limit);
  expect(load.gate.waiting).toBeLessThanOrEqual(100);
  load.server.serviceMs = 20;
  await load.clock.run();
  const back = load.clock.now();
  load.arrivals(0.7 * CAPACITY_PER_S, 20_000);
  await load.clock.run(back + 20_000);
  expect(load.refused(back + 5000, back + 20_000)).toEqual([]);
});

test('a route that is slow by nature is not taken for an overload', async () => {
  // Enough workers, each 1.5 s: a bank.
  const load = new SimulatedLoad(SEED, { workers: 1000, serviceMs: 1500, targetMs: 300, min: 16 });
  load.arrivals(5, 20_000);
  await load.clock.run(20_000);
  load.arrivals(100, 60_000);
  await load.clock.run(80_000);
  expect(load.served(60_000, 80_000).length / 20).toBeGreaterThan(95);
});

test('a client that has gone loses its place in line, and nothing is done for it', async () => {
  const load = new SimulatedLoad(SEED, { workers: 1, serviceMs: 1000, min: 1 });
  for (let n = 0; n < 10; n++) void load.send(`first-${n}`);
  await load.clock.run(1);
  const waiting = load.gate.waiting;
  let leave = () => {};
  const entered = load.gate.enter({ client: 'gone', isReturning: false }, (act) => {
    leave = act;
  });
  expect(load.gate.waiting).toBe(waiting + 1);
  leave();
  expect(await entered).toBeInstanceOf(Refusal);
  expect(load.gate.waiting).toBe(waiting);
});
