import { describe, expect, test } from '@jest/globals';
import { chunksOf, mapConcurrently } from '../../../lib/process/concurrency.ts';

describe('chunksOf', () => {
  test.each([
    [[], []],
    [[1, 2], [[1, 2]]],
    [
      [1, 2, 3, 4, 5],
      [[1, 2], [3, 4], [5]],
    ],
  ])('splits %j into parts of at most two, in order', (items, chunks) => {
    expect([...chunksOf(items, 2)]).toEqual(chunks);
  });
});

describe('mapConcurrently', () => {
  /** Work that ends when the test says so. */
  const controlled = () => {
    const begun: number[] = [];
    const ends = new Map<number, { resolve: (value: string) => void; reject: (error: Error) => void }>();
    const work = (item: number) => {
      begun.push(item);
      return new Promise<string>((resolve, reject) => ends.set(item, { resolve, reject }));
    };
    return { begun, ends, work };
  };
  const settled = async () => {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  };

  test('runs at most as many at a time as it may, and keeps the order of the items', async () => {
    const { begun, ends, work } = controlled();
    const results = mapConcurrently([1, 2, 3], 2, work);
    await settled();
    expect(begun).toEqual([1, 2]);
    ends.get(2)?.resolve('two');
    await settled();
    expect(begun).toEqual([1, 2, 3]);
    ends.get(3)?.resolve('three');
    ends.get(1)?.resolve('one');
    expect(await results).toEqual(['one', 'two', 'three']);
  });

  test('throws the first error, and begins no further item', async () => {
    const { begun, ends, work } = controlled();
    const results = mapConcurrently([1, 2, 3], 2, work);
    const rejected = expect(results).rejects.toThrow('no');
    await settled();
    ends.get(1)?.reject(new Error('no'));
    await rejected;
    ends.get(2)?.resolve('two');
    await settled();
    expect(begun).toEqual([1, 2]);
  });
});
