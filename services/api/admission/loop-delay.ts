import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 10;
/** A mean is used for this long. */
const WINDOW_MS = 250;

/**
 * The delay of an event in this process, measured by how late timers run. It is the mean over time, not over the turns of the
 * event loop: of one turn of 200 ms and twenty of 10 ms, an event meets the long one as often as all others.
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
