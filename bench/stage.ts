import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Whatever this run has started, and the folder of its data: all of it goes when the run ends, however it ends. */
export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), 'shop-bench-'));
  readonly #started: Promise<{ stop(): Promise<unknown> }>[] = [];
  #cleared: Promise<void> | undefined;

  /** Given while it starts, so that an interrupt in between leaves nothing running. */
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
      const thing = await starting.catch(() => undefined); // whoever started it was told why it failed
      await thing?.stop();
    });
    const failed = (await Promise.allSettled(ends)).find((end) => end.status === 'rejected');
    rmSync(this.folder, { recursive: true, force: true });
    if (failed) throw failed.reason;
  }
}
