import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

/** The reduced run; `npm run chaos` is the full one. A failure prints its seed, and the command that repeats it. */
test('at least 200 orders under at least 20 faults: the auditor, the ledger and what customers were told agree', async () => {
  const args = [join(import.meta.dirname, 'run.ts'), '--orders', '200', '--faults', '20', '--shoppers', '10'];
  const seed = process.env.CHAOS_SEED;
  const child = spawn(process.execPath, [...args, ...(seed ? ['--seed', seed] : [])]);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`chaos ended with ${code}:\n${output.stdout}${output.stderr}`);
  // What else is printed may have objects in it; the report stands at the end.
  const report = JSON.parse(output.stdout.slice(`\n${output.stdout}`.lastIndexOf('\n{\n')));
  expect(report.wrong).toEqual([]);
  expect(report.orders).toBeGreaterThanOrEqual(200);
  const { missed = 0, ...faults } = report.faults as Record<string, number>;
  expect(Object.values(faults).reduce((a, b) => a + b, missed)).toBe(20);
  // Every kind of fault befell somebody.
  expect(Object.keys(faults).sort()).toEqual(['cut-mongo', 'cut-nats', 'freeze', 'kill', 'kill-mongo', 'kill-nats']);
}, 300_000);
