import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PacedResponse } from '../../services/api/http/paced-response.ts';
import { type CutReason, Replies, SEND_LIMITS, type SendLimits } from '../../services/api/http/replies.ts';
import { eventually } from './eventually.ts';
import { RawConnection } from './raw.ts';

const MIB = 1024 ** 2;
/** More than the kernel takes for a client that does not read. */
export const BODY = Buffer.alloc(12 * MIB, 'x');

const open: (RawConnection | Server)[] = [];
/** To be called after each test. */
export function closeAll(): void {
  for (const one of open.splice(0)) {
    if (one instanceof RawConnection) one.socket.destroy();
    else one.close().closeAllConnections();
  }
}

export type Handle = (req: IncomingMessage, res: PacedResponse) => void | Promise<void>;
const sendBody: Handle = (_req, res) => void res.end(BODY);

export async function serve(handle: Handle = sendBody, limits: Partial<SendLimits> = {}) {
  const clock = { time: 0, now: () => clock.time };
  const cut: CutReason[] = [];
  const server = createServer({ ServerResponse: PacedResponse }, (req, res) =>
    replies.answer(req, res, async () => handle(req, res)),
  );
  const replies = new Replies(server, {
    limits: { ...SEND_LIMITS, ...limits },
    clock,
    // Tests say who they are.
    clientOf: ({ headers }) => String(headers['x-client'] ?? 'one'),
    onCut: (reason) => cut.push(reason),
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(server);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { replies, clock, cut, url };
}

export const get = (client = 'one', path = '/') => `GET ${path} HTTP/1.1\r\nHost: x\r\nX-Client: ${client}\r\n\r\n`;

/** A connection that sends so many requests at once and never reads. */
export function unread(url: string, requests: number, client = 'one'): RawConnection {
  const connection = new RawConnection(url);
  connection.socket.pause();
  connection.send(get(client).repeat(requests));
  open.push(connection);
  return connection;
}
const isGone = ({ socket }: RawConnection) => {
  // Only one who reads, or writes, hears of a reset.
  if (!socket.destroyed) socket.write('x');
  return socket.destroyed;
};
export const allGone = (connections: RawConnection[]) =>
  eventually(
    async () => connections.filter((one) => !isGone(one)).length,
    (left) => left === 0,
  );

/** A connection that reads. */
export function connectTo(url: string): RawConnection {
  const connection = new RawConnection(url);
  open.push(connection);
  return connection;
}
