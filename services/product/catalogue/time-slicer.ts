import { setImmediate as rest } from 'node:timers/promises';

/** A request that arrives during the work waits at most about this long. */
const SLICE_MS = 8;

/** Splits long work into slices, between which the process answers requests. Tasks that share a slicer share its slices. */
export class TimeSlicer {
  #startedAt = performance.now();

  /** Whether the current slice is used up. */
  get isOver(): boolean {
    return performance.now() - this.#startedAt > SLICE_MS;
  }

  /** Yields to the event loop, then begins a new slice. */
  async rest(): Promise<void> {
    await rest();
    this.#startedAt = performance.now();
  }

  /** Runs `work` for each item, in slices. */
  async each<T>(items: Iterable<T>, work: (item: T) => void): Promise<void> {
    for (const item of items) {
      if (this.isOver) await this.rest();
      work(item);
    }
  }
}
