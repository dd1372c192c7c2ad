import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { keptTick, tuneV8 } from '../../../lib/process/v8.ts';

test('given V8 was tuned, then one of the objects of process.nextTick is kept', async () => {
  tuneV8();
  await turn();
  expect(keptTick).toHaveProperty('callback');
});
