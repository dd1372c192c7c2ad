import type { OrderStream, Timeline } from './order-stream.ts';

/** Polling without hints. */
const POLL_MS = 5000;

/**
 * Reads the timeline of one order for all streams that follow it, at each hint of a change, and by polling, as hints can
 * be lost.
 */
export class OrderWatch {
  readonly #look: (after: number) => Promise<Timeline>;
  readonly #streams = new Set<OrderStream>();
  readonly #timer: NodeJS.Timeout;
  #looking = false;
  #again = false;

  /** @param look the order's timeline after an entry */
  constructor(look: (after: number) => Promise<Timeline>, every = POLL_MS) {
    this.#look = look;
    this.#timer = setInterval(() => void this.hint(), every).unref();
  }

  add(stream: OrderStream): void {
    this.#streams.add(stream);
  }

  /** @returns whether it was the last one; then polling ends */
  remove(stream: OrderStream): boolean {
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return false;
    clearInterval(this.#timer);
    return true;
  }

  /** Reads now, or once more after a read under way, which may have been too early. */
  async hint(): Promise<void> {
    this.#again = true;
    if (this.#looking) return;
    this.#looking = true;
    while (this.#again && this.#streams.size > 0) {
      this.#again = false;
      const after = Math.min(...[...this.#streams].map((stream) => stream.after));
      // A failed read is repeated by the next poll.
      const timeline = await this.#look(after).catch(() => undefined);
      if (timeline) for (const stream of this.#streams) stream.tell(timeline);
    }
    this.#looking = false;
  }
}
