import { fingerprintOf } from '../../../lib/contract/fingerprint.ts';
import { type DueQueue, dueIn, type RetryFields } from '../../../mixins/due-work/queue.ts';
import { RETRY_POLICY } from '../../../mixins/due-work/schedule.ts';
import type { Decision } from '../../../mixins/store/changes.ts';
import { errors } from '../../shared/problems.ts';
import type { Correction } from './correction.ts';
import type { Posted } from './ledger.ts';

/** What became of a line. `unknown`: there is no such SKU. */
export type AdjustmentOutcome = Omit<Posted, 'outcome'> & { sku: string; outcome: Posted['outcome'] | 'unknown' };

/**
 * What a member of staff had the stock changed by, under an Idempotency-Key of theirs: one change, or a whole
 * stock-taking. It stays, so that the key answers the same for good.
 */
export interface StockAdjustment extends RetryFields {
  _id: string;
  rev: number;
  /** The member of staff; unique with `key`. */
  by: string;
  key: string;
  /** All of the request: the key sent with other lines is a mistake. */
  lines: { sku: string; correction: Correction }[];
  /** One for each line; null until all are through. */
  outcomes: AdjustmentOutcome[] | null;
  failures: number;
  /** When a worker takes it up; null once there is nothing left to do. */
  nextAt: Date | null;
  createdAt: Date;
}

/** How long a command of ours may be on its way, in ms. */
export const PATIENCE = 20_000;

export const stockAdjustments: DueQueue<StockAdjustment> = {
  name: 'stock-adjustments',
  // The lease is longer than PATIENCE, so that whoever has claimed one is alone with it.
  policy: { ...RETRY_POLICY, leaseMs: 30_000 },
  ...dueIn('nextAt'),
};

type Draft = Pick<StockAdjustment, '_id' | 'by' | 'key' | 'lines'>;

/** A posting that whoever inserts it carries out at once. */
export function newPosting(draft: Draft, now: Date): Omit<StockAdjustment, 'rev'> {
  return {
    ...draft,
    outcomes: null,
    failures: 0,
    nextAt: new Date(+now + stockAdjustments.policy.leaseMs),
    createdAt: now,
  };
}

/** The one that the key belongs to, for a request. @throws idempotency-key-reused when it was another request */
export function sameRequest(known: StockAdjustment, { lines }: Draft): StockAdjustment {
  if (fingerprintOf({ lines: known.lines }) !== fingerprintOf({ lines })) throw errors.idempotencyKeyReused();
  return known;
}

/** All lines are through. Whoever says so first is right; their keys can be forgotten now. */
export function concluded(
  posting: Readonly<StockAdjustment>,
  outcomes: AdjustmentOutcome[],
): Decision<AdjustmentOutcome[]> {
  if (posting.outcomes) return { answer: posting.outcomes };
  return { answer: outcomes, patch: { outcomes } };
}

/** The keys are forgotten. */
export function isAdjustmentSettled(posting: Readonly<StockAdjustment>): Decision<undefined> {
  return posting.nextAt === null ? { answer: undefined } : { answer: undefined, patch: { nextAt: null } };
}

/** By which a line's change happens once. */
export const lineKey = ({ _id }: Pick<StockAdjustment, '_id'>, line: number): string => `${_id}-${line}`;
