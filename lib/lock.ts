import { mkdirSync } from 'node:fs';
import lockfile from 'proper-lockfile';
import { StartError } from './config.ts';

/** A lock whose holder has not touched it for this long is dead, in ms. */
const STALE = 5000;

/**
 * Makes this process the only one on a data folder, until it ends. After a crash the lock is free within `STALE`.
 * @param lost called when another process has taken the lock although we live: stop at once
 * @throws {StartError} when another process has it
 */
export async function lockFolder(dataDir: string, lost: (error: Error) => void): Promise<() => Promise<void>> {
  mkdirSync(dataDir, { recursive: true });
  try {
    return await lockfile.lock(dataDir, {
      lockfilePath: `${dataDir}/lock`,
      stale: STALE,
      update: STALE / 5,
      retries: { retries: 12, factor: 1, minTimeout: 500, maxTimeout: 500 },
      onCompromised: lost,
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
    throw new StartError(
      `another process uses the data in ${dataDir}: stop it, set another DATA_DIR, or set NATS_URL and MONGO_URL to run several`,
    );
  }
}
