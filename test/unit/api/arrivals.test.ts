import { setImmediate as nextRound } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Arrivals } from '../../../services/api/arrivals.ts';

/** In each round of the event loop one connection more. @returns how many there were when work was allowed to begin */
async function seenOf(connections: number): Promise<number> {
  const arrivals = new Arrivals();
  let taken = 0;
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
  expect(await seenOf(20)).toBe(20);
});

test('new connections keep it from beginning for 32 rounds at most', async () => {
  const seen = await seenOf(1000);
  expect(seen).toBeGreaterThanOrEqual(30);
  expect(seen).toBeLessThan(36);
});

test('without new connections it begins in the next round', async () => {
  expect(await seenOf(0)).toBe(0);
});
