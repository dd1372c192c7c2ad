import assert from 'node:assert/strict';
import { describe, test } from '@jest/globals';
import fc from 'fast-check';
import { BitSet } from '../../../../services/product/catalogue/search/bit-set.ts';
import { PostingList } from '../../../../services/product/catalogue/search/posting-list.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
/** Close together, so that they become a bit set, or far apart, so that they do not. */
const numbers = fc
  .constantFrom(200, 100_000)
  .chain((max) => fc.array(fc.nat({ max }), { maxLength: 200, size: 'max' }));
const membersOf = (set: { forEach(visit: (n: number) => void): void }) => {
  const found: number[] = [];
  set.forEach((n) => {
    found.push(n);
  });
  return found;
};
const sorted = (numbers: Iterable<number>) => [...numbers].sort((a, b) => a - b);
const bitsOf = (numbers: Iterable<number>) => {
  const set = new BitSet();
  for (const n of numbers) set.add(n);
  return set;
};

describe('postings', () => {
  test('are a set of numbers, few or many', () => {
    const check = fc.property(numbers, numbers, numbers, (added, removed, others) => {
      const [postings, model] = [new PostingList(), new Set<number>()];
      for (const n of added) postings.add(n);
      for (const n of added) model.add(n);
      for (const n of [...removed, ...added.slice(0, 20)]) {
        postings.delete(n);
        model.delete(n);
      }
      assert.deepEqual(membersOf(postings), sorted(model));
      assert.equal(postings.size, model.size);
      for (const n of [...added, ...removed]) assert.equal(postings.has(n), model.has(n));
      const set = bitsOf(others);
      assert.equal(postings.countIn(set), new Set(others.filter((n) => model.has(n))).size);
      postings.addTo(set);
      assert.deepEqual(membersOf(set), sorted(new Set([...others, ...model])));
    });
    fc.assert(check, { seed });
  });
});

describe('bit sets', () => {
  test('are united, intersected and counted as sets are', () => {
    const check = fc.property(numbers, numbers, (some, more) => {
      const [a, b] = [new Set(some), new Set(more)];
      const both = some.filter((n) => b.has(n));
      assert.deepEqual(membersOf(bitsOf(a).and(bitsOf(b))), sorted(new Set(both)));
      assert.deepEqual(membersOf(bitsOf(a).or(bitsOf(b))), sorted(new Set([...a, ...b])));
      assert.equal(bitsOf(a).countCommon(bitsOf(b)), new Set(both).size);
      assert.equal(bitsOf(a).size, a.size);
      const copy = bitsOf(a).copy();
      for (const n of b) copy.delete(n);
      assert.deepEqual(membersOf(copy), sorted([...a].filter((n) => !b.has(n))));
    });
    fc.assert(check, { seed });
  });
});
