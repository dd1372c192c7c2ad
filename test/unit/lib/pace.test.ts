import { expect, test } from '@jest/globals';
import { Pace } from '../../../lib/process/pace.ts';

const never = new AbortController().signal;

test('the first begins at once, and those that come soon after it begin together', async () => {
  const pauses: PromiseWithResolvers<void>[] = [];
  const pace = new Pace(() => {
    const pause = Promise.withResolvers<void>();
    pauses.push(pause);
    return pause.promise;
  });
  const begun: string[] = [];
  const begin = (name: string) => pace.turn(never).then(() => begun.push(name));
  await begin('first');
  const others = [begin('second'), begin('third')];
  await new Promise(setImmediate);
  expect(begun).toEqual(['first']);
  expect(pauses).toHaveLength(1);
  pauses[0]?.resolve();
  await Promise.all(others);
  expect(begun).toEqual(['first', 'second', 'third']);
});

test('nothing waits once the service stops', async () => {
  const [pace, stop] = [new Pace(), new AbortController()];
  await pace.turn(stop.signal);
  const waiting = pace.turn(stop.signal);
  stop.abort();
  await waiting;
});
