import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Condition, Operators } from '../../../mixins/store/engine.ts';
import { narrowFilter } from '../../../mixins/store/narrow-filter.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
const VALUES = [0, 1, 2, 3, 4, 5];

const value = fc.constantFrom(...VALUES);
const operators: fc.Arbitrary<Operators> = fc
  .record(
    { $in: fc.array(value, { maxLength: 4 }), $gt: value, $gte: value, $lt: value, $lte: value },
    { requiredKeys: [] },
  )
  .filter((parts) => Object.keys(parts).length > 0);

/** What databases make of a condition on numbers. */
function matches(condition: Condition | undefined, of: number): boolean {
  if (condition === undefined) return true;
  if (typeof condition !== 'object' || condition instanceof Date) return condition === of;
  const { $in, $gt, $gte, $lt, $lte } = condition;
  return (
    ($in === undefined || $in.includes(of)) &&
    ($gt === undefined || of > Number($gt)) &&
    ($gte === undefined || of >= Number($gte)) &&
    ($lt === undefined || of < Number($lt)) &&
    ($lte === undefined || of <= Number($lte))
  );
}

test('a narrowed filter matches what both match, and leaves other fields as they are', () => {
  const check = fc.property(fc.oneof(value, operators), operators, (known, range) => {
    const both = narrowFilter({ rank: known, list: 'a' }, { rank: range });
    for (const of of VALUES) {
      expect([of, matches(both.rank, of)]).toEqual([of, matches(known, of) && matches(range, of)]);
    }
    expect(both.list).toBe('a');
  });
  fc.assert(check, { seed });
});

test('a field that the filter leaves open gets the range', () => {
  expect(narrowFilter({ list: 'a' }, { rank: { $gt: 1 } })).toEqual({ list: 'a', rank: { $gt: 1 } });
});
