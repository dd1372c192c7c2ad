import { protocolErrors } from '../../lib/contract/errors.ts';
import type { Decision } from './changes.ts';

/** Applied changes by key. `at`: when applied, or when acknowledged. `answer`: the response to a repetition. */
export type IdempotencyKeys<A = unknown> = Record<string, { at: Date; acked: boolean; answer?: A }>;

/** The part of a document that records its keyed changes. */
export interface IdempotencyLog {
  back?: IdempotencyKeys;
}

/** A change that is applied once, however often it is sent. */
export interface IdempotentCommand {
  /** Without dots. */
  key: string;
  /** When the sender gives up waiting, in ms since 1970. */
  until: number;
}

/** Maximum distance of `until` from now. */
const MAX_COMMAND_AHEAD_MS = 60_000;
/** A key is kept for this long after its acknowledgement. */
const KEY_RETENTION_MS = 120_000;

/**
 * Applies a keyed change exactly once, with a bounded number of keys: a key is deleted KEY_RETENTION_MS after its
 * acknowledgement, with the next keyed change. Why no duplicate applies after that:
 * 1. A sender sets `until`, at most MAX_COMMAND_AHEAD_MS ahead, before it last sees that the change is not acknowledged. So
 *    each command ends within MAX_COMMAND_AHEAD_MS of the acknowledgement, however often it was sent.
 * 2. A command is refused after its `until`, also one of a node that slept for an hour.
 * 3. When the key is deleted, its commands have been refused for KEY_RETENTION_MS - MAX_COMMAND_AHEAD_MS: clocks may differ
 *    by that much.
 * @param change returns the fields to set
 * @param answer stored with the key for repetitions
 * @throws unavailable when the command arrives after `until`
 */
export function applyOnce(
  { back = {} }: Readonly<IdempotencyLog>,
  { key, until }: IdempotentCommand,
  now: Date,
  change: () => Record<string, unknown>,
  answer?: unknown,
): Decision<undefined> {
  if (until < +now || until > +now + MAX_COMMAND_AHEAD_MS)
    throw protocolErrors.unavailable('The request arrived too late. Send it again.');
  if (Object.hasOwn(back, key)) return { answer: undefined };
  const patch: Record<string, unknown> = { ...change(), [`back.${key}`]: { at: now, acked: false, answer } };
  for (const [old, { at, acked }] of Object.entries(back)) {
    if (acked && +now - +at > KEY_RETENTION_MS) patch[`back.${old}`] = undefined;
  }
  return { answer: undefined, patch };
}

/** Records that the sender knows of the change and will not repeat it. */
export function acknowledge({ back = {} }: Readonly<IdempotencyLog>, key: string, now: Date): Decision<undefined> {
  const entry = back[key];
  if (!entry || entry.acked) return { answer: undefined };
  return { answer: undefined, patch: { [`back.${key}`]: { at: now, acked: true } } };
}
