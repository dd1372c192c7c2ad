import { once } from 'node:events';
import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';

/** New connections that may wait to be accepted. Node's default of 511 is too few for a rush; net.core.somaxconn limits it. */
const BACKLOG = 4096;
/**
 * Node accepts one connection per listening socket in each turn of its event loop. A busy gateway has turns of 10 ms and
 * more, so that a rush of new clients would wait for seconds before they are even refused. Linux spreads connections over
 * several sockets of a port (SO_REUSEPORT); other systems get one socket.
 */
const SOCKETS = process.platform === 'linux' ? 32 : 1;

/** The port of a gateway. */
export class Port {
  readonly #server: Server;
  readonly #isShared: boolean;
  readonly #others: NetServer[];

  /** @param isShared several processes of one machine listen on the same port */
  constructor(server: Server, isShared: boolean) {
    this.#server = server;
    this.#isShared = isShared;
    const options = { allowHalfOpen: true, noDelay: true };
    this.#others = Array.from(
      { length: SOCKETS - 1 },
      () => new NetServer(options, (socket) => void server.emit('connection', socket)),
    );
  }

  /** Listens with each socket, then calls `done`. The server emits an error, as from its own `listen`. */
  listen(wanted: number, host: string, done: () => void): void {
    const options = { host, reusePort: this.#isShared || SOCKETS > 1, backlog: BACKLOG };
    const server = this.#server;
    NetServer.prototype.listen.call(server, { ...options, port: wanted }, async () => {
      const { port } = server.address() as { port: number };
      const others = this.#others.map((other) => {
        other.listen({ ...options, port });
        return once(other, 'listening');
      });
      await Promise.all(others).then(
        () => done(),
        (error) => server.emit('error', error),
      );
    });
  }

  /**
   * Accepts no more connections; resolves when all are closed. Open ones stay: Node's own `close` for HTTP ends the idle ones
   * too, among them those whose first request is on its way.
   */
  async close(): Promise<void> {
    const servers = [this.#server, ...this.#others];
    const closed = servers.map(
      (server) => new Promise((resolve) => void NetServer.prototype.close.call(server, resolve)),
    );
    await Promise.all(closed);
  }
}
