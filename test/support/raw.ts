import { connect, type Socket } from 'node:net';

/** One connection on which anything can be sent, and what came back on it. */
export class RawConnection {
  readonly socket: Socket;
  #received = '';
  readonly #closed: Promise<void>;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname);
    this.socket.on('data', (chunk) => {
      this.#received += chunk.toString('latin1');
    });
    this.socket.on('error', () => {});
    this.#closed = new Promise((resolve) => this.socket.once('close', () => resolve()));
  }

  send(text: string): this {
    this.socket.write(text, 'latin1');
    return this;
  }

  /** All that came back so far. */
  get received(): string {
    return this.#received;
  }

  /** All that came back until the other side closed. */
  async untilClosed(): Promise<string> {
    await this.#closed;
    return this.#received;
  }
}

/** The parts of the only, or first, answer in what came back. */
export function parsed(received: string): { status: number; head: string; body: string } {
  const [head = '', body = ''] = received.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head: head.toLowerCase(), body };
}
