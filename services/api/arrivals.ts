import { setImmediate as nextRound } from 'node:timers/promises';

/** Rounds of the event loop for which new connections keep requests that were let in from beginning. */
const MAX_ROUNDS = 32;

/**
 * Tells when all that have arrived are seen. Node takes in one new connection in each round of its event loop. With
 * rounds as long as the work in them, clients of a rush would wait for seconds until they are as much as refused; so
 * between two batches of work there are short rounds, for as long as they bring new connections.
 */
export class Arrivals {
  #connections = 0;
  #current: Promise<void> | undefined;

  /** To be called for each new connection. */
  connected(): void {
    this.#connections += 1;
  }

  /** Resolves in a later round: when one has brought no new connection, or after `MAX_ROUNDS`. */
  seen(): Promise<void> {
    this.#current ??= this.#takeIn().finally(() => {
      this.#current = undefined;
    });
    return this.#current;
  }

  async #takeIn(): Promise<void> {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const before = this.#connections;
      await nextRound();
      if (this.#connections === before) return;
    }
  }
}
