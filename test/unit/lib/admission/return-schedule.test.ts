import { expect, test } from '@jest/globals';
import { MAX_RETURN_MS, ReturnSchedule } from '../../../../lib/admission/return-schedule.ts';

const schedule = (random = 0) => new ReturnSchedule(() => random);

test('no more clients are told to come in a second than can be served in it', () => {
  const returns = schedule();
  const told = Array.from({ length: 100 }, (_, n) => returns.book(`client-${n}`, 20, 0));
  const bySecond = Map.groupBy(told, (seconds) => seconds);
  // Of 20 places in a second, 18 are given away.
  for (const [, some] of bySecond) expect(some.length).toBeLessThanOrEqual(18);
  expect(Math.max(...told)).toBe(7);
});

test('the time has a jitter, since the header has whole seconds only', () => {
  expect(schedule(0).book('client', 10, 0)).toBe(1);
  expect(schedule(0.9).book('client', 10, 0)).toBe(2);
});

test('whoever is refused when all times are taken is told a late one, at random, and is not expected', () => {
  const told = [0, 0.5, 0.99].map((random) => {
    const returns = schedule(random);
    for (let n = 0; n < 30; n++) returns.book(`client-${n}`, 1, 0);
    const seconds = returns.book('late', 1, 0);
    expect(returns.claim('late', 1000 * seconds)).toBe(false);
    return seconds;
  });
  expect(told).toEqual([20, 25, 30]);
});

test('who comes when told is expected, once; not earlier, not half a minute later, and nobody else', () => {
  const returns = schedule();
  const dueAt = 1000 * returns.book('ada', 10, 0);
  expect(returns.claim('ada', dueAt - 1)).toBe(false);
  expect(returns.claim('eve', dueAt)).toBe(false);
  expect(returns.claim('ada', dueAt)).toBe(true);
  expect(returns.claim('ada', dueAt)).toBe(false);
  returns.book('ada', 10, 0);
  expect(returns.claim('ada', 60_000)).toBe(false);
});

test('an address with many clients behind it has a limited number of times', () => {
  const returns = schedule();
  const told = Array.from({ length: 30 }, () => returns.book('address', 1000, 0));
  expect(told.filter((seconds) => 1000 * seconds < MAX_RETURN_MS)).toHaveLength(20);
});
