import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { protocolErrors } from '../contract/errors.ts';
import { MAX_PART_BYTES } from './message-limit.ts';

/** How long a stream waits for its reader, in ms. */
const PATIENCE = 60_000;

/** A part of a stream, in base64; `end`: there is no more. */
export interface Part {
  data: string;
  end: boolean;
}

interface Offer {
  parts: AsyncIterator<Buffer>;
  stream: Readable;
  /** What was read and is more than a part. */
  rest: Buffer;
  askedAt: number;
  /** Given up when its reader is not heard of. */
  expires: boolean;
}

const EMPTY = Buffer.alloc(0);

/**
 * Streams of this process that other nodes read part by part, each part when they ask for it: so a slow reader slows
 * its source down, and whichever of the two goes, the other knows. (Moleculer's own streams are sent as fast as they
 * come, and wait in the reader's memory.)
 */
export class Relay {
  readonly #offers = new Map<string, Offer>();
  readonly #partBytes: () => number;

  /** @param partBytes how many bytes a part may have now, as the transporter's limit may change */
  constructor(partBytes: () => number = () => MAX_PART_BYTES) {
    this.#partBytes = partBytes;
  }

  /** @returns the id that it is read by */
  offer(stream: Readable, { expires }: { expires: boolean }): string {
    const id = randomUUID();
    stream.on('error', () => {}); // its reader is told, when there is one
    const parts: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
    this.#offers.set(id, { parts, stream, rest: EMPTY, askedAt: Date.now(), expires });
    return id;
  }

  /** @throws unavailable when it is no longer there, and what the stream ends with */
  async read(id: string): Promise<Part> {
    const offer = this.#offers.get(id);
    if (!offer) throw protocolErrors.unavailable('This stream is no longer there.');
    offer.askedAt = Number.POSITIVE_INFINITY;
    try {
      if (offer.rest.length === 0) {
        const { value, done } = await offer.parts.next();
        if (done) this.#offers.delete(id);
        if (done) return { data: '', end: true };
        offer.rest = Buffer.from(value);
      }
    } catch (error) {
      this.close(id);
      throw error;
    }
    const size = this.#partBytes();
    const data = offer.rest.subarray(0, size);
    offer.rest = offer.rest.subarray(size);
    offer.askedAt = Date.now();
    return { data: data.toString('base64'), end: false };
  }

  /** Nobody will read it any more. */
  close(id: string): void {
    this.#offers.get(id)?.stream.destroy();
    this.#offers.delete(id);
  }

  /** Gives up what nobody has asked for in a long time. */
  expire(now = Date.now()): void {
    for (const [id, { askedAt, expires }] of this.#offers) {
      if (expires && now - askedAt > PATIENCE) this.close(id);
    }
  }

  get size(): number {
    return this.#offers.size;
  }
}

/** The stream that another node offers, read as it is used. `close` is called when it is left before its end. */
export function pulled(read: () => Promise<Part>, close: () => void): Readable {
  let ended = false;
  const stream = new Readable({
    highWaterMark: MAX_PART_BYTES,
    read() {
      read().then(
        ({ data, end }) => {
          ended = end;
          this.push(end ? null : Buffer.from(data, 'base64'));
        },
        (error: Error) => {
          ended = true;
          this.destroy(error);
        },
      );
    },
    destroy(error, done) {
      if (!ended) close();
      done(error);
    },
  });
  // Whoever uses it later finds the error; until then it is no reason to end the process.
  return stream.on('error', () => {});
}
