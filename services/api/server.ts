import { type Server, type ServerOptions, STATUS_CODES } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { errors } from '../../lib/errors.ts';
import { problemOf } from './problem.ts';
import { requestIdOf } from './request-id.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { isUploading } from './upload.ts';

/**
 * How many new connections may wait until the process takes them in, one in each round of its event loop. With
 * Node's own 511, a rush of more at a busy gateway has the rest cut by the system. Linux's net.core.somaxconn limits it.
 */
const BACKLOG = 4096;

/** @param reusePort lets several processes of one machine listen on the same port; the kernel spreads the connections */
export function setListenOptions(server: Server, reusePort: boolean): void {
  const listen = server.listen.bind(server) as (options: object, done?: () => void) => Server;
  server.listen = ((port: number, host: string, done?: () => void) =>
    listen({ port, host, reusePort, backlog: BACKLOG }, done)) as Server['listen'];
}

/**
 * Takes no more connections; resolves when there are none left. Those that are open stay: Node's own `close` for HTTP
 * ends the idle ones too, among them those whose first request is on its way.
 */
export const closePort = (server: Server): Promise<void> =>
  new Promise((resolve) => void NetServer.prototype.close.call(server, () => resolve()));

/** What a client may take its time with, in ms, and how much it may say before its body, in bytes. */
export const SERVER_OPTIONS: ServerOptions = {
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  // Both are looked at this often.
  connectionsCheckingInterval: 1000,
  // Longer than load balancers and clients keep an idle connection between two requests.
  keepAliveTimeout: 30_000,
  maxHeaderSize: 16 * 1024,
};

/** Answers what Node could not make a request of, and closes: what follows on that connection means nothing. */
export function refuseBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && isUploading(socket)) return;
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const requestId = requestIdOf(undefined);
  const { problem } = problemOf(problemOfParser(error.code), requestId);
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
    `X-Request-Id: ${requestId}`,
    ...SECURITY_HEADERS.map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function problemOfParser(code: string | undefined) {
  if (code === 'HPE_HEADER_OVERFLOW') return errors.headersTooLarge();
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return errors.requestTimeout();
  return errors.malformed('This is no HTTP request.');
}
