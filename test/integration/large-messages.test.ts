import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Context, ServiceBroker } from 'moleculer';
import { middlewareOrder } from '../../lib/cluster/middleware-order.ts';
import { contract } from '../../lib/contract/contract.ts';
import { loadConfig } from '../../lib/process/config.ts';
import { reachServers } from '../../lib/process/reach.ts';
import { relayMiddleware } from '../../lib/relay/middleware.ts';
import { brokerOptions } from '../../moleculer.config.ts';
import { type NatsServer, startNats } from '../../scripts/servers/start.ts';
import { problemOf } from '../../services/api/http/problem.ts';
import { eventually } from '../support/shop.ts';

/** Two nodes over a NATS server of their own, which takes no message above its `max_payload`. */
const KIB = 1024;
const MIB = 1024 ** 2;
const describeNats = process.env.TEST_NATS_URL ? describe : describe.skip;

let folder = '';
afterAll(() => rm(folder, { recursive: true, force: true }));

async function natsWith(maxPayloadBytes: number): Promise<NatsServer> {
  folder ||= await mkdtemp(join(tmpdir(), 'shop-large-messages-'));
  // A node that parses a large message on a busy machine is not given up.
  return startNats({ dataDir: join(folder, String(maxPayloadBytes)), maxPayloadBytes, pingSeconds: 60 });
}

const configOn = (natsUrl: string, nodeId: string) =>
  loadConfig({
    NODE_ENV: 'test',
    SERVICES: '',
    NODE_ID: nodeId,
    NATS_URL: natsUrl,
    MONGO_URL: 'mongodb://127.0.0.1:1',
    TOKEN_SECRET: 'unused'.repeat(6),
    LOG_LEVEL: 'fatal',
    CONNECT_TIMEOUT: '10',
  });

/** Text of which some is more than one byte long, so that a part ends within a character. */
const textOf = (length: number) => 'ä€😀x'.repeat(Math.ceil(length / 5)).slice(0, length);

/** An action whose answer is a document. */
const papers = contract(
  'echo',
  {
    paper: {
      ...{ summary: 'A document', visibility: 'public', auth: 'internal', idempotent: true, params: {} },
      ...{ returns: 'any', produces: ['application/pdf'] },
    },
    take: {
      ...{ summary: 'Takes an upload', visibility: 'public', auth: 'internal', idempotent: false, params: {} },
      upload: { types: ['application/pdf'], limit: 10 * MIB },
    },
  },
  {},
);

async function twoNodes(natsUrl: string) {
  // However busy the machine is; the limits of time that actions have are not what this is about.
  const tracking = { enabled: true, shutdownTimeout: 60_000 };
  const middlewares = () => [relayMiddleware([papers], true, 60_000), ...middlewareOrder()];
  const patient = () => ({ requestTimeout: 120_000, tracking, middlewares: middlewares() });
  const [near, far] = ['near', 'far'].map(
    (id) => new ServiceBroker({ ...brokerOptions(configOn(natsUrl, id)), ...patient() }),
  ) as [ServiceBroker, ServiceBroker];
  const heard: string[] = [];
  let stopped: Promise<void> | undefined;
  let begun = false;
  far.createService({
    name: 'echo',
    actions: {
      zeros: ({ params }: Context<{ length: number }>) => '0'.repeat(params.length),
      answer: ({ params }: Context<{ length: number }>) => ({ text: textOf(params.length) }),
      paper: ({ params }: Context<{ length: number }>) => Buffer.alloc(params.length, textOf(1000)),
      measure: ({ params }: Context<{ text: string }>) => ({ bytes: Buffer.byteLength(params.text) }),
      // Answers when its node is stopping.
      last: async ({ broker }: Context) => {
        stopped ??= broker.stop();
        await eventually(
          async () => broker.stopping,
          (is) => is,
        );
        return { text: textOf(3 * MIB) };
      },
      async take(ctx: Context) {
        begun = true;
        return { bytes: (await buffer((ctx as Context & { stream: Readable }).stream)).length };
      },
      fail: ({ params }: Context<{ length: number }>) => {
        throw Object.assign(new Error('refused'), { type: 'not-found', data: { text: textOf(params.length) } });
      },
    },
    events: { 'echo.told': (ctx: Context<{ text: string }>) => void heard.push(ctx.params.text) },
  });
  await Promise.all([near.start(), far.start()]);
  await near.waitForServices('echo');
  const logged: [text: string, detail: { type: string; packet: { type: string } }][] = [];
  for (const { logger } of [near, far])
    logger.error = (text: string, detail: (typeof logged)[0][1]) => void logged.push([text, detail]);
  return {
    near,
    far,
    heard,
    logged,
    hasBegun: () => begun,
    stop: () => Promise.all([near.stop(), stopped ?? far.stop()]),
  };
}

