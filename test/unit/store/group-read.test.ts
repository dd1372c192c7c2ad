import { expect, test } from '@jest/globals';
import { GroupRead } from '../../../mixins/store/group-read.ts';
import type { Versioned } from '../../../mixins/store/patch.ts';

const turn = () => new Promise(setImmediate);

test('what comes while a query is under way leaves with the next one, and nothing is read before it was asked for', async () => {
  const queries: { ids: string[]; end(found: Versioned[]): void }[] = [];
  const group = new GroupRead(['_id'], ({ _id }) => {
    const ids = typeof _id === 'string' ? [_id] : [...((_id as { $in: string[] }).$in ?? [])];
    return new Promise((resolve) => queries.push({ ids, end: resolve }));
  });
  const read = (id: string) => group.read([id]);
  const first = read('a');
  while (queries.length < 1) await turn();
  const later = [read('a'), read('c'), read('c')];
  queries[0]?.end([{ _id: 'a', rev: 1 }]);
  expect(await first).toEqual({ _id: 'a', rev: 1 });
  while (queries.length < 2) await turn();
  queries[1]?.end([{ _id: 'a', rev: 2 }]);
  expect(await Promise.all(later)).toEqual([{ _id: 'a', rev: 2 }, null, null]);
  expect(queries.map(({ ids }) => ids)).toEqual([['a'], ['a', 'c']]);
});

test('a failed query lets the next ones go', async () => {
  let isBroken = true;
  const group = new GroupRead(['_id'], async () => {
    if (isBroken) throw new Error('away');
    return [{ _id: 'a', rev: 0 }];
  });
  await Promise.all([1, 2, 3].map(() => expect(group.read(['a'])).rejects.toThrow('away')));
  isBroken = false;
  expect(await group.read(['a'])).toEqual({ _id: 'a', rev: 0 });
});
