import { randomFillSync } from 'node:crypto';
import { decodeTime, encodeTime, ulid } from 'ulid';

/** Prefixes of our ids: what an id names shows in every log line. */
export type IdPrefix =
  | 'adr'
  | 'alr'
  | 'aud'
  | 'cus'
  | 'imp'
  | 'ord'
  | 'pch'
  | 'prd'
  | 'pst'
  | 'ret'
  | 'rev'
  | 'rfd'
  | 'ses'
  | 'vot';

/** A new id, `<prefix>_<ULID>`: unique, sortable by the time it was made (https://github.com/ulid/spec). */
export function newId(prefix: IdPrefix, now = new Date()): string {
  return `${prefix}_${ulid(now.getTime(), randomFraction)}`;
}

/** The library asks for a random number 16 times an id, and the system would be asked as often: 90 instead of 2 microseconds. */
const randomBytesPool = new Uint8Array(4096);
let usedBytes = randomBytesPool.length;

/** From 0 up to before 1, in steps of 1/256: a whole number of them for each of an id's 32 characters. */
function randomFraction(): number {
  if (usedBytes === randomBytesPool.length) {
    randomFillSync(randomBytesPool);
    usedBytes = 0;
  }
  const byte = randomBytesPool[usedBytes] ?? 0;
  usedBytes += 1;
  return byte / 256;
}

/** When an id was made. */
export function idTime(id: string): Date {
  return new Date(decodeTime(id.slice(id.indexOf('_') + 1)));
}

/** Not above any id that is made from this moment on, and above all that were made before it. */
export const lowestId = (prefix: IdPrefix, from: Date): string => `${prefix}_${encodeTime(Math.max(0, +from))}`;

/** The contract rule of an id. */
export const idRule = <const P extends IdPrefix>(prefix: P) =>
  ({ type: 'string', pattern: new RegExp(`^${prefix}_[0-9A-HJKMNP-TV-Z]{26}$`) }) as const;

/** The contract rule of an id that a client sends: one that cannot be ours is answered as one that is not there. */
export const anyId = { type: 'string', min: 1, max: 64 } as const;
