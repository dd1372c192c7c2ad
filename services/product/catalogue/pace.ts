import { setImmediate as rest } from 'node:timers/promises';

/** Of the event loop's time in one go, in ms: whoever asks for something meanwhile is not to wait for longer. */
const SLICE = 8;

/** Long work in slices, between which the process answers requests; of all that share a pace together. */
export class Pace {
  #began = performance.now();

  /** Whether the slice has been used up. */
  get isOver(): boolean {
    return performance.now() - this.#began > SLICE;
  }

  /** Lets the process answer requests, and begins a new slice. */
  async rest(): Promise<void> {
    await rest();
    this.#began = performance.now();
  }

  /** Does something with each of many things, however long that takes. */
  async each<T>(things: Iterable<T>, work: (thing: T) => void): Promise<void> {
    for (const thing of things) {
      if (this.isOver) await this.rest();
      work(thing);
    }
  }
}
