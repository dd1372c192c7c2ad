import { type DueQueue, dueIn, type RetryFields } from '../../../mixins/due-work/queue.ts';
import { RETRY_POLICY } from '../../../mixins/due-work/schedule.ts';
import type { Decision } from '../../../mixins/store/changes.ts';
import type { Versioned } from '../../../mixins/store/patch.ts';

/**
 * Something that counts in another document: a review in the stars of its product, a vote in what helps of a review.
 * Two documents cannot change at once, so what is counted moves by steps, one move after the other:
 * 1. `aimed` writes the move down, with a key of its own, in the write that makes it due.
 * 2. The other document changes by the difference, once for the key (mixins/store/once.ts).
 * 3. `arrived` acknowledges that; from here on `counted` says what the other document has.
 * 4. The other document is told to forget the key, and `through` ends the move, or begins the next one.
 * Each step may be repeated, also by several at once, and whoever dies between two leaves `dueAt` to a worker.
 */
export interface Counted extends Versioned, RetryFields {
  /** How much of it the other document includes, as far as that is acknowledged. */
  counted: number;
  /** What is under way. */
  move: Move | null;
  /** How many moves there were. */
  moves: number;
  /** When a worker looks after it; null: there is nothing to do. */
  dueAt: Date | null;
}

interface Move {
  key: string;
  /** How much is to be counted. */
  to: number;
  /** It is; the key is still to be forgotten. */
  done: boolean;
}

/** How long whoever has begun a move, or claimed it, is left alone with it. */
const LEASE_MS = 5000;

/** The queue of a collection of such documents. */
export const moves = <T extends Counted>(name: string): DueQueue<T> => ({
  name,
  policy: { ...RETRY_POLICY, leaseMs: LEASE_MS },
  ...dueIn('dueAt'),
});

export const uncounted = { counted: 0, move: null, moves: 0, dueAt: null } as const;

/**
 * The part of a patch that has so much counted from now on; what is under way comes to its end first.
 * @param wanted null: nothing, and then the document is to be removed
 */
export function aimed(doc: Readonly<Counted>, wanted: number | null, now: Date): Partial<Counted> {
  if (doc.move) return {};
  const dueAt = new Date(+now + LEASE_MS);
  const to = wanted ?? 0;
  if (to === doc.counted) return { dueAt: wanted === null ? dueAt : null };
  const moves = doc.moves + 1;
  return { move: { key: `${doc._id}:${moves}`, to, done: false }, moves, dueAt };
}

/** The other document has changed. */
export function arrived({ move }: Readonly<Counted>, key: string): Decision<undefined> {
  if (move?.key !== key || move.done) return { answer: undefined };
  return { answer: undefined, patch: { counted: move.to, move: { ...move, done: true } } };
}

/** Nobody will ask for this move again. */
export function through(doc: Readonly<Counted>, key: string, wanted: number | null, now: Date): Decision<undefined> {
  if (doc.move?.key !== key) return { answer: undefined };
  const next = aimed({ ...doc, move: null }, wanted, now);
  return { answer: undefined, patch: { move: null, ...(doc.parkedAt ? { parkedAt: null } : {}), ...next } };
}
