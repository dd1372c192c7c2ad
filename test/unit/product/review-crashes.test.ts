import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import type { Fate } from '../../support/model-cluster.ts';
import { type Asked, ModelReviews, type Turn } from '../../support/review-model.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);
/** Shrinking a story can take minutes; what it has come to by then is told. */
const options = { seed, interruptAfterTimeLimit: 40_000, endOnFailure: process.env.FC_FIRST === 'true' };

const START = Date.parse('2026-03-01T10:00:00Z');

interface Sort {
  what: readonly Asked['what'][];
  customers: number;
  /** How many of 60 steps are requests or recoveries of overdue work. */
  asks: number;
  recoveries: number;
  fates: readonly [number, Fate][];
}

const constant = <V>(weight: number, value: V) => ({ weight, arbitrary: fc.constant(value) });
const pick = fc.oneof(fc.constantFrom(0, -1), fc.integer({ min: -12, max: 11 }));

function stories({ what, customers, asks, recoveries, fates }: Sort): fc.Arbitrary<Turn[]> {
  const asked: fc.Arbitrary<Asked> = fc.record({
    what: fc.constantFrom(...what),
    customer: fc.nat(customers - 1),
    // Most of one product, so that they meet.
    product: fc.oneof(constant(9, 0), constant(1, 1)),
    stars: fc.integer({ min: 1, max: 5 }),
  });
  const turn = fc.record({
    pick,
    fate: fc.oneof(...fates.map(([weight, fate]) => constant(weight, fate))),
    meanwhile: fc.oneof(
      constant(60, 'nothing' as const),
      { weight: asks, arbitrary: asked },
      constant(recoveries, 'recover' as const),
      constant(1, 'freeze' as const),
      constant(1, 'minutes pass' as const),
    ),
  });
  return fc.array(turn, { maxLength: 400, size: 'max' });
}

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

/** Every star and every vote is counted at rest, and there are some in these stories. */
async function holdsFor(sort: Sort, numRuns: number): Promise<void> {
  let counted = 0;
  const property = fc.asyncProperty(stories(sort), async (turns) => {
    const { wrong, counted: some } = await told(turns);
    counted += some;
    expect(wrong).toEqual([]);
  });
  await fc.assert(property, { ...options, numRuns: Number(process.env.FC_RUNS ?? numRuns) });
  expect(counted).toBeGreaterThan(0);
}

test('after crashes, lost and late messages and concurrent workers: at rest every star and every vote is counted', () => {
  const what = ['put', 'put', 'approve', 'approve', 'approve', 'reject', 'withdraw', 'vote', 'vote', 'unvote'] as const;
  const fates = [
    [60, 'done'],
    [1, 'not done'],
    [1, 'done unseen'],
    [1, 'crash'],
  ] as const;
  return holdsFor({ what, customers: 3, asks: 12, recoveries: 3, fates: fates.map(([n, fate]) => [n, fate]) }, 500);
});

test('two nodes that count the same review at once, while its status goes back and forth, count it once', () => {
  const what = ['put', 'approve', 'approve', 'reject', 'reject'] as const;
  return holdsFor({ what, customers: 1, asks: 15, recoveries: 8, fates: [[1, 'done']] }, 300);
});

test('votes for a review that is withdrawn at the same time go with it', () => {
  const what = ['put', 'approve', 'approve', 'withdraw', 'vote', 'vote'] as const;
  return holdsFor({ what, customers: 2, asks: 15, recoveries: 8, fates: [[1, 'done']] }, 300);
});
