import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { StartError } from './config.ts';

/** A lock that its holder has not renewed for this long is of a process that was killed, in ms. */
const STALE = 5000;
/** Tries, half a second apart, until a lock that nobody renews is free for certain. */
const RETRIES = (2 * STALE) / 500;

/**
 * Makes this process the only one on a folder. After a crash of its holder the lock is free within `STALE`. A holder that stood
 * still for longer than that, as on a busy machine or a laptop that slept, takes its lock again unless somebody had it meanwhile.
 * @param taken what to say and do when another process has it
 * @param lost called when another process has had the lock while we were paused: stop
 * @returns what gives it back
 * @throws {StartError} when another process has it
 */
export async function lockFolder(folder: string, taken: string, lost: () => void): Promise<() => Promise<void>> {
  mkdirSync(folder, { recursive: true });
  const pidFile = join(folder, 'lock.pid');
  const patience = isAlive(holder(pidFile)) ? 0 : RETRIES;
  // Pids repeat in containers.
  const mark = `${process.pid} ${randomUUID()}`;
  let release: () => Promise<void>;
  let isReleased = false;
  const take = async (retries: number) => {
    release = await lock(folder, {
      lockfilePath: join(folder, 'lock'),
      stale: STALE,
      update: STALE / 5,
      retries: { retries, factor: 1, minTimeout: 500, maxTimeout: 500 },
      onCompromised: () => void takeAgain(),
    });
  };
  const takeAgain = async () => {
    if (isReleased) return;
    const isTaken = await take(RETRIES).then(
      () => true,
      () => false,
    );
    // Whoever had it in between has left a mark of its own, also when it has gone since.
    if (!isTaken || readFileSync(pidFile, 'utf8') !== mark) lost();
  };
  try {
    await take(patience);
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

function holder(pidFile: string): number {
  try {
    return Number.parseInt(readFileSync(pidFile, 'utf8'), 10);
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
