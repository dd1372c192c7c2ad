import { createHash } from 'node:crypto';
import { isOutage } from '../../lib/process/outage.ts';

/** When a queue's work is tried again, and when it is left to an operator. */
export interface RetryPolicy {
  /** How long a worker that has claimed something is alone with it; longer than the work takes. */
  leaseMs: number;
  /** The pause after the first failure. It doubles with each further one. */
  firstPauseMs: number;
  maxFaultPauseMs: number;
  /** Shorter, since work that an outage has held up goes on soon after it. */
  maxOutagePauseMs: number;
  /** Faults in a row after which the work is parked. */
  maxFailures: number;
  /** Work that outages have kept for longer than this since `since` is parked all the same. */
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

/** How a piece of work stands. Each queue has its own names for it in the database; see `DueQueue`. */
export interface DueState {
  /** When a worker takes it up; null: there is nothing to do, or it is parked. A claim moves it to the end of the lease. */
  dueAt: Date | null;
  /** How often in a row it was put off, by outages too: the length of the next pause. */
  attempts: number;
  /** Faults in a row; outages are not counted. */
  failures: number;
  /** Since when it waits for an operator. */
  parkedAt: Date | null;
  /** What it failed by last. */
  error?: string;
  /** Since when it is to be done; needed where `outagePatienceMs` is finite. */
  since?: Date;
}

const MAX_ERROR_LENGTH = 1000;
const MAX_DOUBLINGS = 20;

export const isDue = ({ dueAt }: Readonly<DueState>, now: Date): boolean => dueAt !== null && dueAt <= now;

/** Leaves the worker alone with the work until the lease ends. */
export const leased = (state: Readonly<DueState>, { leaseMs }: RetryPolicy, now: Date): DueState => ({
  ...state,
  dueAt: new Date(+now + leaseMs),
  parkedAt: null,
});

/** After a failure: the work is tried again later, or parked after too many faults. An outage is no fault. */
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
  return putOff(id, failed, isAway ? policy.maxOutagePauseMs : policy.maxFaultPauseMs, policy, now);
}

/** After an attempt that has to wait for somebody else: tried again later, and the faults before it count no more. */
export const afterWaiting = (id: string, state: Readonly<DueState>, policy: RetryPolicy, now: Date): DueState =>
  putOff(id, { ...state, failures: 0 }, policy.maxOutagePauseMs, policy, now);

/** After success: the next failure is the first again. */
export const afterSuccess = (state: Readonly<DueState>): DueState => ({ ...state, attempts: 0, failures: 0 });

/** An operator has parked work tried again, at once. */
export const replayed = (state: Readonly<DueState>, now: Date): DueState => ({
  ...afterSuccess(state),
  dueAt: now,
  parkedAt: null,
});

function putOff(
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
 * Between 0.5 and 1, so that what an outage has stopped at one moment does not come back at one moment. It is taken
 * from the id and not from chance: a decision that runs twice, or in a test, comes to the same.
 */
function jitter(id: string, attempts: number): number {
  const digest = createHash('sha256').update(`${id} ${attempts}`).digest();
  return 0.5 + digest.readUInt32BE() / 2 ** 33;
}
