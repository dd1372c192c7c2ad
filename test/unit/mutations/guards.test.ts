import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { MUTATIONS } from '../../mutations/guards.ts';
import { type Mutation, withoutGuard } from '../../mutations/mutation.ts';

const ROOT = join(import.meta.dirname, '../../..');
const read = (file: string) => readFile(join(ROOT, file), 'utf8');
const guard = (find: string): Mutation => ({ file: 'stock.ts', find, replace: '$&', tests: [], red: /I1/ });

test.each(Object.entries(MUTATIONS))('%s: the file has the guard, and the tests are there', async (_, mutation) => {
  const source = await read(mutation.file);
  expect(withoutGuard(source, mutation)).not.toBe(source);
  expect(mutation.tests).not.toEqual([]);
  await Promise.all(mutation.tests.map(read));
});

test('a guard that its file does not have, or has twice, is an error', () => {
  const source = 'check(a); check(b);';
  expect(withoutGuard(source, guard('check(a)'))).toBe('$&; check(b);');
  expect(() => withoutGuard(source, guard('check(c)'))).toThrow(
    'stock.ts has the guard 0 times instead of once: check(c)',
  );
  expect(() => withoutGuard(source, guard('check('))).toThrow('stock.ts has the guard 2 times instead of once: check(');
});
