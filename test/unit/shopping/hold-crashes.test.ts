import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { HoldShop, type Plot, START, type Turn } from '../../support/hold-model.ts';
import type { Fate } from '../../support/model-cluster.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);

beforeAll(() => {
  jest.useFakeTimers({
    doNotFake: ['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'setTimeout'],
  });
});
afterAll(() => {
  jest.useRealTimers();
});

async function play(plot: Plot, turns: readonly Turn[]) {
  jest.setSystemTime(START);
  const shop = new HoldShop(plot);
  const steps = await shop.play(turns);
  return { wrong: [...shop.wrong], steps, state: shop.order?.state };
}

const enough = { MUG: 2, BOWL: 1 };
const PLOTS: Record<string, Plot & { ends: string | undefined }> = {
  'a hold that is paid for': { stock: enough, holds: 1, paymentMethod: 'tok_approve', ends: 'PAID' },
  'a hold whose payment is declined': { stock: enough, holds: 1, paymentMethod: 'tok_decline', ends: 'REJECTED' },
  'a hold that is short of one SKU': {
    ...{ stock: { MUG: 2, BOWL: 0 }, holds: 1, paymentMethod: 'tok_approve', ends: 'REJECTED' },
  },
  'a hold without an order': {
    ...{ stock: enough, holds: 1, paymentMethod: 'tok_approve', leaves: true, ends: undefined },
  },
  'two parallel holds': { stock: enough, holds: 2, paymentMethod: 'tok_approve', ends: 'PAID' },
};
const done = (count: number): Turn[] => Array(count).fill({ pick: 0, fate: 'done' });

test.each(Object.entries(PLOTS))(
  '%s: a crash or a loss at any one step leaves nothing held or lost',
  async (_, plot) => {
    const { steps, wrong, state } = await play(plot, done(200));
    expect({ wrong, state }).toEqual({ wrong: [], state: plot.ends });
    expect(steps).toBeGreaterThan(plot.leaves ? 10 : 30);
    for (const fate of ['not done', 'done unseen', 'crash'] as const) {
      for (let step = 0; step < steps; step += 1) {
        const played = await play(plot, [...done(step), { pick: 0, fate }, ...done(steps)]);
        expect({ fate, step, wrong: played.wrong }).toEqual({ fate, step, wrong: [] });
      }
    }
  },
);

test('an order consuming a hold while it expires: its stock is never given back from under it', async () => {
  const plot: Plot = { stock: enough, holds: 1, paymentMethod: 'tok_approve' };
  const states = new Set<string | undefined>();
  const property = fc.asyncProperty(
    fc.nat(40),
    fc.array(fc.constantFrom(0, -1, 1, 2), { minLength: 120, maxLength: 120 }),
    async (expiresAt, picks) => {
      const turns = picks.map((pick): Turn => ({ pick, fate: 'done' }));
      const { wrong, state } = await play({ ...plot, expiresAt }, turns);
      states.add(state);
      expect(wrong).toEqual([]);
      // There is just enough: what it does not get from its hold, it gets once that is given back.
      expect(['PAID', 'REJECTED']).toContain(state);
    },
  );
  await fc.assert(property, { seed, numRuns: 300, interruptAfterTimeLimit: 40_000 });
  expect(states).toContain('PAID');
});

test('with any crashes, lost or late messages, nothing stays on hold, and paid goods are sold', async () => {
  const fate = fc.oneof(
    { weight: 40, arbitrary: fc.constant<Fate>('done') },
    { weight: 1, arbitrary: fc.constantFrom<Fate>('not done', 'done unseen', 'crash') },
  );
  const turn = fc.record({ pick: fc.constantFrom(0, 0, -1, 1, 2), fate });
  const plot = fc.record({
    stock: fc.record({ MUG: fc.integer({ min: 1, max: 4 }), BOWL: fc.integer({ min: 0, max: 2 }) }),
    holds: fc.integer({ min: 1, max: 3 }),
    paymentMethod: fc.constantFrom('tok_approve', 'tok_decline'),
    expiresAt: fc.nat(60),
    leaves: fc.boolean(),
  });
  const property = fc.asyncProperty(plot, fc.array(turn, { maxLength: 200, size: 'max' }), async (story, turns) => {
    expect((await play(story, turns)).wrong).toEqual([]);
  });
  await fc.assert(property, { seed, numRuns: 300, interruptAfterTimeLimit: 40_000 });
});
