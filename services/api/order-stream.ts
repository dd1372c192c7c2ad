import { Readable } from 'node:stream';
import type { Result } from '../../lib/contract.ts';

export type Timeline = Result<'order.timeline'>;

/** Between two looks at an order of which no hint came, in ms. */
const LOOK = 5000;
/** Proxies end a connection on which nothing is said for long. */
const HEARTBEAT = 15_000;

interface Options {
  /** The timeline after an entry. */
  look(after: number): Promise<Timeline>;
  /** The first look, which also has told that the order may be seen. */
  first: Timeline;
  /** The last entry that the client has. */
  after: number;
  closed(): void;
}

/**
 * An order's timeline as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): each
 * entry once, in order, with its number as the event's id. Hints make it look at once; since they can be lost it also
 * looks by itself. Ends after the last entry of an order to which nothing more will happen.
 */
export class OrderStream extends Readable {
  readonly #options: Options;
  readonly #timers: NodeJS.Timeout[];
  #after: number;
  #looking = false;
  #again = false;

  constructor(options: Options) {
    super({ read() {} });
    this.#options = options;
    this.#after = options.after;
    this.#timers = [
      setInterval(() => void this.hint(), LOOK).unref(),
      setInterval(() => this.push(': still here\n\n'), HEARTBEAT).unref(),
    ];
    this.push('retry: 1000\n\n');
    this.#tell(options.first);
  }

  /** Something may have happened. */
  async hint(): Promise<void> {
    this.#again = true;
    if (this.#looking) return;
    this.#looking = true;
    while (this.#again && !this.destroyed) {
      this.#again = false;
      // What cannot be asked now is asked again soon.
      const timeline = await this.#options.look(this.#after).catch(() => undefined);
      if (timeline && !this.destroyed) this.#tell(timeline);
    }
    this.#looking = false;
  }

  /** Ends it for now: a client comes back by itself, with the last number it has. */
  end(): void {
    this.#stop();
    this.push(null);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#stop();
    this.#options.closed();
    done(error);
  }

  #tell({ events, final }: Timeline): void {
    for (const entry of events) {
      if (entry.id <= this.#after) continue;
      this.#after = entry.id;
      this.push(`id: ${entry.id}\nevent: ${entry.event}\ndata: ${JSON.stringify(entry)}\n\n`);
    }
    if (final) this.end();
  }

  #stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }
}
