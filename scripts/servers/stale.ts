import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const EXIT_POLL_MS = 20;

/** The command line of a process; empty if it does not exist. */
function commandLine(pid: number): string {
  try {
    return process.platform === 'linux'
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      : execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

/** Whether process `pid` runs and has `marker` in its command line, as pids are reused. */
export function isRunning(pid: number, marker: string): boolean {
  return Number.isSafeInteger(pid) && pid > 0 && commandLine(pid).includes(marker);
}

/** Kills a process that a killed predecessor has left, and waits for its end. A process without `marker` is left alone. */
export async function killStale(pid: number, marker: string): Promise<void> {
  while (isRunning(pid, marker)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    await delay(EXIT_POLL_MS);
  }
}
