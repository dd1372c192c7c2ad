import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { protocolErrors } from '../contract/errors.ts';
import { MAX_PART_BYTES } from './message-limit.ts';

/** A stream without a read for this long is closed. */
const READER_TIMEOUT_MS = 60_000;

/** A part of a stream in base64; `end` is set after the last part. */
export interface StreamPart {
  data: string;
  end: boolean;
}

interface Offer {
  parts: AsyncIterator<Buffer>;
  stream: Readable;
  /** Bytes read from the source beyond the last part. */
  rest: Buffer;
  askedAt: number;
  /** Whether the stream is closed when its reader does not ask. */
  expires: boolean;
}

const EMPTY_BUFFER = Buffer.alloc(0);

/**
 * Streams of this process that other nodes pull part by part. Pulling gives back-pressure: a slow reader slows its source
 * down. Each side notices when the other one is gone. (Moleculer's own streams have no back-pressure: they are sent at
 * once and buffered in the memory of the reader.)
 */
export class StreamRelay {
  readonly #offers = new Map<string, Offer>();
  readonly #partBytes: () => number;

  /** @param partBytes current size limit of a part; the transporter's limit may change */
  constructor(partBytes: () => number = () => MAX_PART_BYTES) {
    this.#partBytes = partBytes;
  }

  /** @returns the id for `read` */
  offer(stream: Readable, { expires }: { expires: boolean }): string {
    const id = randomUUID();
    stream.on('error', () => {}); // `read` throws it to the reader
    const parts: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
    this.#offers.set(id, { parts, stream, rest: EMPTY_BUFFER, askedAt: Date.now(), expires });
    return id;
  }

  /** @throws unavailable for an unknown or closed stream, and the error of the stream */
  async read(id: string): Promise<StreamPart> {
    const offer = this.#offers.get(id);
    if (!offer) throw protocolErrors.unavailable('This stream does not exist any more.');
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

  close(id: string): void {
    this.#offers.get(id)?.stream.destroy();
    this.#offers.delete(id);
  }

  /** Closes streams whose reader has not asked for `READER_TIMEOUT_MS`. */
  expire(now = Date.now()): void {
    for (const [id, { askedAt, expires }] of this.#offers) {
      if (expires && now - askedAt > READER_TIMEOUT_MS) this.close(id);
    }
  }

  get size(): number {
    return this.#offers.size;
  }
}

/** A local stream over the parts of a remote one, read on demand. @param close called if it is destroyed before its end */
export function pullStream(read: () => Promise<StreamPart>, close: () => void): Readable {
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
  // Without a listener, an early error would end the process. A later consumer still receives it.
  return stream.on('error', () => {});
}
