import { Readable } from 'node:stream';
import type { Result } from '../../../lib/contract/contract.ts';

export type Timeline = Result<'order.timeline'>;

/** Shorter than proxies keep an idle connection. */
const HEARTBEAT_MS = 15_000;

/**
 * An order's timeline as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): each
 * entry once, in order, with its number as the event's id. Ends after the last entry of an order to which nothing more
 * will happen.
 */
export class OrderStream extends Readable {
  readonly #heartbeat: NodeJS.Timeout;
  #after: number;
  /** Set with the final entry; nothing may be pushed after it, also while a slow client still reads. */
  #isOver = false;

  /** @param after the last entry that the client has */
  constructor(after: number, heartbeat = HEARTBEAT_MS) {
    super({ read() {} });
    this.#after = after;
    this.#heartbeat = setInterval(() => this.#beat(), heartbeat).unref();
    this.push('retry: 1000\n\n');
  }

  /** The last entry that was sent. */
  get after(): number {
    return this.#after;
  }

  tell({ events, final }: Timeline): void {
    if (this.#isOver) return;
    for (const entry of events) {
      if (entry.id <= this.#after) continue;
      this.#after = entry.id;
      this.push(`id: ${entry.id}\nevent: ${entry.event}\ndata: ${JSON.stringify(entry)}\n\n`);
    }
    if (!final) return;
    this.#isOver = true;
    this.push(null);
  }

  /** Skipped for a client that does not read, whose buffer must not grow for ever. */
  #beat(): void {
    if (this.readableLength === 0 && !this.#isOver) this.push(': still here\n\n');
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearInterval(this.#heartbeat);
    done(error);
  }
}
