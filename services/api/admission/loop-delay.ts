import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 10;
/** How long a mean is used before the next one is taken, in ms. */
const WINDOW_MS = 250;

/**
 * How long an event waits for its turn in this process, by how much later than due its timers ran. It is the mean over time, not over the
 * rounds of the event loop: of one round of 200 ms and twenty of 10 ms, an event most likely meets the long one.
 */
export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #takenAt = performance.now();
  #meanMs = 0;

  constructor() {
    this.#histogram.enable();
  }

  meanMs(): number {
    const now = performance.now();
    if (now - this.#takenAt >= WINDOW_MS && this.#histogram.count > 0) {
      // The histogram has the time between two runs of its timer, in ns.
      const { mean, stddev } = this.#histogram;
      this.#meanMs = Math.max(0, (mean + stddev ** 2 / mean) / 1e6 - RESOLUTION_MS);
      this.#histogram.reset();
      this.#takenAt = now;
    }
    return this.#meanMs;
  }

  stop(): void {
    this.#histogram.disable();
  }
}
