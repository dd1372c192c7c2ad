import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';

const HOLDER = join(import.meta.dirname, '../../support/lock-holder.ts');

let folder: string;
let children: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shop-lock-'));
  children = [];
});
afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

/** A process that wants the lock. */
function holder() {
  const child = spawn(process.execPath, [HOLDER, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  const said = (word: string) =>
    eventually(
      async () => text,
      (is) => is.includes(word),
    );
  const firstWord = () =>
    eventually(
      async () => text.split('\n')[0] ?? '',
      (word) => word !== '',
    );
  return { child, said, firstWord };
}
/** When it was last renewed. */
const renewedAt = () => statSync(join(folder, 'lock')).mtimeMs;
const untilStale = () =>
  eventually(
    async () => Date.now() - renewedAt(),
    (age) => age > 6000,
  );

describe('the lock of a folder', () => {
  test('is of one process, and is free once that has given it back', async () => {
    const first = holder();
    await first.said('held');
    expect(await holder().firstWord()).toBe('refused');
    first.child.kill('SIGTERM');
    await once(first.child, 'exit');
    expect(await holder().firstWord()).toBe('held');
  });

  test('stays with a process that stood still for long, when nobody had it meanwhile', async () => {
    const first = holder();
    await first.said('held');
    first.child.kill('SIGSTOP');
    await untilStale();
    first.child.kill('SIGCONT');
    const since = Date.now();
    await eventually(
      async () => renewedAt(),
      (at) => at > since,
    );
    expect(await holder().firstWord()).toBe('refused');
    expect(first.child.exitCode).toBeNull();
    first.child.kill('SIGTERM');
    expect(await once(first.child, 'exit')).toEqual([0, null]);
  });

  test.each([
    ['has it', false],
    ['had it, and has gone', true],
  ])('is lost to a process that %s while its holder stood still', async (_what, hasGone) => {
    const first = holder();
    await first.said('held');
    first.child.kill('SIGSTOP');
    await untilStale();
    const second = holder();
    await second.said('held');
    if (hasGone) {
      second.child.kill('SIGTERM');
      await once(second.child, 'exit');
    }
    first.child.kill('SIGCONT');
    await first.said('lost');
  });
});
