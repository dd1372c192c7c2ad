import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** A mail as the server was given it. */
export interface Received {
  to: string;
  /** Header and body. */
  data: string;
}

/** As much of an SMTP server (RFC 5321) as a client needs to hand over a mail. */
export class SmtpServer {
  readonly received: Received[] = [];
  /** How many recipients it still refuses, with a 451. */
  refusing = 0;
  /** Ends each connection at once. */
  dropping = false;
  /** How many there were. */
  connections = 0;
  /** Pause before each answer, in ms. */
  delay = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => {
    this.connections += 1;
    if (this.dropping) return void socket.destroy();
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => socket.destroy());
    this.#talk(socket).catch(() => socket.destroy());
  });

  static async start(): Promise<SmtpServer> {
    const server = new SmtpServer();
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The Message-IDs it was given, with doubles. */
  get messageIds(): string[] {
    return this.received.map(({ data }) => headerOf(data, 'Message-ID'));
  }

  async stop(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    if (this.#server.listening) await once(this.#server, 'close');
  }

  async #talk(socket: Socket): Promise<void> {
    const say = async (answer: string) => {
      if (this.delay > 0) await sleep(this.delay);
      socket.write(`${answer}\r\n`);
    };
    let to = '';
    let data: string[] | undefined;
    await say('220 test');
    for await (const line of createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (data && line !== '.') data.push(line.replace(/^\./, ''));
      else if (data) {
        this.received.push({ to, data: data.join('\n') });
        data = undefined;
        await say('250 taken');
      } else if (/^RCPT/i.test(line) && this.refusing > 0) {
        this.refusing -= 1;
        await say('451 not now');
      } else if (/^DATA/i.test(line)) {
        data = [];
        await say('354 go on');
      } else {
        to = /^RCPT TO:<(.*?)>/i.exec(line)?.[1] ?? to;
        await say('250 ok');
      }
    }
  }
}

/** A header of a mail; '' when it has none. */
export function headerOf(mail: string, name: string): string {
  const [head = ''] = mail.split('\n\n', 1);
  const unfolded = head.replaceAll(/\n[ \t]+/g, ' ');
  return new RegExp(`^${name}: (.*)$`, 'im').exec(unfolded)?.[1] ?? '';
}

/** A mail's quoted-printable parts as they are read (RFC 2045 §6.7). */
export function readable(mail: string): string {
  const bytes = mail
    .replaceAll(/=\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
