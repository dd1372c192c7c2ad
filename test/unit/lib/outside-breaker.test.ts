import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { ServiceBroker } from 'moleculer';
import { OutsideBreaker } from '../../../lib/process/outside-breaker.ts';
import { outsideBreakerMetrics } from '../../../lib/process/outside-breaker-metrics.ts';
import { isProblem } from '../../../services/shared/problem-codes.ts';
import { errors } from '../../../services/shared/problems.ts';

const HALF_OPEN_MS = 5000;
const settings = { enabled: true, threshold: 0.5, minRequests: 3, windowSeconds: 10, halfOpenMs: HALF_OPEN_MS };
const isOutage = (error: unknown) => isProblem(error, 'unavailable');
const breakerOf = (enabled = true) =>
  new OutsideBreaker({ label: 'bank', name: 'bank' }, { ...settings, enabled }, isOutage);

let now = 1_000_000;
let sent = 0;
let breaker: OutsideBreaker;
beforeEach(() => {
  jest.spyOn(Date, 'now').mockImplementation(() => now);
  sent = 0;
  breaker = breakerOf();
});
afterEach(() => {
  jest.restoreAllMocks();
});

const answer = async () => {
  sent += 1;
  return 'answer';
};
const away = async () => {
  sent += 1;
  throw errors.unavailable('away');
};
const decline = async () => {
  sent += 1;
  throw errors.paymentDeclined('no money');
};
const outcome = (call: Promise<unknown>) => call.catch((error: { type?: string; message?: string }) => error.type);
const run = (send: () => Promise<unknown>, through = breaker) => outcome(through.run(send));
async function open() {
  for (let n = 0; n < 3; n += 1) await run(away);
}

test('after so many outages in a row calls are refused as an outage is, and not sent', async () => {
  await open();
  expect([sent, breaker.isOpen]).toEqual([3, true]);
  for (let n = 0; n < 10; n += 1) expect(await run(answer)).toBe('unavailable');
  expect(() => breaker.refuseWhileOpen()).toThrow('The bank cannot be reached right now.');
  expect(sent).toBe(3);
});

test('answers between outages keep it closed, refusals among them', async () => {
  for (const answered of [answer, decline]) {
    for (let n = 0; n < 10; n += 1) {
      await run(away);
      await run(away);
      await run(answered);
    }
  }
  expect([sent, breaker.isOpen]).toEqual([60, false]);
  for (let n = 0; n < 10; n += 1) expect(await run(decline)).toBe('payment-declined');
  expect(breaker.isOpen).toBe(false);
});

test.each([
  ['answers', answer],
  ['refuses', decline],
])('after a while one call finds out, the others are refused meanwhile; when it %s, all are sent', async (_, probe) => {
  await open();
  now += HALF_OPEN_MS;
  expect(breaker.isOpen).toBe(false);
  let finish = () => {};
  const waiting = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const probing = run(() => waiting.then(probe));
  expect(breaker.isOpen).toBe(true);
  expect(await run(answer)).toBe('unavailable');
  expect(sent).toBe(3);
  finish();
  await probing;
  expect([await run(answer), sent, breaker.isOpen]).toEqual(['answer', 5, false]);
});

test('when the one call fails too, it stays open for as long again', async () => {
  await open();
  now += HALF_OPEN_MS;
  await run(away);
  now += HALF_OPEN_MS - 1;
  expect([await run(answer), sent]).toEqual(['unavailable', 4]);
  now += 1;
  expect(await run(answer)).toBe('answer');
});

test('switched off, everything is sent', async () => {
  const off = breakerOf(false);
  for (let n = 0; n < 10; n += 1) expect(await run(away, off)).toBe('unavailable');
  expect([sent, off.isOpen]).toEqual([10, false]);
});

test('operators see it in the metrics', async () => {
  const broker = new ServiceBroker({
    logger: false,
    metrics: { enabled: true, reporter: [] },
    middlewares: [outsideBreakerMetrics()],
  });
  const value = (name: string) => broker.metrics.getMetric(name)?.get({ server: 'bank' })?.value;
  await open();
  expect([value('shop.outside.breaker.state'), value('shop.outside.breaker.opened.total')]).toEqual([2, 1]);
  now += HALF_OPEN_MS;
  await run(answer);
  expect([value('shop.outside.breaker.state'), value('shop.outside.breaker.opened.total')]).toEqual([0, 1]);
  await broker.stop();
});
