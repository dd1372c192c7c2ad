import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { PROBLEMS } from '../../../services/shared/problem-codes.ts';

test('docs/problems.md names every problem, with its status', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../docs/problems.md'), 'utf8');
  const documented = [...page.matchAll(/^\| `\/problems\/([\w-]+)` \| (\d+) \|/gm)].map(([, code, status]) => [
    code,
    Number(status),
  ]);
  const declared = Object.entries(PROBLEMS).map(([code, { status }]) => [code, status]);
  expect(documented.sort()).toEqual(declared.sort());
});
