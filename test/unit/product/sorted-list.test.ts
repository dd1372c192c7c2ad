import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SortedList } from '../../../services/product/sorted-list.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
const byNumber = (a: number, b: number) => a - b;
const listOf = (...items: number[]) => {
  const list = new SortedList<number>(byNumber);
  list.addAll(items);
  return list;
};

describe('a sorted list', () => {
  test('has its items in order, however they came', () => {
    const list = listOf(3, 1);
    list.add(2);
    list.addAll([5, 0]);
    expect([...list.after()]).toEqual([0, 1, 2, 3, 5]);
  });

  test('goes on after an item, or after where it would stand', () => {
    const list = listOf(1, 3, 5);
    expect([...list.after(3)]).toEqual([5]);
    expect([...list.after(2)]).toEqual([3, 5]);
    expect([...list.after(0)]).toEqual([1, 3, 5]);
    expect([...list.after(5)]).toEqual([]);
    expect([...listOf().after(1)]).toEqual([]);
  });

  test('loses what is removed, and nothing for what is not there', () => {
    const list = listOf(1, 3, 5);
    list.remove(3);
    list.remove(4);
    list.remove(9);
    expect([...list.after()]).toEqual([1, 5]);
  });

  test('is like an array that is sorted again after each step', () => {
    const number = fc.integer({ min: 0, max: 30 });
    const step = fc.record({ how: fc.constantFrom('add', 'addAll', 'remove'), number, more: fc.uniqueArray(number) });
    const check = fc.property(fc.array(step, { maxLength: 60 }), number, (steps, place) => {
      const list = listOf();
      let model: number[] = [];
      for (const { how, number, more } of steps) {
        const fresh = more.filter((n) => !model.includes(n));
        if (how === 'addAll') {
          list.addAll(fresh);
          model.push(...fresh);
        } else if (how === 'add' && !model.includes(number)) {
          list.add(number);
          model.push(number);
        } else if (how === 'remove') {
          list.remove(number);
          model = model.filter((n) => n !== number);
        }
        model.sort(byNumber);
        expect([...list.after()]).toEqual(model);
        expect([...list.after(place)]).toEqual(model.filter((n) => n > place));
      }
    });
    fc.assert(check, { seed });
  });
});
