import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../lib/admission/clock.ts';

interface Timer {
  at: number;
  act: () => void;
}

/** Time that passes only when the test says so: from one timer to the next. */
export class SimulatedClock implements Clock {
  #now = 0;
  #timers: Timer[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, act: () => void): () => void {
    const timer = { at: this.#now + ms, act };
    const index = this.#timers.findIndex(({ at }) => at > timer.at);
    this.#timers.splice(index < 0 ? this.#timers.length : index, 0, timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** Resolves after so many ms of this clock. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Lets time pass until nothing waits for it any more, or until then. */
  async run(untilMs = Number.POSITIVE_INFINITY): Promise<void> {
    for (;;) {
      await setImmediate();
      const [next] = this.#timers;
      if (!next || next.at > untilMs) break;
      this.#timers.shift();
      this.#now = next.at;
      next.act();
    }
    if (untilMs < Number.POSITIVE_INFINITY) this.#now = untilMs;
  }
}
