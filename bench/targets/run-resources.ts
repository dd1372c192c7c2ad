import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The processes of a run and their data folder, which are removed when the run ends, fails or is interrupted. */
export class RunResources {
  readonly folder = mkdtempSync(join(tmpdir(), 'shop-bench-'));
  readonly #started: Promise<{ stop(): Promise<unknown> }>[] = [];
  #cleared: Promise<void> | undefined;

  /** Registers a process while it still starts, so that an interrupt leaves nothing running. */
  use<T extends { stop(): Promise<unknown> }>(starting: Promise<T>): Promise<T> {
    this.#started.push(starting);
    return starting;
  }

  clear(): Promise<void> {
    this.#cleared ??= this.#clear();
    return this.#cleared;
  }

  async #clear(): Promise<void> {
    const ends = this.#started.map(async (starting) => {
      const started = await starting.catch(() => undefined); // its caller handles the error
      await started?.stop();
    });
    const failed = (await Promise.allSettled(ends)).find((end) => end.status === 'rejected');
    rmSync(this.folder, { recursive: true, force: true });
    if (failed) throw failed.reason;
  }
}
