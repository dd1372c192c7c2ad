import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { StartError } from './config.ts';

/** A lock that its holder has not renewed for this long is of a process that was killed, in ms. */
const STALE = 5000;

/**
 * Makes this process the only one on a folder. After a crash of its holder the lock is free within `STALE`.
 * @param taken what to say and do when another process has it
 * @param lost called when another process has taken the lock, which can only be after we were paused for long: stop
 * @returns what gives it back
 * @throws {StartError} when another process has it
 */
export async function lockFolder(folder: string, taken: string, lost: () => void): Promise<() => Promise<void>> {
  mkdirSync(folder, { recursive: true });
  const pidFile = join(folder, 'lock.pid');
  const patience = isAlive(holder(pidFile)) ? 0 : (2 * STALE) / 500;
  try {
    const release = await lock(folder, {
      lockfilePath: join(folder, 'lock'),
      stale: STALE,
      update: STALE / 5,
      retries: { retries: patience, factor: 1, minTimeout: 500, maxTimeout: 500 },
      onCompromised: lost,
    });
    writeFileSync(pidFile, String(process.pid));
    return release;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
    throw new StartError(taken);
  }
}

function holder(pidFile: string): number {
  try {
    return Number(readFileSync(pidFile, 'utf8'));
  } catch {
    return 0;
  }
}

/** Our own pid in the file is that of a predecessor in a container, where pids repeat. */
function isAlive(pid: number): boolean {
  if (!(pid > 0) || pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
