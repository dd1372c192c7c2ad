import { setImmediate as nextRound } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Arrivals } from '../../../services/api/admission/arrivals.ts';

/** In each round of the event loop, of one simulated millisecond, one connection more. @returns how many there were when work was allowed to begin */
async function seenOf(connections: number): Promise<number> {
  let taken = 0;
  const arrivals = new Arrivals({ now: () => taken });
  const rush = (async () => {
    for (; taken < connections; await nextRound()) {
      arrivals.connected();
      taken += 1;
    }
  })();
  await arrivals.seen();
  const atBegin = taken;
  await rush;
  return atBegin;
}

test('work begins when a round has brought no new connection', async () => {
  expect(await seenOf(5)).toBe(5);
});

test('new connections keep it from beginning for 10 ms at most', async () => {
  expect(await seenOf(1000)).toBe(11);
});

test('without new connections it begins in the next round', async () => {
  expect(await seenOf(0)).toBe(0);
});
