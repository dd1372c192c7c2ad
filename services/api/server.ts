import type { Server } from 'node:http';

/** Lets several processes of one machine listen on the same port; the kernel spreads the connections. */
export function reusePort(server: Server): void {
  const listen = server.listen.bind(server) as (options: object, done?: () => void) => Server;
  server.listen = ((port: number, host: string, done?: () => void) =>
    listen({ port, host, reusePort: true }, done)) as Server['listen'];
}

/** A client that sends its request slower than this, in ms, is cut off. */
const SLOWEST_REQUEST = 10_000;
/** Longer than load balancers and clients keep an idle connection between two requests, in ms. */
const IDLE = 30_000;

export function limitTime(server: Server): void {
  server.headersTimeout = SLOWEST_REQUEST;
  server.requestTimeout = SLOWEST_REQUEST;
  server.keepAliveTimeout = IDLE;
}
