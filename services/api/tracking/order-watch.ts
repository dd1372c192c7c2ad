import type { OrderStream, Timeline } from './order-stream.ts';

/** Between two looks at an order of which no hint came, in ms. */
const LOOK = 5000;

/**
 * Looks at one order for all streams that follow it: once for all of them, however many there are, at each hint that
 * something has happened, and by itself because hints can be lost.
 */
export class OrderWatch {
  readonly #look: (after: number) => Promise<Timeline>;
  readonly #streams = new Set<OrderStream>();
  readonly #timer: NodeJS.Timeout;
  #looking = false;
  #again = false;

  /** @param look the order's timeline after an entry */
  constructor(look: (after: number) => Promise<Timeline>, every = LOOK) {
    this.#look = look;
    this.#timer = setInterval(() => void this.hint(), every).unref();
  }

  add(stream: OrderStream): void {
    this.#streams.add(stream);
  }

  /** Says whether nobody is left, and then looks no more. */
  remove(stream: OrderStream): boolean {
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return false;
    clearInterval(this.#timer);
    return true;
  }

  /** Something may have happened: looks now, or once more after the look that is under way, which may be too early. */
  async hint(): Promise<void> {
    this.#again = true;
    if (this.#looking) return;
    this.#looking = true;
    while (this.#again && this.#streams.size > 0) {
      this.#again = false;
      const after = Math.min(...[...this.#streams].map((stream) => stream.after));
      // What cannot be asked now is asked again soon.
      const timeline = await this.#look(after).catch(() => undefined);
      if (timeline) for (const stream of this.#streams) stream.tell(timeline);
    }
    this.#looking = false;
  }
}
