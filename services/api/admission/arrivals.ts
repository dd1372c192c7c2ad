import { setImmediate as nextRound } from 'node:timers/promises';
import { type Clock, systemClock } from '../../../lib/admission/clock.ts';

/** How long new connections keep requests that were let in from beginning, in ms. */
const LONGEST_MS = 10;

/**
 * Tells when all that have arrived are seen. Node takes in few new connections in each round of its event loop (`Port`).
 * With rounds as long as the work in them, clients of a rush would wait for seconds until they are as much as refused;
 * so between two batches of work there are short rounds, for as long as they bring new connections.
 */
export class Arrivals {
  readonly #clock: Pick<Clock, 'now'>;
  #connections = 0;
  #current: Promise<void> | undefined;

  constructor(clock: Pick<Clock, 'now'> = systemClock) {
    this.#clock = clock;
  }

  /** To be called for each new connection. */
  connected(): void {
    this.#connections += 1;
  }

  /** Resolves in a later round: when one has brought no new connection, or after `LONGEST_MS`. */
  seen(): Promise<void> {
    this.#current ??= this.#awaitQuietRound().finally(() => {
      this.#current = undefined;
    });
    return this.#current;
  }

  async #awaitQuietRound(): Promise<void> {
    const latest = this.#clock.now() + LONGEST_MS;
    let before: number;
    do {
      before = this.#connections;
      await nextRound();
    } while (this.#connections > before && this.#clock.now() < latest);
  }
}
