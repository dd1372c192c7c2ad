import type { Clock } from './clock.ts';

interface Waiter {
  leave(isAdmitted: boolean): void;
}

/** A queue, first in, first out, in which each waits for a limited time. */
export class WaitingQueue {
  readonly #clock: Clock;
  readonly #maxWaitMs: number;
  readonly #waiters = new Set<Waiter>();

  constructor(clock: Clock, maxWaitMs: number) {
    this.#clock = clock;
    this.#maxWaitMs = maxWaitMs;
  }

  get length(): number {
    return this.#waiters.size;
  }

  /**
   * Resolves to true when admitted, and to false after `maxWaitMs` or when the client has gone.
   * @param onGone registers a callback for the disconnect of the client
   */
  wait(onGone?: (act: () => void) => void): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter: Waiter = {
        leave: (isAdmitted) => {
          if (!this.#waiters.delete(waiter)) return;
          cancel();
          resolve(isAdmitted);
        },
      };
      const cancel = this.#clock.after(this.#maxWaitMs, () => waiter.leave(false));
      this.#waiters.add(waiter);
      onGone?.(() => waiter.leave(false));
    });
  }

  /** Admits the first in the queue. @returns whether there was one */
  admitFirst(): boolean {
    const [first] = this.#waiters;
    first?.leave(true);
    return first !== undefined;
  }
}
