import type { ServiceBroker } from 'moleculer';

/** A larger message would delay the others on its connection; applied even if the server accepts more. */
const MAX_MESSAGE_BYTES = 1024 ** 2;
/** Minimum `max_payload` of the NATS server: the description of a node's services must fit. */
export const MIN_PAYLOAD_BYTES = 192 * 1024;

/** Size of a message without the part of a stream that it carries. */
const ENVELOPE_BYTES = 8 * 1024;
export const MAX_PART_BYTES = 256 * 1024;

/** `info` is sent by NATS on connect, and again when its configuration changes. */
interface NatsTransporter {
  client?: { info?: { max_payload: number } } | null;
}

/** Size limit of a message of this node, at most the `max_payload` of its NATS server. */
export function maxMessageBytes({ transit }: Partial<Pick<ServiceBroker, 'transit'>>): number {
  const transporter = transit?.tx as NatsTransporter | undefined;
  return Math.min(transporter?.client?.info?.max_payload ?? MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES);
}

/** Size limit of a part, so that its message in base64 stays within `messageBytes`. */
export const maxPartBytes = (messageBytes: number): number =>
  Math.min(MAX_PART_BYTES, Math.floor(((messageBytes - ENVELOPE_BYTES) * 3) / 4));
