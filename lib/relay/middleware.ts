import { Readable } from 'node:stream';
import type { Context, Middleware, ServiceBroker } from 'moleculer';
import type { Contract } from '../contract/contract.ts';
import { service } from '../contract/service.ts';
import { type HandlePacket, LargePackets, type SendPacket } from './large-packets.ts';
import { maxMessageBytes, maxPartBytes } from './message-limit.ts';
import { awaitLastParts, LAST_PARTS_MS, PartReader } from './part-reader.ts';
import { relay as contract } from './relay.contract.ts';
import { pullStream, StreamRelay } from './stream.ts';

const EXPIRY_INTERVAL_MS = 10_000;

/** A context from another node, or for one, with the stream of its request. */
type StreamContext = Context<unknown, object, object, Record<string, unknown>> & { stream?: Readable | null };
/** The response in place of a stream. */
interface Relayed {
  relayedStream: string;
}
const isRelayed = (answer: unknown): answer is Relayed =>
  typeof answer === 'object' && answer !== null && 'relayedStream' in answer;
/** The response in place of a buffer, which would be four times as large in JSON. */
interface Encoded {
  base64: string;
}
const isEncoded = (answer: unknown): answer is Encoded =>
  typeof answer === 'object' && answer !== null && 'base64' in answer;

/**
 * Relays the streams of requests and responses between nodes, part by part (stream.ts). Services of one process pass
 * them directly.
 */
export function relayMiddleware(
  contracts: readonly Contract[],
  checkResults: boolean,
  lastPartsMs: number = LAST_PARTS_MS,
): Middleware {
  let broker: ServiceBroker | undefined;
  const streams = new StreamRelay(() => maxPartBytes(broker ? maxMessageBytes(broker) : Number.POSITIVE_INFINITY));
  let largePackets: LargePackets | undefined;
  const streaming = new Set(
    contracts.flatMap(({ name, actions }) =>
      Object.entries(actions).flatMap(([key, { upload, produces }]) => (upload || produces ? `${name}.${key}` : [])),
    ),
  );
  const remoteStream = (broker: ServiceBroker, nodeID: string, id: string): Readable => {
    const reader = new PartReader(broker);
    return pullStream(
      () => reader.read(nodeID, id),
      () => reader.close(nodeID, id),
    );
  };
  let expiry: NodeJS.Timeout | undefined;

  return {
    name: 'Relay',
    created(ownBroker: ServiceBroker) {
      broker = ownBroker;
      largePackets = new LargePackets(streams, broker, new PartReader(broker));
      awaitLastParts(broker, streams, lastPartsMs);
      expiry = setInterval(() => streams.expire(), EXPIRY_INTERVAL_MS).unref();
      broker.createService(
        service(
          contract,
          { checkResults },
          {
            handlers: {
              read: (ctx) => streams.read(ctx.params.id),
              close: (ctx) => streams.close(ctx.params.id),
            },
          },
        ),
      );
    },
    async stopped() {
      clearInterval(expiry);
    },
    // Moleculer's types wrongly declare the result of a call here; the hooks return the wrapped function.
    transporterSend: ((next: SendPacket): SendPacket =>
      (topic, data, meta) =>
        largePackets ? largePackets.send(next, topic, data, meta) : next(topic, data, meta)) as never,
    transitMessageHandler: ((next: HandlePacket): HandlePacket =>
      (type, packet) =>
        largePackets ? largePackets.receive(next, type, packet) : next(type, packet)) as never,
    localAction(next, action) {
      if (!streaming.has(String(action.name))) return next;
      return async function (this: unknown, ctx: StreamContext) {
        const broker = ctx.broker as unknown as ServiceBroker;
        const { relayedStream } = ctx.headers;
        const sender = ctx.nodeID === broker.nodeID ? undefined : ctx.nodeID;
        if (sender === undefined || sender === null) return next.call(this as never, ctx);
        if (typeof relayedStream === 'string') ctx.stream = remoteStream(broker, sender, relayedStream);
        try {
          const answer = await next.call(this as never, ctx);
          if (answer instanceof Readable) {
            return { relayedStream: streams.offer(answer, { expires: true }) } satisfies Relayed;
          }
          return Buffer.isBuffer(answer) ? ({ base64: answer.toString('base64') } satisfies Encoded) : answer;
        } finally {
          ctx.stream?.destroy();
        }
      } as typeof next;
    },
    remoteAction(next, action) {
      if (!streaming.has(String(action.name))) return next;
      return async function (this: unknown, ctx: StreamContext) {
        const options = ctx.options as { stream?: Readable | undefined };
        const broker = ctx.broker as unknown as ServiceBroker;
        const { stream } = options;
        const id = stream && streams.offer(stream, { expires: false });
        options.stream = undefined; // otherwise Moleculer would send it too
        if (id !== undefined) ctx.headers = { ...ctx.headers, relayedStream: id };
        try {
          const answer: unknown = await next.call(this as never, ctx);
          if (isEncoded(answer)) return Buffer.from(answer.base64, 'base64');
          return isRelayed(answer) ? remoteStream(broker, String(ctx.nodeID), answer.relayedStream) : answer;
        } finally {
          if (id !== undefined) streams.close(id);
        }
      } as typeof next;
    },
  };
}
