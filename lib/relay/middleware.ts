import { Readable } from 'node:stream';
import type { Context, Middleware, ServiceBroker } from 'moleculer';
import type { Contract } from '../contract/contract.ts';
import { service } from '../contract/service.ts';
import { type Handle, LargePackets, type Send } from './large-packets.ts';
import { maxMessageBytes, partBytesIn } from './message-limit.ts';
import { finishParts, LAST_PARTS_MS, PartReader } from './part-reader.ts';
import { relay as contract } from './relay.contract.ts';
import { pulled, Relay } from './stream.ts';

const EXPIRY_PAUSE = 10_000;

/** A context of a node, or for one, with the stream that its request or its answer is. */
type StreamContext = Context<unknown, object, object, Record<string, unknown>> & { stream?: Readable | null };
/** The answer that stands for a stream. */
interface Relayed {
  relayedStream: string;
}
const isRelayed = (answer: unknown): answer is Relayed =>
  typeof answer === 'object' && answer !== null && 'relayedStream' in answer;
/** The answer that stands for a buffer, which JSON would make four times as large. */
interface Encoded {
  base64: string;
}
const isEncoded = (answer: unknown): answer is Encoded =>
  typeof answer === 'object' && answer !== null && 'base64' in answer;

/**
 * Lets the streams of requests and answers cross nodes part by part (lib/relay/stream.ts). Between services of one process
 * they are passed as they are.
 */
export function relay(
  contracts: readonly Contract[],
  checkResults: boolean,
  lastPartsMs: number = LAST_PARTS_MS,
): Middleware {
  let broker: ServiceBroker | undefined;
  const offers = new Relay(() => partBytesIn(broker ? maxMessageBytes(broker) : Number.POSITIVE_INFINITY));
  let largePackets: LargePackets | undefined;
  const streaming = new Set(
    contracts.flatMap(({ name, actions }) =>
      Object.entries(actions).flatMap(([key, { upload, produces }]) => (upload || produces ? `${name}.${key}` : [])),
    ),
  );
  const from = (broker: ServiceBroker, nodeID: string, id: string): Readable => {
    const reader = new PartReader(broker);
    return pulled(
      () => reader.read(nodeID, id),
      () => reader.close(nodeID, id),
    );
  };
  let expiry: NodeJS.Timeout | undefined;

  return {
    name: 'Relay',
    created(ownBroker: ServiceBroker) {
      broker = ownBroker;
      largePackets = new LargePackets(offers, broker, new PartReader(broker));
      finishParts(broker, offers, lastPartsMs);
      expiry = setInterval(() => offers.expire(), EXPIRY_PAUSE).unref();
      broker.createService(
        service(
          contract,
          { checkResults },
          {
            handlers: {
              read: (ctx) => offers.read(ctx.params.id),
              close: (ctx) => offers.close(ctx.params.id),
            },
          },
        ),
      );
    },
    async stopped() {
      clearInterval(expiry);
    },
    // Moleculer's types give these hooks the result of a call where it wants the wrapped function.
    transporterSend: ((next: Send): Send =>
      (topic, data, meta) =>
        largePackets ? largePackets.send(next, topic, data, meta) : next(topic, data, meta)) as never,
    transitMessageHandler: ((next: Handle): Handle =>
      (type, packet) =>
        largePackets ? largePackets.receive(next, type, packet) : next(type, packet)) as never,
    localAction(next, action) {
      if (!streaming.has(String(action.name))) return next;
      return async function (this: unknown, ctx: StreamContext) {
        const broker = ctx.broker as unknown as ServiceBroker;
        const { relayedStream } = ctx.headers;
        const sender = ctx.nodeID === broker.nodeID ? undefined : ctx.nodeID;
        if (sender === undefined || sender === null) return next.call(this as never, ctx);
        if (typeof relayedStream === 'string') ctx.stream = from(broker, sender, relayedStream);
        try {
          const answer = await next.call(this as never, ctx);
          if (answer instanceof Readable) {
            return { relayedStream: offers.offer(answer, { expires: true }) } satisfies Relayed;
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
        const id = stream && offers.offer(stream, { expires: false });
        options.stream = undefined; // or Moleculer would send it
        if (id !== undefined) ctx.headers = { ...ctx.headers, relayedStream: id };
        try {
          const answer: unknown = await next.call(this as never, ctx);
          if (isEncoded(answer)) return Buffer.from(answer.base64, 'base64');
          return isRelayed(answer) ? from(broker, String(ctx.nodeID), answer.relayedStream) : answer;
        } finally {
          if (id !== undefined) offers.close(id);
        }
      } as typeof next;
    },
  };
}
