import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import type { Fate } from '../../support/model-cluster.ts';
import { type Asked, ModelReviews, type Turn } from '../../support/review-model.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);
/** Shrinking a story can take minutes; what it has come to by then is told. */
const options = { seed, interruptAfterTimeLimit: 40_000, endOnFailure: process.env.FC_FIRST === 'true' };

const START = Date.parse('2026-03-01T10:00:00Z');

const asked: fc.Arbitrary<Asked> = fc.record({
  what: fc.constantFrom('put', 'put', 'approve', 'approve', 'approve', 'reject', 'withdraw', 'vote', 'vote', 'unvote'),
  customer: fc.nat(2),
  // Most of one product, so that they meet.
  product: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) }),
  stars: fc.integer({ min: 1, max: 5 }),
});
const constant = <V>(weight: number, value: V) => ({ weight, arbitrary: fc.constant(value) });
const pick = fc.oneof(fc.constantFrom(0, -1), fc.integer({ min: -12, max: 11 }));

const stories = (fates: [number, Fate][]): fc.Arbitrary<Turn[]> =>
  fc.array(
    fc.record({
      pick,
      fate: fc.oneof(...fates.map(([weight, fate]) => constant(weight, fate))),
      meanwhile: fc.oneof(
        constant(60, 'nothing' as const),
        { weight: 12, arbitrary: asked },
        constant(3, 'recover' as const),
        constant(1, 'freeze' as const),
        constant(1, 'minutes pass' as const),
      ),
    }),
    { maxLength: 400, size: 'max' },
  );

async function told(turns: Turn[]) {
  jest.setSystemTime(START);
  const reviews = new ModelReviews(turns);
  await reviews.play();
  return { wrong: [...reviews.wrong], counted: reviews.counted };
}

beforeAll(() => {
  jest.useFakeTimers({
    doNotFake: [
      ...(['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const),
      ...(['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] as const),
    ],
  });
});
afterAll(() => {
  jest.useRealTimers();
});

test('whatever crashes, is lost, comes late or is done by two at once: at rest every star and every vote is counted', async () => {
  const fates: [number, Fate][] = [
    [60, 'done'],
    [1, 'not done'],
    [1, 'done unseen'],
    [1, 'crash'],
  ];
  let counted = 0;
  const property = fc.asyncProperty(stories(fates), async (turns) => {
    const { wrong, counted: some } = await told(turns);
    counted += some;
    expect(wrong).toEqual([]);
  });
  await fc.assert(property, { ...options, numRuns: Number(process.env.FC_RUNS ?? 500) });
  expect(counted).toBeGreaterThan(0);
});
