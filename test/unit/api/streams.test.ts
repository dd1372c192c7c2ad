import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, request as open, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, type Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Request } from '../../../services/api/http/request.ts';
import { Revocations } from '../../../services/api/http/revocations.ts';
import { Streams } from '../../../services/api/http/streams.ts';
import { eventually } from '../../support/eventually.ts';

let server: Server;
let agent: Agent;
let streams: Streams;
let sent: PassThrough[];
let refused: unknown[];
/** Before a stream is sent; for a client that leaves meanwhile. */
let before: () => Promise<void>;
/** What the gateway knows of the client, and what it sends. */
let client: Partial<Request>;
let type: string;
let revocations: Revocations;

beforeEach(async () => {
  revocations = new Revocations();
  [streams, sent, refused, before] = [new Streams(revocations), [], [], async () => undefined];
  [client, type] = [{}, 'text/event-stream'];
  server = createServer(async (req, res) => {
    const stream = new PassThrough();
    sent.push(stream);
    stream.write('begun\n');
    await before();
    const meta = { $responseType: type, $responseHeaders: { 'X-Extra': 'yes' } };
    try {
      streams.send(Object.assign(req, client, { $ctx: { meta } }) as unknown as Request, res, stream);
    } catch (error) {
      refused.push(error);
      res.statusCode = 503;
      res.end();
    }
  });
  server.keepAliveTimeout = 60_000; // so that no connection ends by itself
  agent = new Agent({ keepAlive: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  agent.destroy();
  server.closeAllConnections();
  server.close();
});

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
const is = (ask: () => boolean) => eventually(async () => ask(), Boolean);
const follow = async () => {
  const [response] = (await once(get(url(), { agent }), 'response')) as [IncomingMessage];
  response.setEncoding('utf8').on('error', () => undefined);
  return response;
};

test('a stream is sent as it comes, with the type and the headers of its action', async () => {
  const response = await follow();
  expect(response.statusCode).toBe(200);
  expect(response.headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-extra': 'yes' });
  let text = '';
  response.on('data', (part) => {
    text += part;
  });
  await is(() => text === 'begun\n');
  sent[0]?.end('over');
  await once(response, 'end');
  expect(text).toBe('begun\nover');
});

test('is destroyed when its client goes', async () => {
  const response = await follow();
  response.destroy();
  await is(() => sent[0]?.destroyed === true);
});

test('is destroyed when its client has gone before it came', async () => {
  let go = () => {};
  before = () =>
    new Promise((resolve) => {
      go = resolve;
    });
  const request = get(url()).on('error', () => undefined);
  await is(() => sent.length === 1);
  request.destroy();
  await eventually(
    () => new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count))),
    (count) => count === 0,
  );
  go();
  await is(() => sent[0]?.destroyed === true);
});

test('is never sent to a HEAD', async () => {
  const request = open(url(), { method: 'HEAD' });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  expect(response.headers['content-type']).toBe('text/event-stream');
  await is(() => sent[0]?.destroyed === true);
});

test('one that fails cuts its connection', async () => {
  const response = await follow();
  const failed = once(response, 'error');
  response.resume();
  (sent[0] as Readable).destroy(new Error('lost'));
  await failed;
});

test('all can be ended at once, as if complete, with their connections; a later one is refused', async () => {
  const responses = await Promise.all([follow(), follow(), follow()]);
  const sockets = responses.map(({ socket }) => socket);
  const ends = responses.map((response) => once(response.resume(), 'end'));
  streams.endEvents();
  await Promise.all(ends);
  expect(responses.every(({ complete }) => complete)).toBe(true);
  await is(() => sent.every(({ destroyed }) => destroyed));
  await is(() => sockets.every(({ destroyed }) => destroyed));
  expect((await follow()).statusCode).toBe(503);
  expect(refused).toMatchObject([{ type: 'unavailable' }]);
  expect(sent.at(-1)?.destroyed).toBe(true);
});

const ADA = { id: 'cus_ada', sessionId: 'ses_1', role: 'customer' } as const;

test('one whose session ends is ended at once, as if complete; those of other sessions go on', async () => {
  client = { identity: ADA };
  const mine = await follow();
  client = { identity: { ...ADA, sessionId: 'ses_2' } };
  const other = await follow();
  const end = once(mine.resume(), 'end');
  revocations.add(['ses_1']);
  await end;
  expect(mine.complete).toBe(true);
  await is(() => sent[0]?.destroyed === true);
  expect(sent[1]?.destroyed).toBe(false);
  other.destroy();
});

test('one whose session ended while it was made is refused', async () => {
  client = { identity: ADA };
  before = async () => revocations.add(['ses_1']);
  await follow();
  expect(refused).toMatchObject([{ type: 'invalid-token' }]);
  expect(sent[0]?.destroyed).toBe(true);
});

test('one of events ends with its access token', async () => {
  client = { identity: ADA, tokenExpiresAt: Date.now() + 50 };
  const response = await follow();
  await once(response.resume(), 'end');
  expect(Date.now()).toBeGreaterThanOrEqual(client.tokenExpiresAt as number);
});

test('one of events with a token that lasts longer than any timer goes on', async () => {
  client = { identity: ADA, tokenExpiresAt: Date.now() + 2 ** 40 };
  const response = await follow();
  sent[0]?.write('more\n');
  let text = '';
  response.on('data', (part) => {
    text += part;
  });
  await is(() => text === 'begun\nmore\n');
  expect(sent[0]?.destroyed).toBe(false);
});

test('a file of a session that ends, or of a gateway that stops, is cut: part of it must not look like all of it', async () => {
  type = 'text/csv';
  client = { identity: ADA, tokenExpiresAt: Date.now() };
  for (const end of [() => revocations.add(['ses_1']), () => streams.cutAll()]) {
    const response = await follow();
    const failed = once(response, 'error');
    response.resume();
    end();
    await failed;
    expect(response.complete).toBe(false);
    client = {};
  }
  // It is not ended with the streams of events.
  const response = await follow();
  streams.endEvents();
  sent.at(-1)?.end('over');
  await once(response.resume(), 'end');
  expect(response.complete).toBe(true);
});
