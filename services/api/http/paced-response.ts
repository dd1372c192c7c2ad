import { type IncomingMessage, ServerResponse } from 'node:http';

/** Bytes that are written to the connection at a time. */
const PIECE_BYTES = 32 * 1024;

type Done = () => void;

/**
 * A response that writes a large body to its connection piece by piece, as fast as the client reads it, so that no copy of
 * the body is held for a client that does not read.
 */
export class PacedResponse<R extends IncomingMessage = IncomingMessage> extends ServerResponse<R> {
  #restBytes = 0;

  /** Bytes of the response that neither the client nor the kernel has taken yet. */
  get unsentBytes(): number {
    return this.destroyed ? 0 : this.#restBytes + this.writableLength;
  }

  override end(body?: unknown, encoding?: BufferEncoding | Done, done?: Done): this {
    const isText = typeof body === 'string';
    const isLarge = (isText || Buffer.isBuffer(body)) && body.length > PIECE_BYTES;
    if (!isLarge || typeof encoding === 'function' || this.req.method === 'HEAD') {
      return super.end(body, encoding as BufferEncoding, done);
    }
    // A latin1 text has one byte for each character: it is sliced without a copy, and shared by all responses.
    if (isText && encoding === 'latin1') this.#sendPieces(body.length, (at) => body.slice(at, at + PIECE_BYTES), done);
    else {
      const bytes = isText ? Buffer.from(body, encoding) : body;
      this.#sendPieces(bytes.length, (at) => bytes.subarray(at, at + PIECE_BYTES), done);
    }
    return this;
  }

  #sendPieces(size: number, pieceAt: (at: number) => string | Buffer, done: Done | undefined): void {
    if (!this.headersSent && !this.hasHeader('Transfer-Encoding')) this.setHeader('Content-Length', size);
    let at = 0;
    const send = (): void => {
      for (let goesOn = true; goesOn; ) {
        const piece = pieceAt(at);
        at += PIECE_BYTES;
        this.#restBytes = Math.max(0, size - at);
        if (at >= size) return void super.end(piece, 'latin1', done);
        goesOn = this.write(piece, 'latin1');
      }
      this.once('drain', send);
    };
    send();
  }
}
