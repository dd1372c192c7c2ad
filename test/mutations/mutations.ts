import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { MUTATIONS } from './guards.ts';
import { withoutGuard } from './mutation.ts';

const ROOT = join(import.meta.dirname, '../..');

/** Runs tests in a process of their own, with one guard broken. Resolves to how it ended and what it printed. */
async function run(mutation: string, tests: readonly string[]) {
  const args = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
  // One failure is enough, and it need not be the smallest.
  const seeded = { FC_SEED: '1', FC_RUNS: '3000', FC_FIRST: 'true' };
  // The servers are there already.
  const { TEST_MONGO_URL = '', TEST_NATS_URL = '', TEST_NATS_SYSTEM_URL = '' } = process.env;
  const servers = { MONGO_URL: TEST_MONGO_URL, NATS_URL: TEST_NATS_URL, NATS_SYSTEM_URL: TEST_NATS_SYSTEM_URL };
  const env = { ...process.env, ...seeded, ...servers, MUTATION: mutation };
  const options = ['--config', 'test/mutations/mutated.config.mjs', '--bail'];
  const child = spawn(process.execPath, [...args, ...options, ...tests], { cwd: ROOT, env });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

test.each(Object.entries(MUTATIONS))(
  '%s: the checker turns red',
  async (name, mutation) => {
    const { file, tests, red } = mutation;
    withoutGuard(await readFile(join(ROOT, file), 'utf8'), mutation);
    const { code, output } = await run(name, tests);
    expect(output).toMatch(red);
    expect(code).toBe(1);
  },
  120_000,
);
