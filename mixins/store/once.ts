import { protocolErrors } from '../../lib/contract/errors.ts';
import type { Decision } from './changes.ts';

/**
 * The keys of changes that a document has seen; `at`: when, or when that was acknowledged. `answer`: what those who ask
 * again are told.
 */
export type Keys<A = unknown> = Record<string, { at: Date; acked: boolean; answer?: A }>;

/** A document that keyed changes happen to. */
export interface Remembering {
  back?: Keys;
}

/** What names a change that is to happen once, whoever asks for it again. */
export interface Once {
  /** Without dots. */
  key: string;
  /** When whoever asks gives up waiting, in ms since the epoch. */
  until: number;
}

/** How far ahead a command's `until` may be, in ms. */
const LONGEST = 60_000;
/** How long a key is kept after its change was acknowledged, in ms. */
const REMEMBERED = 120_000;

/**
 * Lets a keyed change happen exactly once, while only a bounded number of keys is kept: a key goes REMEMBERED after its
 * change was acknowledged (`forget`), with the next keyed change. Why no duplicate applies after that:
 * 1. Whoever asks takes `until`, at most LONGEST ahead, before it last sees that the change is not acknowledged yet. So
 *    each command ends within LONGEST of the acknowledgement, however often and by how many it was sent.
 * 2. After its `until` a command is refused, be it from a node that slept for an hour.
 * 3. When the key goes, all its commands have thus been refused for REMEMBERED - LONGEST: by so much clocks may differ.
 * @param change the fields that it sets
 * @param answer what to keep with the key, for those who ask again
 * @throws unavailable when the command comes too late
 */
export function once(
  { back = {} }: Readonly<Remembering>,
  { key, until }: Once,
  now: Date,
  change: () => Record<string, unknown>,
  answer?: unknown,
): Decision<undefined> {
  if (until < +now || until > +now + LONGEST) throw protocolErrors.unavailable('This came too late. Ask again.');
  if (Object.hasOwn(back, key)) return { answer: undefined };
  const patch: Record<string, unknown> = { ...change(), [`back.${key}`]: { at: now, acked: false, answer } };
  for (const [old, { at, acked }] of Object.entries(back)) {
    if (acked && +now - +at > REMEMBERED) patch[`back.${old}`] = undefined;
  }
  return { answer: undefined, patch };
}

/** Whoever asked for a keyed change knows that it has happened, and will not ask again. */
export function forget({ back = {} }: Readonly<Remembering>, key: string, now: Date): Decision<undefined> {
  const entry = back[key];
  if (!entry || entry.acked) return { answer: undefined };
  return { answer: undefined, patch: { [`back.${key}`]: { at: now, acked: true } } };
}
