import { describe, expect, test } from '@jest/globals';
import { BrokenFile, type ImportRow } from '../../../services/product/import/format/row.ts';
import { importRows, type RowResult } from '../../../services/product/import/import-rows.ts';

/** The rows of a file, each with so many variants. */
async function* file(count: number, end?: Error, variants = 1): AsyncGenerator<ImportRow> {
  const all = Array.from({ length: variants }, (_, n) => ({ sku: `V-${n}` }));
  for (let line = 1; line <= count; line++) yield { line, input: { slug: `row-${line}`, variants: all } };
  if (end) throw end;
}

interface Call {
  first: string;
  again: boolean;
  finish(): void;
}

/** An import whose parts are taken in when the test says so. */
function importOf(rows: AsyncIterable<ImportRow>, work: { done?: number; again?: boolean; mostSaves?: number } = {}) {
  const { done = 0, again = false, mostSaves = Number.POSITIVE_INFINITY } = work;
  const calls: Call[] = [];
  const saved: number[][] = [];
  const end = importRows({
    rows,
    done,
    again,
    apply: (rows, again) =>
      new Promise((resolve) => {
        const finish = () => resolve(rows.map(() => ({ kind: 'created' as const })));
        calls.push({ first: String(rows[0]?.input.slug), again, finish });
      }),
    async save(results: readonly RowResult[]) {
      saved.push([results[0]?.line ?? 0, results.at(-1)?.line ?? 0]);
      return saved.length < mostSaves;
    },
  });
  return { calls, saved, end };
}

/** Until nothing more happens by itself. */
const settled = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};
const finishAll = async (calls: Call[]) => {
  for (let at = 0; at < calls.length; at++) {
    calls[at]?.finish();
    await settled();
  }
};

describe('runImport', () => {
  test('given a later batch that is through before an earlier one, then they are kept in the order of the file', async () => {
    const { calls, saved, end } = importOf(file(2000));
    await settled();
    expect(calls.map(({ first }) => first)).toEqual(['row-1', 'row-501', 'row-1001', 'row-1501']);
    for (const { finish } of calls.slice(2)) finish();
    await settled();
    expect(saved).toEqual([]);
    for (const { finish } of calls.slice(0, 2)) finish();
    expect(await end).toBe(true);
    expect(saved).toEqual([
      [1, 1000],
      [1001, 2000],
    ]);
  });

  test('given a long file, then no more than two batches are under way', async () => {
    const { calls, end } = importOf(file(10_000));
    await settled();
    expect(calls).toHaveLength(4);
    await finishAll(calls);
    expect(await end).toBe(true);
    expect(calls).toHaveLength(20);
  });

  test('given products of many variants, then fewer of them are in memory, and the same when it is gone on with', async () => {
    for (const done of [0, 20]) {
      const { calls, saved, end } = importOf(file(100, undefined, 200), { done });
      await settled();
      expect(calls.map(({ first }) => first)).toEqual([1, 11, 21, 31].map((n) => `row-${n + done}`));
      await finishAll(calls);
      expect(await end).toBe(true);
      expect(saved[0]).toEqual([done + 1, done + 20]);
    }
  });

  test('given an owner that died, then the rows of two batches may have been imported already', async () => {
    const { calls, end } = importOf(file(4500), { done: 500, again: true });
    await settled();
    await finishAll(calls);
    expect(await end).toBe(true);
    expect(calls.map(({ first, again }) => [first, again])).toEqual([
      ...['row-501', 'row-1001', 'row-1501', 'row-2001'].map((first) => [first, true]),
      ...['row-2501', 'row-3001', 'row-3501', 'row-4001'].map((first) => [first, false]),
    ]);
  });

  test('given it is told to stop, then batches under way are saved, and none is begun', async () => {
    const { calls, saved, end } = importOf(file(10_000), { mostSaves: 1 });
    await settled();
    await finishAll(calls);
    expect(await end).toBe(false);
    expect(saved).toEqual([
      [1, 1000],
      [1001, 2000],
    ]);
    expect(calls).toHaveLength(4);
  });

  test('given a file that breaks off, then what came before is kept, and the reason told', async () => {
    const { calls, saved, end } = importOf(file(700, new BrokenFile('It breaks off.')));
    const told = expect(end).rejects.toThrow('It breaks off.');
    await settled();
    await finishAll(calls);
    await told;
    expect(saved).toEqual([[1, 700]]);
  });
});
