import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { adopt, type Child } from '../../scripts/servers/child.ts';
import { eventually } from '../support/eventually.ts';

const SCRIPT = join(import.meta.dirname, '../../scripts/repl.ts');
const EXIT_GRACE_MS = 20_000;
/** Of moleculer-repl, which finds them by their files, and the shop's own. */
const COMMANDS = ['actions', 'audit', 'bench', 'breakers', 'call', 'decide', 'due', 'emit', 'events', 'info', 'load'];

const natsUrl = process.env.TEST_NATS_URL;
const withNats = natsUrl ? test : test.skip;
let folder: string;
let running: Child;
let write: (line: string) => void;
let output = '';

/** What the console says after `line`, from the first text that has all of `texts`. */
async function answerTo(line: string, ...texts: string[]): Promise<string> {
  const from = output.length;
  write(`${line}\n`);
  return eventually(
    async () => stripVTControlCharacters(output.slice(from)),
    (said) => texts.every((text) => said.includes(text)),
  );
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shop-repl-'));
  if (!natsUrl) return;
  const env = { PATH: process.env.PATH, HOME: folder, DATA_DIR: folder, NATS_URL: natsUrl, DATABASE_PREFIX: 'repl' };
  const child = spawn(process.execPath, [SCRIPT], { env, stdio: 'pipe' });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  write = (line) => child.stdin.write(line);
  running = await adopt(child, EXIT_GRACE_MS);
  await eventually(
    async () => output,
    (said) => said.includes('shop $'),
  );
});
afterAll(async () => {
  await running?.stop();
  rmSync(folder, { recursive: true, force: true });
});

withNats('the console has all commands of Moleculer and of the shop', async () => {
  await answerTo('help', ...COMMANDS.map((name) => `\n  ${name}`));
});

withNats('the console draws how much memory is used', async () => {
  expect(await answerTo('info', 'Heap', 'Broker information')).toMatch(
    /Memory +: \[\|+-*\] .* free\n.*Heap +: \[\|+-*\] /,
  );
});

withNats('the console lists nodes as a table', async () => {
  expect(await answerTo('nodes', 'Node ID', '(*)')).toContain('╔═');
});
