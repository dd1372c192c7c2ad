import { Readable } from 'node:stream';
import type { Errors, ServiceBroker } from 'moleculer';
import { protocolErrors } from '../contract/errors.ts';
import { maxMessageBytes } from './message-limit.ts';
import { answerLastPart, type PartReader } from './part-reader.ts';
import type { StreamRelay } from './stream.ts';

/** A larger packet is refused: the receiver needs several times its size in memory to parse it. */
const MAX_PACKET_BYTES = 32 * 1024 ** 2;
/** Limit for all large packets that a node holds for others to read. */
const MAX_HELD_BYTES = 128 * 1024 ** 2;

const RELAYED_PACKET_TYPES = ['REQ', 'RES', 'EVENT'];

interface Packet {
  type: string;
  target?: string | null;
  payload: { id: string; sender?: string; action?: string; event?: string; params?: unknown; relayedPacket?: string };
}
export type SendPacket = (topic: string, data: Buffer, meta: { packet: Packet }) => Promise<void>;
export type HandlePacket = (type: string, packet: Packet) => Promise<unknown>;

/**
 * Sends requests, responses and events above the message limit through the relay: a short packet announces each, and
 * the receiver reads it part by part. So at most one part of each is on the connection at a time.
 */
export class LargePackets {
  readonly #relay: StreamRelay;
  readonly #broker: ServiceBroker;
  readonly #reader: PartReader;
  #heldBytes = 0;

  constructor(relay: StreamRelay, broker: ServiceBroker, reader: PartReader) {
    this.#relay = relay;
    this.#broker = broker;
    this.#reader = reader;
  }

  /** Wraps the transporter's `send`. */
  send(next: SendPacket, topic: string, data: Buffer, { packet }: { packet: Packet }): Promise<void> {
    const { transit } = this.#broker;
    if (!transit || data.length <= maxMessageBytes(this.#broker)) return next(topic, data, { packet });
    const { type, target, payload } = packet;
    const refusal = this.#refusalOf(type, data.length);
    if (!refusal) {
      const announced = { type, target, payload: { id: payload.id, relayedPacket: this.#hold(data) } } as Packet;
      return next(topic, transit.tx.serialize(announced as never), { packet: announced });
    }
    this.#broker.logger.error(`${refusal.message}`, {
      type: refusal.type,
      data: refusal.data,
      packet: packetLabel(packet),
    });
    if (type === 'RES') return transit.sendResponse(String(target), payload.id, {}, {}, {}, refusal);
    if (type !== 'REQ') return Promise.resolve(); // events are hints and may be lost
    // Otherwise Moleculer would wait for a response.
    transit.removePendingRequest(payload.id);
    return Promise.reject(refusal);
  }

  /** Wraps the transit's handler of incoming packets. */
  async receive(next: HandlePacket, type: string, packet: Packet): Promise<unknown> {
    const { id, sender, relayedPacket } = packet.payload;
    const { transit } = this.#broker;
    const lastPart = answerLastPart(this.#broker, this.#relay, type, packet.payload);
    if (lastPart) return lastPart;
    if (relayedPacket === undefined || sender === undefined || !transit) return next(type, packet);
    // The request of a response may have timed out meanwhile.
    const request = type === 'RES' ? transit.pendingRequests.get(id) : undefined;
    const isWanted = () => type !== 'RES' || transit.pendingRequests.has(id);
    try {
      const bytes = await this.#read(relayedPacket, sender, isWanted);
      return bytes && (await next(type, transit.tx.deserialize(type, bytes) as unknown as Packet));
    } catch (error) {
      if (type === 'REQ') return transit.sendResponse(sender, id, {}, {}, {}, error as Error);
      transit.removePendingRequest(id);
      request?.reject(error);
      return false;
    }
  }

  /** @returns undefined once it is no longer wanted */
  async #read(id: string, nodeID: string, isWanted: () => boolean): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    while (isWanted()) {
      const { data, end } = await this.#reader.read(nodeID, id);
      if (end) return Buffer.concat(parts);
      parts.push(Buffer.from(data, 'base64'));
    }
    this.#reader.close(nodeID, id);
    return undefined;
  }

  #refusalOf(type: string, bytes: number): Errors.MoleculerError | undefined {
    if (!RELAYED_PACKET_TYPES.includes(type))
      return protocolErrors.messageTooLarge(bytes, maxMessageBytes(this.#broker));
    if (bytes > MAX_PACKET_BYTES) return protocolErrors.messageTooLarge(bytes, MAX_PACKET_BYTES);
    if (this.#heldBytes + bytes <= MAX_HELD_BYTES) return undefined;
    return protocolErrors.unavailable('Too much data is in transit right now. Try again in a moment.');
  }

  #hold(data: Buffer): string {
    this.#heldBytes += data.length;
    const stream = Readable.from([data], { objectMode: false });
    stream.once('close', () => {
      this.#heldBytes -= data.length;
    });
    return this.#relay.offer(stream, { expires: true });
  }
}

/** The fields of a packet for the log. */
const packetLabel = ({ type, target, payload: { id, action, event } }: Packet) => ({ type, target, id, action, event });