describeNats.each([
  ['256 KiB', 256 * KIB],
  ['1 MiB', MIB],
  ['8 MiB', 8 * MIB],
])('a NATS server whose max_payload is %s', (_name, maxPayload) => {
  let nats: NatsServer;
  let nodes: Awaited<ReturnType<typeof twoNodes>>;
  beforeAll(async () => {
    nats = await natsWith(maxPayload);
    nodes = await twoNodes(nats.url);
  });
  afterAll(async () => {
    await nodes?.stop();
    await nats?.stop();
  });

  test('responses, requests, errors and events of any size up to the limit of the nodes arrive as they were', async () => {
    const { near, heard } = nodes;
    const around = [-2000, -200, -100, 0, 1, 2000].map((more) => maxPayload / 5 + more);
    for (const length of [0, 1000, ...around, maxPayload / 2, 1.5 * maxPayload]) {
      const text = textOf(length);
      expect(await near.call('echo.answer', { length })).toEqual({ text });
      expect(await near.call('echo.measure', { text })).toEqual({ bytes: Buffer.byteLength(text) });
    }
    for (const length of [0, 1000, 3 * MIB]) {
      const paper = await near.call<Buffer, { length: number }>('echo.paper', { length });
      expect(paper.equals(Buffer.alloc(length, textOf(1000)))).toBe(true);
    }
    const refused = near.call('echo.fail', { length: 2 * MIB });
    await expect(refused).rejects.toMatchObject({ type: 'not-found', data: { text: textOf(2 * MIB) } });
    await near.broadcast('echo.told', { text: textOf(3 * MIB) });
    await eventually(
      async () => heard.length,
      (count) => count === 1,
    );
    expect(heard[0] === textOf(3 * MIB)).toBe(true);
  });

  test('many large responses at a time arrive, each in full', async () => {
    const lengths = Array.from({ length: 10 }, (_, n) => MIB / 2 + n);
    const answers = await Promise.all(lengths.map((length) => nodes.near.call('echo.answer', { length })));
    expect(answers.map((answer) => (answer as { text: string }).text.length)).toEqual(lengths);
  });
});

describeNats('what is larger than nodes pass on', () => {
  test('is a coded error at once, in the log too, and the connection is still there', async () => {
    const nats = await natsWith(MIB);
    const { near, far, logged, stop } = await twoNodes(nats.url);
    try {
      const zeros = '0'.repeat(33 * MIB);
      const tooLarge = { type: 'message-too-large', code: 500, data: { limit: 32 * MIB } };
      const answer = near.call('echo.zeros', { length: zeros.length });
      await expect(answer).rejects.toMatchObject(tooLarge);
      await expect(near.call('echo.measure', { text: zeros })).rejects.toMatchObject(tooLarge);
      await near.broadcast('echo.told', { text: zeros }); // a hint, which may be lost
      expect(logged.map(([text, { type, packet }]) => [text, type, packet.type])).toEqual(
        ['RES', 'REQ', 'EVENT'].map((kind) => [expect.stringMatching(/MiB/), 'message-too-large', kind]),
      );
      const { problem } = problemOf(await answer.catch((error: unknown) => error), 'id');
      expect(problem).toMatchObject({ status: 500, type: '/problems/message-too-large', limit: 32 * MIB });
      expect(await near.call('echo.answer', { length: 10 })).toEqual({ text: textOf(10) });
      expect([near, far].map(({ transit }) => transit?.pendingRequests.size)).toEqual([0, 0]);
    } finally {
      await stop();
      await nats.stop();
    }
  });
});

describeNats('a node that is stopping', () => {
  test('is still read: what it answers last, and what it was uploading', async () => {
    const nats = await natsWith(MIB);
    const nodes = await twoNodes(nats.url);
    const { near } = nodes;
    try {
      const source = new PassThrough();
      source.write(Buffer.alloc(MIB));
      const taken = near.call('echo.take', {}, { stream: source });
      await eventually(
        async () => nodes.hasBegun(),
        (has) => has,
      );
      // The answer comes when its own node is stopping, and the rest of the upload when both are.
      expect(await near.call('echo.last')).toEqual({ text: textOf(3 * MIB) });
      const stopped = near.stop();
      await eventually(
        async () => near.stopping,
        (is) => is,
      );
      source.end(Buffer.alloc(MIB));
      expect(await taken).toEqual({ bytes: 2 * MIB });
      await stopped;
    } finally {
      await nodes.stop();
      await nats.stop();
    }
  });
});

describeNats('a NATS server that takes hardly anything', () => {
  test('is refused at start, by a line that names max_payload', async () => {
    const nats = await natsWith(64 * KIB);
    try {
      await expect(reachServers(configOn(nats.url, 'near'), () => {})).rejects.toThrow(/max_payload.*196608/);
    } finally {
      await nats.stop();
    }
  });
});
