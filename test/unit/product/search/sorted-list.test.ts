import assert from 'node:assert/strict';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SortedList } from '../../../../services/product/catalogue/search/sorted-list.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);

/** As ULIDs begin, and what no ULID has: the order has to be that of the texts all the same. */
const ID = fc.oneof(
  fc.stringMatching(/^prd_01J6[0-9A-HJKMNP-TV-Z]{0,8}$/),
  fc.stringMatching(/^prd_01J6EVWG9KZV[0-9A-Z]{1,3}$/),
  fc.stringMatching(/^(pr|prd_|q)[ -~]{0,2}$/),
  fc.stringMatching(/^prd_[ab!#1Z]{1,3}$/),
);
const before = (a: [number, string], b: [number, string]) => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);

describe('a sorted list', () => {
  const listOf = (...keys: number[]) => {
    const list = new SortedList((ordinal) => `prd_${ordinal}`, 4);
    for (const key of keys) list.add(key, key);
    return list;
  };

  test('has its items in the order of their keys, however they came', () => {
    expect([...listOf(3, 1, 2, 5, 0, 4, 6).from()]).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test('goes on after a place, whether there is one or not', () => {
    const after = (key: number) => [...listOf(1, 3, 5).from({ key, id: `prd_${key}` })];
    expect(after(3)).toEqual([5]);
    expect(after(2)).toEqual([3, 5]);
    expect(after(0)).toEqual([1, 3, 5]);
    expect(after(5)).toEqual([]);
    expect([...listOf().from({ key: 0, id: '' })]).toEqual([]);
  });

  test('loses a removed item, and nothing when the item is missing', () => {
    const list = listOf(1, 3, 5);
    for (const item of [3, 4, 9, 3]) list.remove(item, item);
    expect([...list.from()]).toEqual([1, 5]);
    expect(list.size).toBe(2);
  });

  test('is like an array that is sorted again after each step, by keys and then by ids', () => {
    const key = fc.integer({ min: -2, max: 2 });
    const step = fc.record({ adds: fc.boolean(), at: fc.nat({ max: 29 }) });
    const made = fc.record({
      ids: fc.uniqueArray(ID, { minLength: 30, maxLength: 30 }),
      keys: fc.array(key, { minLength: 30, maxLength: 30 }),
      steps: fc.array(step, { maxLength: 120, size: 'max' }),
      place: fc.record({ key, id: ID }),
    });
    const check = fc.property(made, ({ ids, keys, steps, place }) => {
      const entry = (n: number): [number, string] => [keys[n] ?? 0, ids[n] ?? ''];
      const list = new SortedList((n) => ids[n] ?? '', 4);
      let model: number[] = [];
      for (const { adds, at } of steps) {
        if (!adds) list.remove(at, entry(at)[0]);
        else if (!model.includes(at)) list.add(at, entry(at)[0]);
        model = [...model.filter((n) => n !== at), ...(adds ? [at] : [])];
        model.sort((a, b) => (before(entry(a), entry(b)) ? -1 : 1));
        assert.deepEqual([...list.from()], model);
        assert.deepEqual(
          [...list.from(place)],
          model.filter((n) => before([place.key, place.id], entry(n))),
        );
        assert.equal(list.size, model.length);
      }
    });
    fc.assert(check, { seed });
  });
});
