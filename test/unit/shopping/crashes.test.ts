import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import type { TestToken } from '../../../services/shopping/payment/providers/sandbox/sandbox-tokens.ts';
import type { Fate } from '../../support/model-cluster.ts';
import { type Meanwhile, ModelShop, type Story } from '../../support/shopping-model.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);
/** Shrinking a story can take minutes; what it has come to by then is told. */
const options = { seed, interruptAfterTimeLimit: 40_000, endOnFailure: process.env.FC_FIRST === 'true' };

const START = Date.parse('2026-03-01T10:00:00Z');
const some = fc.integer({ min: 1, max: 3 });
const lines = fc.oneof(fc.record({ MUG: some }), fc.record({ MUG: some, BOWL: some }));
const tabs = weighted([3, 1], [1, 2], [1, 3]);
const method = weighted<TestToken | undefined>(
  [4, undefined],
  [1, 'tok_refund_refused'],
  [1, 'tok_challenge'],
  [1, 'tok_redirect'],
);
const buyer = fc
  .record({ wants: lines, broke: fc.boolean(), sent: fc.integer({ min: 1, max: 2 }), tabs, method })
  .map(({ method, ...one }) => ({ ...one, ...(method ? { method } : {}) }));
const stock = fc.record({ MUG: fc.nat(5), BOWL: fc.nat(5) });
const forgetful = weighted([20, null], [1, 'MUG'], [1, 'BOWL']);
const pick = fc.oneof(fc.constantFrom(0, -1), fc.integer({ min: -12, max: 11 }));

function weighted<const V>(...choices: [number, V][]) {
  return fc.oneof(...choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));
}

const stories = (fates: [number, Fate][], meanwhile: [number, Meanwhile][]): fc.Arbitrary<Story> => {
  const turn = fc.record({ pick, fate: weighted(...fates), meanwhile: weighted(...meanwhile) });
  const turns = fc.array(turn, { maxLength: 300, size: 'max' });
  return fc.record({ stock, forgetful, buyers: fc.array(buyer, { minLength: 1, maxLength: 4 }), turns });
};

/** What was against the books, and what failed on the way. */
async function told(story: Story) {
  jest.setSystemTime(START);
  const shop = new ModelShop(story);
  await shop.play();
  return { wrong: [...shop.wrong], failures: shop.failures };
}

beforeAll(() => {
  const faked: Parameters<typeof jest.useFakeTimers>[0] = {
    doNotFake: [
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
      'setTimeout',
      'clearTimeout',
    ],
  };
  jest.useFakeTimers(faked);
});
afterAll(() => {
  jest.useRealTimers();
});

test('with any crashes, lost or late messages and two workers at once, the data is consistent and every order is settled', async () => {
  const fates: [number, Fate][] = [
    [80, 'done'],
    [1, 'not done'],
    [1, 'done unseen'],
    [1, 'crash'],
  ];
  const meanwhile: [number, Meanwhile][] = [
    [60, 'nothing'],
    [4, 'recover'],
    [2, 'freeze'],
    [1, 'ask again'],
    [1, 'add to cart'],
    [1, 'minutes pass'],
    [3, 'pay again'],
    [3, 'answer the challenge'],
  ];
  const property = fc.asyncProperty(stories(fates, meanwhile), async (story) => {
    expect((await told(story)).wrong).toEqual([]);
  });
  await fc.assert(property, { ...options, numRuns: Number(process.env.FC_RUNS ?? 1000) });
});

test('two workers that drive the same orders at once never make each other fail', async () => {
  const meanwhile: [number, Meanwhile][] = [
    [20, 'nothing'],
    [2, 'recover'],
    [1, 'ask again'],
    [1, 'pay again'],
    [1, 'answer the challenge'],
  ];
  const property = fc.asyncProperty(stories([[1, 'done']], meanwhile), async (story) => {
    expect(await told(story)).toEqual({ wrong: [], failures: [] });
  });
  await fc.assert(property, { ...options, numRuns: 200 });
});
