import type { Clock } from './clock.ts';

interface Waiter {
  leave(isCalled: boolean): void;
}

/** Those who wait, first in, first out; each for a limited time. */
export class WaitingLine {
  readonly #clock: Clock;
  readonly #longestMs: number;
  readonly #waiters = new Set<Waiter>();

  constructor(clock: Clock, longestMs: number) {
    this.#clock = clock;
    this.#longestMs = longestMs;
  }

  get length(): number {
    return this.#waiters.size;
  }

  /**
   * Waits in line. Resolves to true when called, and to false when the time is over or the client has gone.
   * @param onGone takes what is to be called when the client has gone
   */
  wait(onGone?: (act: () => void) => void): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        leave: (isCalled) => {
          if (!this.#waiters.delete(waiter)) return;
          cancel();
          resolve(isCalled);
        },
      };
      const cancel = this.#clock.after(this.#longestMs, () => waiter.leave(false));
      this.#waiters.add(waiter);
      onGone?.(() => waiter.leave(false));
    });
  }

  /** Calls the first one. @returns whether there was one */
  call(): boolean {
    const [first] = this.#waiters;
    first?.leave(true);
    return first !== undefined;
  }
}
