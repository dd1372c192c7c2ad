import { type IncomingMessage, ServerResponse } from 'node:http';

/** What of an answer is handed to its connection at a time. */
const PIECE_BYTES = 32 * 1024;

type Done = () => void;

/**
 * An answer that hands a large body to its connection piece by piece, as fast as the client takes it, so that a client
 * that does not read holds no copy of the body.
 */
export class PacedResponse<R extends IncomingMessage = IncomingMessage> extends ServerResponse<R> {
  #restBytes = 0;

  /** Bytes of the answer that neither the client nor the kernel has taken yet. */
  get unsentBytes(): number {
    return this.destroyed ? 0 : this.#restBytes + this.writableLength;
  }

  override end(body?: unknown, encoding?: BufferEncoding | Done, done?: Done): this {
    const isText = typeof body === 'string';
    const isLarge = (isText || Buffer.isBuffer(body)) && body.length > PIECE_BYTES;
    if (!isLarge || typeof encoding === 'function' || this.req.method === 'HEAD') {
      return super.end(body, encoding as BufferEncoding, done);
    }
    // A latin1 text has one byte for each character: it is cut as it is, and shared by all who are sent it.
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
