import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** The command line of a process; empty when there is none. */
function commandLine(pid: number): string {
  try {
    return process.platform === 'linux'
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      : execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

/** Whether process `pid` lives and is the one that was meant: its command line holds `marker`. */
export function isRunning(pid: number, marker: string): boolean {
  return Number.isSafeInteger(pid) && pid > 0 && commandLine(pid).includes(marker);
}

/** Kills what a killed predecessor left behind, unless the number belongs to another process by now. */
export async function endStale(pid: number, marker: string): Promise<void> {
  while (isRunning(pid, marker)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    await delay(20);
  }
}
