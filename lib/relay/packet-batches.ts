import type { Middleware, ServiceBroker } from 'moleculer';
import { maxMessageBytes } from './message-limit.ts';

/** The first byte of a message with several packets. One with a single packet is JSON, and begins with `{`. */
const SEVERAL = 1;
const LENGTH_BYTES = 4;
/** Others, such as heartbeats, are few. */
const BATCHED_PACKET_TYPES = new Set(['REQ', 'RES', 'EVENT']);

type Send = (topic: string, data: Buffer, meta: Meta) => Promise<void>;
type Receive = (type: string, data: Buffer) => unknown;
interface Meta {
  packet: { type: string; target?: string | null };
}

/** Broker metadata by which a node tells the others that it can split batches; nodes of earlier versions cannot. */
export const BATCH_METADATA = { splitsBatches: true } as const;

interface Nodes {
  nodes: { get(id: string): { metadata?: Partial<typeof BATCH_METADATA> } | undefined };
}

interface Batch {
  packets: Buffer[];
  bytes: number;
  meta: Meta;
  send: Send;
  sent: PromiseWithResolvers<void>;
}

/**
 * Has the packets that one node sends to another in the same turn of the event loop travel as one message: calls that
 * requests make side by side, and their responses. Innermost, as all others handle single packets.
 */
export function packetBatches(): Middleware {
  let broker: ServiceBroker | undefined;
  const batches = new Map<string, Batch>();
  let isScheduled = false;

  const canSplit = (nodeId: string | null | undefined): boolean => {
    const registry = broker?.registry as unknown as Nodes | undefined;
    return Boolean(nodeId && registry?.nodes.get(nodeId)?.metadata?.splitsBatches);
  };

  const flush = (topic: string) => {
    const batch = batches.get(topic);
    if (!batch) return;
    batches.delete(topic);
    const { packets, meta, send, sent } = batch;
    const [first] = packets;
    const data = first && packets.length === 1 ? first : joined(packets);
    send(topic, data, meta).then(sent.resolve, sent.reject);
  };
  /** One callback for all nodes: the NATS client then writes to its socket once, not once for each node. */
  const flushAll = () => {
    isScheduled = false;
    for (const topic of [...batches.keys()]) flush(topic);
  };

  return {
    name: 'PacketBatches',
    created(own: ServiceBroker) {
      broker = own;
    },
    // Moleculer's types wrongly declare the result of a call here; the hooks return the wrapped function.
    transporterSend: ((send: Send): Send =>
      (topic, data, meta) => {
        const maxBytes = maxMessageBytes(broker ?? {});
        const bytes = LENGTH_BYTES + data.length;
        const { type, target } = meta.packet;
        if (!BATCHED_PACKET_TYPES.has(type) || !canSplit(target) || bytes >= maxBytes) return send(topic, data, meta);
        if ((batches.get(topic)?.bytes ?? 0) + bytes > maxBytes) flush(topic);
        const batch = batches.get(topic) ?? { packets: [], bytes: 1, meta, send, sent: Promise.withResolvers<void>() };
        if (!isScheduled) setImmediate(flushAll);
        isScheduled = true;
        batches.set(topic, batch);
        batch.packets.push(data);
        batch.bytes += bytes;
        return batch.sent.promise;
      }) as never,
    transporterReceive: ((receive: Receive): Receive =>
      (type, data) => {
        if (data?.[0] !== SEVERAL) return receive(type, data);
        for (const packet of split(data)) receive(type, packet);
        return undefined;
      }) as never,
  };
}

/** Each packet with its length before it. */
function joined(packets: readonly Buffer[]): Buffer {
  const parts = packets.flatMap((packet) => {
    const length = Buffer.allocUnsafe(LENGTH_BYTES);
    length.writeUInt32BE(packet.length);
    return [length, packet];
  });
  return Buffer.concat([Buffer.of(SEVERAL), ...parts]);
}

function* split(message: Buffer): Generator<Buffer> {
  for (let at = 1; at < message.length; ) {
    const end = at + LENGTH_BYTES + message.readUInt32BE(at);
    yield message.subarray(at + LENGTH_BYTES, end);
    at = end;
  }
}
