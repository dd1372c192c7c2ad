import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy that can lose its connections: what a network does to two processes that talk over it. */
export class Link {
  readonly port: number;
  readonly #pairs = new Set<Socket>();
  readonly #server: ReturnType<typeof createServer>;
  #open = true;
  #trap: string | undefined;

  private constructor(server: ReturnType<typeof createServer>, target: number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (client) => {
      if (!this.#open) return void client.destroy();
      const upstream = connect(target, '127.0.0.1');
      for (const socket of [client, upstream]) {
        socket.setNoDelay(true);
        this.#pairs.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.#pairs.delete(socket);
          (socket === client ? upstream : client).destroy();
        });
      }
      client.on('data', (chunk) => {
        if (this.#trap !== undefined && chunk.includes(this.#trap)) this.cut();
      });
      client.pipe(upstream).pipe(client);
    });
  }

  /** To a port of 127.0.0.1. */
  static async to(target: number): Promise<Link> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Link(server, target);
  }

  /** Breaks every connection, and refuses new ones until `restore`. */
  cut(): void {
    this.#open = false;
    for (const socket of this.#pairs) socket.destroy();
  }

  /** Breaks all as soon as a client sends something that has this in it. */
  cutAt(text: string): void {
    this.#trap = text;
  }

  restore(): void {
    this.#trap = undefined;
    this.#open = true;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}
