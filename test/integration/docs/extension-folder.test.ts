import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { codeBlocks, ROOT } from '../../support/documents.ts';

const PAGE = 'docs/extending.md';
const WRONG_CALL = `
import type { Broker } from 'moleculer-shop/contract';
export const read = (broker: Broker) => broker.call('look.red', { id: 'rain' });
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shop-own-services-'));
  const [packageJson = '', tsconfig = ''] = codeBlocks(PAGE, 'json');
  await writeFile(join(folder, 'package.json'), packageJson);
  await writeFile(join(folder, 'tsconfig.json'), tsconfig);
  await cp(join(ROOT, 'examples/lookbook'), folder, { recursive: true });
  // As npm install does it for a dependency on a folder.
  await mkdir(join(folder, 'node_modules'));
  await symlink(ROOT, join(folder, 'node_modules/moleculer-shop'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs the compiler as the page says. @returns what it finds */
async function compile(): Promise<string> {
  const command = codeBlocks(PAGE, 'sh').find((block) => block.includes('/tsc '));
  const { stdout } = await promisify(execFile)('bash', ['-c', `${command}`], { cwd: folder }).catch((error) => error);
  return stdout;
}

test('a folder outside the project, as docs/extending.md describes it, is compiled against the shop', async () => {
  expect(await compile()).toBe('');
  await writeFile(join(folder, 'product/look/wrong.ts'), WRONG_CALL);
  expect(await compile()).toMatch(/^product\/look\/wrong\.ts\(3,\d+\): error /);
});
