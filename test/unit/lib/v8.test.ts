import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { nextTickResource } from '../../../lib/process/v8.ts';

describe('v8', () => {
  test('given a turn of the event loop since it was imported, then one of the objects of process.nextTick is kept', async () => {
    await turn();
    expect(nextTickResource).toHaveProperty('callback');
  });
});
