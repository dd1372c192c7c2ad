import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SortedList } from '../../../../services/product/search/sorted-list.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
const byNumber = (a: number, b: number) => a - b;
const listOf = (...items: number[]) => {
  const list = new SortedList<number>(byNumber, 4);
  for (const item of items) list.add(item);
  return list;
};

describe('a sorted list', () => {
  test('has its items in order, however they came', () => {
    expect([...listOf(3, 1, 2, 5, 0, 4, 6).from()]).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test('goes on after an item, or after where it would stand', () => {
    const after = (place: number) => [...listOf(1, 3, 5).from((item) => item <= place)];
    expect(after(3)).toEqual([5]);
    expect(after(2)).toEqual([3, 5]);
    expect(after(0)).toEqual([1, 3, 5]);
    expect(after(5)).toEqual([]);
    expect([...listOf().from(() => true)]).toEqual([]);
  });

  test('loses what is removed, and nothing for what is not there', () => {
    const list = listOf(1, 3, 5);
    for (const item of [3, 4, 9, 3]) list.remove(item);
    expect([...list.from()]).toEqual([1, 5]);
    expect(list.size).toBe(2);
  });

  test('is like an array that is sorted again after each step', () => {
    const number = fc.integer({ min: 0, max: 60 });
    const step = fc.record({ adds: fc.boolean(), number });
    const check = fc.property(fc.array(step, { maxLength: 120, size: 'max' }), number, (steps, place) => {
      const list = listOf();
      let model: number[] = [];
      for (const { adds, number } of steps) {
        if (!adds) list.remove(number);
        else if (!model.includes(number)) list.add(number);
        model = [...model.filter((n) => n !== number), ...(adds ? [number] : [])].sort(byNumber);
        expect([...list.from()]).toEqual(model);
        expect([...list.from((n) => n <= place)]).toEqual(model.filter((n) => n > place));
        expect(list.size).toBe(model.length);
      }
    });
    fc.assert(check, { seed });
  });
});
