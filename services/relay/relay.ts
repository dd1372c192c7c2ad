import { Readable } from 'node:stream';
import type { Context, Middleware, ServiceBroker } from 'moleculer';
import type { Broker, Contract } from '../../lib/contract.ts';
import { pulled, Relay } from '../../lib/relay.ts';
import { service } from '../../lib/service.ts';
import { relay as contract } from './relay.contract.ts';

const EXPIRY_PAUSE = 10_000;

/** A context of a node, or for one, with the stream that its request or its answer is. */
type StreamContext = Context<unknown, object, object, Record<string, unknown>> & { stream?: Readable | null };
/** The answer that stands for a stream. */
interface Relayed {
  relayedStream: string;
}
const isRelayed = (answer: unknown): answer is Relayed =>
  typeof answer === 'object' && answer !== null && 'relayedStream' in answer;

/**
 * Lets the streams of requests and answers cross nodes part by part (lib/relay.ts). Between services of one process
 * they are passed as they are.
 */
export function relay(contracts: readonly Contract[], checkResults: boolean): Middleware {
  const offers = new Relay();
  const streaming = new Set(
    contracts.flatMap(({ name, actions }) =>
      Object.entries(actions).flatMap(([key, { upload, produces }]) => (upload || produces ? `${name}.${key}` : [])),
    ),
  );
  const from = (broker: Broker, nodeID: string, id: string): Readable =>
    pulled(
      () => broker.call('relay.read', { id }, { nodeID }),
      () => void broker.call('relay.close', { id }, { nodeID }).catch(() => {}),
    );
  let expiry: NodeJS.Timeout | undefined;

  return {
    name: 'Relay',
    created(broker: ServiceBroker) {
      expiry = setInterval(() => offers.expire(), EXPIRY_PAUSE).unref();
      broker.createService(
        service()(
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
    localAction(next, action) {
      if (!streaming.has(String(action.name))) return next;
      return async function (this: unknown, ctx: StreamContext) {
        const broker = ctx.broker as unknown as Broker & ServiceBroker;
        const { relayedStream } = ctx.headers;
        const sender = ctx.nodeID === broker.nodeID ? undefined : ctx.nodeID;
        if (sender === undefined || sender === null) return next.call(this as never, ctx);
        if (typeof relayedStream === 'string') ctx.stream = from(broker, sender, relayedStream);
        try {
          const answer = await next.call(this as never, ctx);
          return answer instanceof Readable
            ? ({ relayedStream: offers.offer(answer, { expires: true }) } satisfies Relayed)
            : answer;
        } finally {
          ctx.stream?.destroy();
        }
      } as typeof next;
    },
    remoteAction(next, action) {
      if (!streaming.has(String(action.name))) return next;
      return async function (this: unknown, ctx: StreamContext) {
        const options = ctx.options as { stream?: Readable | undefined };
        const broker = ctx.broker as unknown as Broker & ServiceBroker;
        const { stream } = options;
        const id = stream && offers.offer(stream, { expires: false });
        options.stream = undefined; // or Moleculer would send it
        if (id !== undefined) ctx.headers = { ...ctx.headers, relayedStream: id };
        try {
          const answer: unknown = await next.call(this as never, ctx);
          return isRelayed(answer) ? from(broker, String(ctx.nodeID), answer.relayedStream) : answer;
        } finally {
          if (id !== undefined) offers.close(id);
        }
      } as typeof next;
    },
  };
}
