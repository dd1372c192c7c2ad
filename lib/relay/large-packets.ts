import { Readable } from 'node:stream';
import type { Errors, ServiceBroker } from 'moleculer';
import { protocolErrors } from '../contract/errors.ts';
import { maxMessageBytes } from './message-limit.ts';
import { lastPart, type PartReader } from './part-reader.ts';
import type { Relay } from './stream.ts';

/** A packet larger than this is refused: its receiver needs several times as much memory to read it. */
const MAX_PACKET_BYTES = 32 * 1024 ** 2;
/** The bytes of large packets that a node keeps at a time for others to read. */
const MAX_HELD_BYTES = 128 * 1024 ** 2;

/** Requests, responses and events. */
const RELAYED = ['REQ', 'RES', 'EVENT'];

interface Packet {
  type: string;
  target?: string | null;
  payload: { id: string; sender?: string; action?: string; event?: string; params?: unknown; relayedPacket?: string };
}
export type Send = (topic: string, data: Buffer, meta: { packet: Packet }) => Promise<void>;
export type Handle = (type: string, packet: Packet) => Promise<unknown>;

/**
 * Passes requests, responses and events that are larger than a message may be through the relay: a short packet
 * announces it, and its receiver reads it part by part. So one part of each is on the connection at a time.
 */
export class LargePackets {
  readonly #offers: Relay;
  readonly #broker: ServiceBroker;
  readonly #reader: PartReader;
  #heldBytes = 0;

  constructor(offers: Relay, broker: ServiceBroker, reader: PartReader) {
    this.#offers = offers;
    this.#broker = broker;
    this.#reader = reader;
  }

  /** In place of the transporter's `send`. */
  send(next: Send, topic: string, data: Buffer, { packet }: { packet: Packet }): Promise<void> {
    const { transit } = this.#broker;
    if (!transit || data.length <= maxMessageBytes(this.#broker)) return next(topic, data, { packet });
    const { type, target, payload } = packet;
    const refusal = this.#refusalOf(type, data.length);
    if (!refusal) {
      const announced = { type, target, payload: { id: payload.id, relayedPacket: this.#hold(data) } } as Packet;
      return next(topic, transit.tx.serialize(announced as never), { packet: announced });
    }
    this.#broker.logger.error(`${refusal.message}`, { type: refusal.type, data: refusal.data, packet: nameOf(packet) });
    if (type === 'RES') return transit.sendResponse(String(target), payload.id, {}, {}, {}, refusal);
    if (type !== 'REQ') return Promise.resolve(); // events are hints, which may be lost
    // Moleculer would go on waiting for its answer.
    transit.removePendingRequest(payload.id);
    return Promise.reject(refusal);
  }

  /** In place of the transit's handler of what comes in. */
  async receive(next: Handle, type: string, packet: Packet): Promise<unknown> {
    const { id, sender, relayedPacket } = packet.payload;
    const { transit } = this.#broker;
    const last = lastPart(this.#broker, this.#offers, type, packet.payload);
    if (last) return last;
    if (relayedPacket === undefined || sender === undefined || !transit) return next(type, packet);
    // What a response is of may have timed out meanwhile.
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

  /** @returns undefined when it is wanted no longer */
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
    if (!RELAYED.includes(type)) return protocolErrors.messageTooLarge(bytes, maxMessageBytes(this.#broker));
    if (bytes > MAX_PACKET_BYTES) return protocolErrors.messageTooLarge(bytes, MAX_PACKET_BYTES);
    if (this.#heldBytes + bytes <= MAX_HELD_BYTES) return undefined;
    return protocolErrors.unavailable('Too much is being passed on right now. Try again in a moment.');
  }

  #hold(data: Buffer): string {
    this.#heldBytes += data.length;
    const stream = Readable.from([data], { objectMode: false });
    stream.once('close', () => {
      this.#heldBytes -= data.length;
    });
    return this.#offers.offer(stream, { expires: true });
  }
}

/** What the log calls a packet. */
const nameOf = ({ type, target, payload: { id, action, event } }: Packet) => ({ type, target, id, action, event });
