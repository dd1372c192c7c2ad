import { setTimeout as sleep } from 'node:timers/promises';

/** Between the beginnings of two groups. */
const GROUP_INTERVAL_MS = 100;

type Sleep = (ms: number, signal: AbortSignal) => Promise<unknown>;
const sleepUntilAborted: Sleep = (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined);

/**
 * Lets tasks begin in groups, so that what they write and send leaves together: the first at once, those that come soon
 * after it at the next beginning.
 */
export class Pace {
  readonly #sleep: Sleep;
  #begins: Promise<void> | undefined;
  /** By the monotonic clock: the system's clock can be set back, which would be a pause of that length. */
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(sleep: Sleep = sleepUntilAborted) {
    this.#sleep = sleep;
  }

  /** Resolves when the next group begins, at the latest when `stopping` is aborted. */
  turn(stopping: AbortSignal): Promise<void> {
    this.#begins ??= this.#begin(stopping);
    return this.#begins;
  }

  async #begin(signal: AbortSignal): Promise<void> {
    await null; // those of this turn begin together
    const pauseMs = this.#lastAt + GROUP_INTERVAL_MS - performance.now();
    if (pauseMs > 0) await this.#sleep(pauseMs, signal);
    this.#lastAt = performance.now();
    this.#begins = undefined;
  }
}
