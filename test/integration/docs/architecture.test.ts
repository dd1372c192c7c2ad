import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { codeBlocks, ROOT } from '../../support/documents.ts';

const PAGE = 'docs/architecture.md';
/** What no copy of the project needs, or what it shares. */
const NOT_COPIED = ['.git', '.cache', 'node_modules', 'data', 'coverage'];

/** A bound for what hangs: the compiler, the linters and two runs of tests, which take 20 s on a quiet machine. */
const EXAMPLE_TIMEOUT_MS = 600_000;

let copy: string;
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'shop-example-'));
  await cp(ROOT, copy, { recursive: true, filter: (source) => !NOT_COPIED.includes(relative(ROOT, source)) });
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => rm(copy, { recursive: true, force: true }));

/** Writes a block's code into the file that its first line names. */
async function writeNewFile(block: string): Promise<void> {
  const [heading = '', ...code] = block.split('\n');
  const file = join(copy, heading.replace('// ', ''));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, code.join('\n'), { flag: 'wx' });
}

/** Inserts the lines of a block that begin with `+` behind the lines above them, each of which the file has once. */
async function insertLines(block: string): Promise<void> {
  const [path = '', ...changes] = block.trimEnd().split('\n');
  const lines = (await readFile(join(copy, path), 'utf8')).split('\n');
  let at = -1;
  for (const change of changes) {
    const text = change.slice(1);
    if (change.startsWith('+')) {
      at += 1;
      lines.splice(at, 0, text);
    } else {
      expect({ path, text, count: lines.filter((line) => line === text).length }).toMatchObject({ count: 1 });
      at = lines.indexOf(text);
    }
  }
  await writeFile(join(copy, path), lines.join('\n'));
}

/** Runs the commands of a block in the copy, with the servers that this test has. */
async function runCommands(block: string): Promise<void> {
  const { TEST_MONGO_URL, TEST_NATS_URL, TEST_NATS_SYSTEM_URL, JEST_WORKER_ID, NODE_OPTIONS, ...env } = process.env;
  const servers = {
    MONGO_URL: TEST_MONGO_URL,
    NATS_URL: TEST_NATS_URL,
    NATS_SYSTEM_URL: TEST_NATS_SYSTEM_URL,
  };
  const told = { cwd: copy, env: { ...env, ...servers }, maxBuffer: 2 ** 26 };
  await promisify(execFile)('bash', ['-ec', block], told).catch(({ stdout, stderr }) => {
    throw new Error(`the example of ${PAGE} is no longer true:\n${stdout}\n${stderr}`);
  });
}

test(
  'a new feature is written as docs/architecture.md says: it compiles, and its tests pass',
  async () => {
    const files = codeBlocks(PAGE, 'ts');
    const changes = codeBlocks(PAGE, 'diff');
    const [commands = ''] = codeBlocks(PAGE, 'sh');
    expect([files.length, changes.length, commands.split('\n').length]).toEqual([5, 3, 4]);
    for (const block of files) await writeNewFile(block);
    for (const block of changes) await insertLines(block);
    await runCommands(commands);
  },
  EXAMPLE_TIMEOUT_MS,
);
