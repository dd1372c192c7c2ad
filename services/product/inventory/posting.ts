import { fingerprintOf } from '../../../lib/contract/fingerprint.ts';
import type { Decision } from '../../../mixins/store/changes.ts';
import { errors } from '../../shared/problems.ts';
import type { Posted } from './ledger.ts';
import type { Correction } from './stock-post.ts';

/** What became of a line. `unknown`: there is no such SKU. */
export type Outcome = Omit<Posted, 'outcome'> & { sku: string; outcome: Posted['outcome'] | 'unknown' };

/**
 * What a member of staff had the stock changed by, under an Idempotency-Key of theirs: one change, or a whole
 * stock-taking. It stays, so that the key answers the same for good.
 */
export interface Posting {
  _id: string;
  rev: number;
  /** The member of staff; unique with `key`. */
  by: string;
  key: string;
  /** All of the request: the key sent with other lines is a mistake. */
  lines: { sku: string; correction: Correction }[];
  /** One for each line; null until all are through. */
  outcomes: Outcome[] | null;
  failures: number;
  /** When it is taken up again; null once there is nothing left to do. Whoever has claimed it has it until then. */
  nextAt: Date | null;
  createdAt: Date;
}

/** How long a command of ours may be on its way, in ms. */
export const PATIENCE = 20_000;
/** Longer than that: who claims a posting is alone with it. */
const LEASE = 30_000;
const LONGEST_PAUSE = 60_000;

type Draft = Pick<Posting, '_id' | 'by' | 'key' | 'lines'>;

/** A posting that whoever inserts it carries out at once. */
export function newPosting(draft: Draft, now: Date): Omit<Posting, 'rev'> {
  return { ...draft, outcomes: null, failures: 0, nextAt: new Date(+now + LEASE), createdAt: now };
}

/** The one that the key belongs to, for a request. @throws idempotency-key-reused when it was another request */
export function sameRequest(known: Posting, { lines }: Draft): Posting {
  if (fingerprintOf({ lines: known.lines }) !== fingerprintOf({ lines })) throw errors.idempotencyKeyReused();
  return known;
}

/** Takes up a posting that is due. `undefined`: there is nothing left to do, or somebody else is at it. */
export function claim(posting: Readonly<Posting>, now: Date): Decision<Posting | undefined> {
  if (posting.nextAt === null || posting.nextAt > now) return { answer: undefined };
  const patch = { nextAt: new Date(+now + LEASE) };
  return { answer: { ...posting, ...patch }, patch };
}

/** All lines are through. Whoever says so first is right; their keys can be forgotten now. */
export function concluded(posting: Readonly<Posting>, outcomes: Outcome[]): Decision<Outcome[]> {
  if (posting.outcomes) return { answer: posting.outcomes };
  return { answer: outcomes, patch: { outcomes } };
}

/** The keys are forgotten. */
export function settled(posting: Readonly<Posting>): Decision<undefined> {
  return posting.nextAt === null ? { answer: undefined } : { answer: undefined, patch: { nextAt: null } };
}

/** Something did not answer: again later. */
export function delayed({ nextAt, failures }: Readonly<Posting>, now: Date): Decision<undefined> {
  if (nextAt === null) return { answer: undefined };
  const pause = Math.min(1000 * 2 ** failures, LONGEST_PAUSE);
  return { answer: undefined, patch: { failures: failures + 1, nextAt: new Date(+now + pause) } };
}

/** By which a line's change happens once. */
export const lineKey = ({ _id }: Pick<Posting, '_id'>, line: number): string => `${_id}-${line}`;
