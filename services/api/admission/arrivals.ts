import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, systemClock } from '../../../lib/admission/clock.ts';

/** Longest time that new connections delay admitted requests. */
const MAX_DELAY_MS = 10;

/**
 * Tells when all new connections are accepted. Node accepts few of them in each turn of its event loop (`Port`). With turns
 * as long as the work in them, clients of a rush would wait for seconds before they are even refused; so between two
 * batches of work there are short turns, for as long as they bring new connections.
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

  /** Resolves in a later turn: when one has brought no new connection, or after `MAX_DELAY_MS`. */
  seen(): Promise<void> {
    this.#current ??= this.#awaitQuietTurn().finally(() => {
      this.#current = undefined;
    });
    return this.#current;
  }

  async #awaitQuietTurn(): Promise<void> {
    const latest = this.#clock.now() + MAX_DELAY_MS;
    let before: number;
    do {
      before = this.#connections;
      await nextTurn();
    } while (this.#connections > before && this.#clock.now() < latest);
  }
}
