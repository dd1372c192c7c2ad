import { fingerprintOf } from '../../../lib/contract/fingerprint.ts';
import { type DueQueue, dueIn, type RetryFields } from '../../../mixins/due-work/queue.ts';
import { RETRY_POLICY } from '../../../mixins/due-work/schedule.ts';
import type { Decision } from '../../../mixins/store/changes.ts';
import { errors } from '../../shared/problems.ts';
import type { Correction } from './correction.ts';
import type { CorrectionResult } from './ledger.ts';

/** The outcome of a line. `unknown`: the SKU does not exist. */
export type AdjustmentOutcome = Omit<CorrectionResult, 'outcome'> & {
  sku: string;
  outcome: CorrectionResult['outcome'] | 'unknown';
};

/**
 * A staff request that changes stock: one change, or a whole stocktake. It is kept under its Idempotency-Key without a
 * time limit, so that a repeated key returns the first result.
 */
export interface StockAdjustment extends RetryFields {
  _id: string;
  rev: number;
  /** The member of staff; unique with `key`. */
  by: string;
  key: string;
  /** The whole request: the same key with other lines is refused. */
  lines: { sku: string; correction: Correction }[];
  /** One for each line; null until all lines are applied. */
  outcomes: AdjustmentOutcome[] | null;
  failures: number;
  /** When a worker continues; null: nothing to do. */
  nextAt: Date | null;
  createdAt: Date;
}

/** A stock refuses the command of a line after this time. */
export const COMMAND_TIMEOUT_MS = 20_000;

export const stockAdjustments: DueQueue<StockAdjustment> = {
  name: 'stock-adjustments',
  // Longer than COMMAND_TIMEOUT_MS: when another process claims an adjustment, earlier commands have expired.
  policy: { ...RETRY_POLICY, leaseMs: 30_000 },
  ...dueIn('nextAt'),
};

type AdjustmentRequest = Pick<StockAdjustment, '_id' | 'by' | 'key' | 'lines'>;

/** A new adjustment, leased to the process that inserts it. */
export function newAdjustment(draft: AdjustmentRequest, now: Date): Omit<StockAdjustment, 'rev'> {
  return {
    ...draft,
    outcomes: null,
    failures: 0,
    nextAt: new Date(+now + stockAdjustments.policy.leaseMs),
    createdAt: now,
  };
}

/** Returns the stored adjustment if it is the same request. @throws idempotency-key-reused for another request */
export function requireSameRequest(known: StockAdjustment, { lines }: AdjustmentRequest): StockAdjustment {
  if (fingerprintOf({ lines: known.lines }) !== fingerprintOf({ lines })) throw errors.idempotencyKeyReused();
  return known;
}

/** Stores the outcomes of all lines; outcomes that are stored already win. */
export function recordOutcomes(
  adjustment: Readonly<StockAdjustment>,
  outcomes: AdjustmentOutcome[],
): Decision<AdjustmentOutcome[]> {
  if (adjustment.outcomes) return { answer: adjustment.outcomes };
  return { answer: outcomes, patch: { outcomes } };
}

/** Ends the due work, after the stocks have forgotten the keys. */
export function settleAdjustment(adjustment: Readonly<StockAdjustment>): Decision<undefined> {
  return adjustment.nextAt === null ? { answer: undefined } : { answer: undefined, patch: { nextAt: null } };
}

/** The idempotency key of a line in the stock. */
export const lineKey = ({ _id }: Pick<StockAdjustment, '_id'>, line: number): string => `${_id}-${line}`;
