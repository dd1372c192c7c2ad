import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { errors } from '../../shared/problems.ts';
import type { Request } from './request.ts';
import type { Revocations } from './revocations.ts';

const EVENT_STREAM = 'text/event-stream';
/** With more, Node's timers fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

interface OpenStream {
  source: Readable;
  isEvents: boolean;
  sessionId: string | undefined;
}

/**
 * Sends streams as responses. A stream ends with its source, its connection or the session of its request; a stream of
 * events also with its access token, while the download of a file goes on.
 */
export class Streams {
  readonly #revocations: Revocations;
  readonly #open = new Map<ServerResponse, OpenStream>();
  #ended = false;

  constructor(revocations: Revocations) {
    this.#revocations = revocations;
    revocations.onEnd((sessions) => this.#endOf(new Set(sessions)));
  }

  /**
   * Answers with a stream, which is destroyed with the connection.
   * @throws unavailable after `endEvents`; invalid-token when the session has ended meanwhile
   */
  send({ method, identity, tokenExpiresAt, $ctx: { meta } }: Request, res: ServerResponse, source: Readable): void {
    const type = meta.$responseType ?? 'application/octet-stream';
    const stream = { source, isEvents: type === EVENT_STREAM, sessionId: identity?.sessionId };
    const isRevoked = stream.sessionId !== undefined && this.#revocations.has(stream.sessionId);
    // The response of a client that has disconnected meanwhile would never emit `close`.
    const isUnwanted = this.#ended || isRevoked || res.destroyed || method === 'HEAD';
    if (isUnwanted) source.destroy();
    if (this.#ended) throw errors.unavailable('This gateway is stopping.');
    if (isRevoked) throw errors.invalidToken();
    res.statusCode = meta.$statusCode ?? 200;
    res.setHeader('Content-Type', type);
    for (const [name, value] of Object.entries(meta.$responseHeaders ?? {})) res.setHeader(name, value);
    if (isUnwanted) return void res.end();
    this.#open.set(res, stream);
    const expiry =
      stream.isEvents && tokenExpiresAt !== undefined
        ? setTimeout(() => this.#end(res, stream), Math.min(tokenExpiresAt - Date.now(), MAX_TIMER_MS)).unref()
        : undefined;
    res.once('close', () => {
      clearTimeout(expiry);
      this.#open.delete(res);
      source.destroy();
    });
    // The client has the status already; a cut connection is the only way to tell it.
    source.once('error', () => res.destroy());
    source.pipe(res);
  }

  /** Ends the event streams, and refuses new streams: a client that connects again reaches another gateway. */
  endEvents(): void {
    this.#ended = true;
    for (const [res, stream] of this.#open) if (stream.isEvents) this.#end(res, stream);
  }

  /** Cuts the streams that are left. */
  cutAll(): void {
    for (const res of this.#open.keys()) res.destroy();
  }

  #endOf(sessions: ReadonlySet<string>): void {
    for (const [res, stream] of this.#open) {
      if (stream.sessionId !== undefined && sessions.has(stream.sessionId)) this.#end(res, stream);
    }
  }

  /** Ends an event stream with its connection. A file is cut, so that a part of it does not look complete. */
  #end(res: ServerResponse, { source, isEvents }: OpenStream): void {
    if (!isEvents) return void res.destroy();
    const { socket } = res;
    source.unpipe(res);
    // A client that does not read would never get the end.
    if (res.writableNeedDrain) return void res.destroy();
    res.end(() => socket?.end());
  }
}
