import { createHash } from 'node:crypto';
import { isOutage } from '../../lib/process/outage.ts';

/** When a queue's work is tried again, and when it is parked for an operator. */
export interface RetryPolicy {
  /** Duration of a lease; longer than the work takes. */
  leaseMs: number;
  /** The pause after the first failure, which doubles with each further failure. */
  firstPauseMs: number;
  maxFaultPauseMs: number;
  /** Shorter than after faults, so that work continues soon after an outage. */
  maxOutagePauseMs: number;
  /** Faults in a row after which the work is parked. */
  maxFailures: number;
  /** Work that is older than this (`since`) is parked even if only outages have stopped it. */
  outagePatienceMs: number;
}

export const RETRY_POLICY: RetryPolicy = {
  leaseMs: 30_000,
  firstPauseMs: 1000,
  maxFaultPauseMs: 60_000,
  maxOutagePauseMs: 10_000,
  maxFailures: 20,
  outagePatienceMs: Number.POSITIVE_INFINITY,
};

/** The state of a document's work. Each queue stores it under field names of its own, see `DueQueue`. */
export interface DueState {
  /** When a worker may claim it; null when there is nothing to do, or it is parked. A claim moves it to the end of the lease. */
  dueAt: Date | null;
  /** Postponements in a row, by faults or outages; determines the next pause. */
  attempts: number;
  /** Faults in a row, without outages. */
  failures: number;
  /** When it was parked. */
  parkedAt: Date | null;
  /** The last error. */
  error?: string;
  /** When the work first became due; needed where `outagePatienceMs` is finite. */
  since?: Date;
}

const MAX_ERROR_LENGTH = 1000;
const MAX_DOUBLINGS = 20;

export const isDue = ({ dueAt }: Readonly<DueState>, now: Date): boolean => dueAt !== null && dueAt <= now;

/** The state while a worker has the lease. */
export const afterClaim = (state: Readonly<DueState>, { leaseMs }: RetryPolicy, now: Date): DueState => ({
  ...state,
  dueAt: new Date(+now + leaseMs),
  parkedAt: null,
});

/** The state after a failure: due again later, or parked after too many faults. Outages are not counted as faults. */
export function afterFailure(
  id: string,
  state: Readonly<DueState>,
  cause: unknown,
  policy: RetryPolicy,
  now: Date,
): DueState {
  const isAway = isOutage(cause);
  const failures = isAway ? state.failures : state.failures + 1;
  const isOverdue = isAway && +now - +(state.since ?? now) >= policy.outagePatienceMs;
  const failed = { ...state, failures, error: String(cause).slice(0, MAX_ERROR_LENGTH) };
  if (failures >= policy.maxFailures || isOverdue) return { ...failed, dueAt: null, parkedAt: now };
  return postponed(id, failed, isAway ? policy.maxOutagePauseMs : policy.maxFaultPauseMs, policy, now);
}

/** The state after WAITING: due again later, and earlier faults are no longer counted. */
export const afterWaiting = (id: string, state: Readonly<DueState>, policy: RetryPolicy, now: Date): DueState =>
  postponed(id, { ...state, failures: 0 }, policy.maxOutagePauseMs, policy, now);

/** The state after success: earlier failures are no longer counted. */
export const afterSuccess = (state: Readonly<DueState>): DueState => ({ ...state, attempts: 0, failures: 0 });

/** The state after an operator's replay: due now. */
export const afterReplay = (state: Readonly<DueState>, now: Date): DueState => ({
  ...afterSuccess(state),
  dueAt: now,
  parkedAt: null,
});

function postponed(
  id: string,
  state: Readonly<DueState>,
  maxPauseMs: number,
  { firstPauseMs }: RetryPolicy,
  now: Date,
): DueState {
  const { attempts } = state;
  const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(attempts, MAX_DOUBLINGS), maxPauseMs);
  return { ...state, attempts: attempts + 1, dueAt: new Date(+now + Math.ceil(pauseMs * jitter(id, attempts))) };
}

/**
 * A factor between 0.5 and 1, so that work that an outage has stopped at the same time is not repeated at the same time. It
 * is derived from the id and not random, as decisions have to be repeatable.
 */
function jitter(id: string, attempts: number): number {
  const digest = createHash('sha256').update(`${id} ${attempts}`).digest();
  return 0.5 + digest.readUInt32BE() / 2 ** 33;
}
