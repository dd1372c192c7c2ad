import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { errors } from '../../lib/errors.ts';
import type { Request } from './request.ts';

/** The answers that go on: each is sent for as long as it lasts and its client stays, and all can be ended at once. */
export class Streams {
  readonly #open = new Map<ServerResponse, Readable>();
  #ended = false;

  /** Answers with a stream, which is destroyed with the connection. @throws unavailable after `endAll` */
  send({ method, $ctx: { meta } }: Request, res: ServerResponse, stream: Readable): void {
    // A client that has gone meanwhile would never close.
    const isUnwanted = this.#ended || res.destroyed || method === 'HEAD';
    if (isUnwanted) stream.destroy();
    if (this.#ended) throw errors.unavailable('This gateway is stopping.');
    res.statusCode = meta.$statusCode ?? 200;
    res.setHeader('Content-Type', meta.$responseType ?? 'application/octet-stream');
    for (const [name, value] of Object.entries(meta.$responseHeaders ?? {})) res.setHeader(name, value);
    if (isUnwanted) return void res.end();
    this.#open.set(res, stream);
    res.once('close', () => {
      this.#open.delete(res);
      stream.destroy();
    });
    // Nothing else can tell the client, who has its status already.
    stream.once('error', () => res.destroy());
    stream.pipe(res);
  }

  /** Ends what is open, as if it were complete, with its connection: a client that comes back finds another gateway. */
  endAll(): void {
    this.#ended = true;
    for (const [res, stream] of this.#open) {
      const { socket } = res;
      stream.unpipe(res);
      res.end(() => socket?.end());
    }
  }
}
