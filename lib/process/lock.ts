import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { StartError } from './start-error.ts';

/** A lock that was not renewed for this long belongs to a killed process. */
const STALE_LOCK_MS = 5000;
/** Attempts, half a second apart, until a stale lock is certainly free. */
const STALE_LOCK_RETRIES = (2 * STALE_LOCK_MS) / 500;

/**
 * Locks a folder for this process alone. After a crash of the holder the lock is free within `STALE_LOCK_MS`. A holder
 * that was paused for longer (a busy machine, a laptop asleep) takes its lock again, unless another process had it
 * meanwhile.
 * @param taken the error message when another process holds the lock, with advice
 * @param lost called when another process had the lock while this one was paused: it must stop
 * @returns a function that releases the lock
 * @throws {StartError} when another process holds the lock
 */
export async function lockFolder(folder: string, taken: string, lost: () => void): Promise<() => Promise<void>> {
  mkdirSync(folder, { recursive: true });
  const pidFile = join(folder, 'lock.pid');
  const retries = isAlive(holderPid(pidFile)) ? 0 : STALE_LOCK_RETRIES;
  // Pids repeat in containers.
  const mark = `${process.pid} ${randomUUID()}`;
  let release: () => Promise<void>;
  let isReleased = false;
  const acquire = async (retries: number) => {
    release = await lock(folder, {
      lockfilePath: join(folder, 'lock'),
      stale: STALE_LOCK_MS,
      update: STALE_LOCK_MS / 5,
      retries: { retries, factor: 1, minTimeout: 500, maxTimeout: 500 },
      onCompromised: () => void reacquire(),
    });
  };
  const reacquire = async () => {
    if (isReleased) return;
    const isTaken = await acquire(STALE_LOCK_RETRIES).then(
      () => true,
      () => false,
    );
    // A process that held the lock in between has written its own mark, even if it has ended since.
    if (!isTaken || readFileSync(pidFile, 'utf8') !== mark) lost();
  };
  try {
    await acquire(retries);
    writeFileSync(pidFile, mark);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
    throw new StartError(taken);
  }
  return () => {
    isReleased = true;
    return release();
  };
}

function holderPid(pidFile: string): number {
  try {
    return Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
  } catch {
    return 0;
  }
}

/** Our own pid in the file belongs to a predecessor: in a container, pids repeat. */
function isAlive(pid: number): boolean {
  if (!(pid > 0) || pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
