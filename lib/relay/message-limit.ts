import type { ServiceBroker } from 'moleculer';

/** A larger message holds up the others on its connection, so we send none, whatever the server takes. */
const MAX_MESSAGE_BYTES = 1024 ** 2;
/** The least `max_payload` of a NATS server that a node starts with: the description of its own services has to fit. */
export const MIN_PAYLOAD_BYTES = 192 * 1024;

/** Bytes of a message beside the part of a stream that it carries. */
const ENVELOPE_BYTES = 8 * 1024;
/** Bytes of a part at most. */
export const MAX_PART_BYTES = 256 * 1024;

/** What NATS said when it was connected to, and again when its configuration changed. */
interface NatsTransporter {
  client?: { info?: { max_payload: number } } | null;
}

/** The most bytes that a message of this node may have, as its NATS server says. */
export function maxMessageBytes({ transit }: Pick<ServiceBroker, 'transit'>): number {
  const transporter = transit?.tx as NatsTransporter | undefined;
  return Math.min(transporter?.client?.info?.max_payload ?? MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES);
}

/** The most bytes of a part, which is sent in base64, so that its message is not larger than `messageBytes`. */
export const partBytesIn = (messageBytes: number): number =>
  Math.min(MAX_PART_BYTES, Math.floor(((messageBytes - ENVELOPE_BYTES) * 3) / 4));
