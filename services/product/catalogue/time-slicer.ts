import { setImmediate as rest } from 'node:timers/promises';

/** How long a request that comes meanwhile may have to wait. */
const SLICE_MS = 8;

/** Splits long work into slices, between which the process answers requests. Tasks that share a slicer share its slices. */
export class TimeSlicer {
  #began = performance.now();

  /** Whether the current slice is used up. */
  get isOver(): boolean {
    return performance.now() - this.#began > SLICE_MS;
  }

  /** Yields to the event loop, then begins a new slice. */
  async rest(): Promise<void> {
    await rest();
    this.#began = performance.now();
  }

  /** Runs `work` for each item, in slices. */
  async each<T>(items: Iterable<T>, work: (item: T) => void): Promise<void> {
    for (const item of items) {
      if (this.isOver) await this.rest();
      work(item);
    }
  }
}
