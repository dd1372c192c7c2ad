// The bare server, a separate process: it answers from memory with the pages that its parent has sent.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request line without the protocol, such as `GET /v1/products`, and the body of its answer. */
export type Page = readonly [request: string, body: string];

const pages = new Map<string, Buffer>();

const server = createServer((request, response) => {
  const body = pages.get(`${request.method} ${request.url}`);
  const answer = () => {
    if (!body) return void response.writeHead(404, { 'Content-Length': 0 }).end();
    const headers = { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': body.length };
    response.writeHead(200, headers).end(body);
  };
  if (request.method === 'GET') answer();
  else request.resume().once('end', answer);
});

process.on('message', (more: readonly Page[]) => {
  for (const [request, body] of more) pages.set(request, Buffer.from(body));
  process.send?.('taken');
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
