import { setTimeout as sleep } from 'node:timers/promises';

/** Between the beginnings of two groups. */
const GROUP_INTERVAL_MS = 100;

/**
 * Lets tasks begin in groups, so that what they write and send leaves together: the first at once, those that come soon
 * after it at the next beginning.
 */
export class Pace {
  readonly #intervalMs: number;
  #begins: Promise<void> | undefined;
  #lastAt = 0;

  constructor(intervalMs = GROUP_INTERVAL_MS) {
    this.#intervalMs = intervalMs;
  }

  /** Resolves when the next group begins, at the latest when `stopping` is aborted. */
  turn(stopping: AbortSignal): Promise<void> {
    this.#begins ??= this.#begin(stopping);
    return this.#begins;
  }

  async #begin(signal: AbortSignal): Promise<void> {
    const pauseMs = this.#lastAt + this.#intervalMs - Date.now();
    if (pauseMs > 0) await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    this.#lastAt = Date.now();
    this.#begins = undefined;
  }
}
