import { type DueQueue, dueIn, type RetryFields } from '../../../mixins/due-work/queue.ts';
import { RETRY_POLICY } from '../../../mixins/due-work/schedule.ts';
import type { Decision } from '../../../mixins/store/changes.ts';
import type { Versioned } from '../../../mixins/store/patch.ts';

/**
 * A document that contributes to the aggregate of another: a review to the rating of its product, a vote to the helpfulness of
 * a review. Two documents cannot change in one write, so a contribution is transferred in steps, one transfer at a time:
 * 1. `beginTransfer` records the transfer, with its own key, in the write that makes it due.
 * 2. The aggregate changes by the difference, once per key (mixins/store/idempotency-log.ts).
 * 3. `markApplied` records that; from here on `counted` is what the aggregate includes.
 * 4. The aggregate deletes the key, and `completeTransfer` ends the transfer or begins the next one.
 * Every step can be repeated, also concurrently. A process that dies in between leaves `dueAt` to a worker.
 */
export interface Contribution extends Versioned, RetryFields {
  /** The amount that the aggregate includes, as far as acknowledged. */
  counted: number;
  /** The transfer under way. */
  move: Transfer | null;
  /** Number of transfers so far. */
  moves: number;
  /** When a worker continues; null: nothing to do. */
  dueAt: Date | null;
}

interface Transfer {
  key: string;
  /** The amount to include. */
  to: number;
  /** Applied; the aggregate still has the key. */
  done: boolean;
}

const TRANSFER_LEASE_MS = 5000;

/** The due-work queue of a collection of such documents. */
export const transferQueue = <T extends Contribution>(name: string): DueQueue<T> => ({
  name,
  policy: { ...RETRY_POLICY, leaseMs: TRANSFER_LEASE_MS },
  ...dueIn('dueAt'),
});

export const NO_CONTRIBUTION = { counted: 0, move: null, moves: 0, dueAt: null } as const;

/**
 * The part of a patch that begins a transfer to `amount`; a transfer under way is completed first.
 * @param amount null: nothing, and the document is removed afterwards
 */
export function beginTransfer(doc: Readonly<Contribution>, amount: number | null, now: Date): Partial<Contribution> {
  if (doc.move) return {};
  const dueAt = new Date(+now + TRANSFER_LEASE_MS);
  const to = amount ?? 0;
  if (to === doc.counted) return { dueAt: amount === null ? dueAt : null };
  const moves = doc.moves + 1;
  return { move: { key: `${doc._id}:${moves}`, to, done: false }, moves, dueAt };
}

/** Records that the aggregate has changed. */
export function markApplied({ move }: Readonly<Contribution>, key: string): Decision<undefined> {
  if (move?.key !== key || move.done) return { answer: undefined };
  return { answer: undefined, patch: { counted: move.to, move: { ...move, done: true } } };
}

/** Ends a transfer; the next one begins if `amount` has changed. */
export function completeTransfer(
  doc: Readonly<Contribution>,
  key: string,
  amount: number | null,
  now: Date,
): Decision<undefined> {
  if (doc.move?.key !== key) return { answer: undefined };
  const next = beginTransfer({ ...doc, move: null }, amount, now);
  return { answer: undefined, patch: { move: null, ...(doc.parkedAt ? { parkedAt: null } : {}), ...next } };
}
