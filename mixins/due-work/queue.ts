import type { Decision } from '../store/changes.ts';
import type { Filter } from '../store/engine.ts';
import type { Patch, Versioned } from '../store/patch.ts';
import {
  afterFailure,
  afterSuccess,
  afterWaiting,
  type DueState,
  isDue,
  leased,
  type RetryPolicy,
  replayed,
} from './schedule.ts';

/** A kind of work that documents `T` of one collection call for, and where they keep how it stands. */
export interface DueQueue<T> {
  /** What operators and metrics call it. */
  name: string;
  policy: RetryPolicy;
  /** The field that has `DueState.dueAt`; indexed. */
  dueField: string;
  read(doc: Readonly<T>): DueState;
  /** The part of a patch that keeps a state; of top-level fields. */
  write(state: Readonly<DueState>, doc: Readonly<T>): Patch;
  /** What a claim writes besides, such as who has the work `until` when. */
  onClaim?(doc: Readonly<T>, until: Date): Patch;
  /** What a failure writes besides. */
  onFailure?(cause: unknown): Patch;
  /** Whether a worker still has what it has claimed, where it renews its lease. By the time of the lease when left out. */
  isHeld?(doc: Readonly<T>, claimed: Readonly<T>): boolean;
  /** Finds what may be parked, by an index; left out where what fails for good ends instead. */
  parkedFilter?: Filter;
}

/** What documents keep beside the time at which they are due, where nothing else was stored before. */
export interface RetryFields {
  attempts?: number;
  failures?: number;
  parkedAt?: Date | null;
  parkedError?: string;
}

const readRetries = ({ attempts = 0, failures = 0, parkedAt = null, parkedError }: Readonly<RetryFields>) => ({
  ...{ attempts, failures, parkedAt },
  ...(parkedError === undefined ? {} : { error: parkedError }),
});

/** Only what differs is written: most work never fails. */
function writeRetries(state: Readonly<DueState>, doc: Readonly<RetryFields>): RetryFields {
  const known = readRetries(doc);
  return {
    ...(state.attempts === known.attempts ? {} : { attempts: state.attempts }),
    ...(state.failures === known.failures ? {} : { failures: state.failures }),
    ...(state.parkedAt === known.parkedAt ? {} : { parkedAt: state.parkedAt }),
    ...(state.error === undefined || state.error === known.error ? {} : { parkedError: state.error }),
  };
}

/** The fields of a queue whose documents keep `RetryFields`, and in `dueField` when they are due. */
export const dueIn = <K extends string>(dueField: K) => ({
  dueField,
  parkedFilter: hasTime('parkedAt'),
  read: (doc: Readonly<RetryFields & Record<K, Date | null>>): DueState => ({
    ...readRetries(doc),
    dueAt: doc[dueField],
  }),
  write: (state: Readonly<DueState>, doc: Readonly<RetryFields>): Patch => ({
    ...writeRetries(state, doc),
    [dueField]: state.dueAt,
  }),
});

/** The index that `parkedFilter` needs: of what was parked once. */
export const PARKED_INDEX = { fields: { parkedAt: 1 }, sparse: true } as const;

/** Finds documents that have a time in a field. Bounded below: a null comes before any date in an index. */
export const hasTime = (field: string, until?: Date): Filter => ({
  [field]: { $gt: new Date(0), ...(until ? { $lte: until } : {}) },
});

/** Takes the lease of a document that is due. `undefined`: another worker has it, or nothing is left to do. */
export function claim<T>(queue: DueQueue<T>, doc: Readonly<T>, now: Date): Decision<T | undefined> {
  const state = queue.read(doc);
  if (!isDue(state, now)) return { answer: undefined };
  const next = leased(state, queue.policy, now);
  const patch = { ...queue.write(next, doc), ...(next.dueAt ? queue.onClaim?.(doc, next.dueAt) : {}) };
  return { answer: { ...doc, ...patch }, patch };
}

/**
 * Puts off what has failed, or parks it.
 * @param claimed what the failed worker has claimed: nothing happens when the work is due later by now, since another
 * worker has claimed it, or its progress has put it off. Left out, whoever fails says so.
 */
export function putOff<T extends Versioned>(
  queue: DueQueue<T>,
  doc: Readonly<T>,
  cause: unknown,
  now: Date,
  claimed?: Readonly<T>,
): Decision<undefined> {
  const state = queue.read(doc);
  if (!isOurs(queue, doc, claimed)) return { answer: undefined };
  const next = afterFailure(doc._id, state, cause, queue.policy, now);
  return { answer: undefined, patch: { ...queue.write(next, doc), ...queue.onFailure?.(cause) } };
}

/** Puts off what has to wait for somebody else. See `putOff` for `claimed`. */
export function putOffWaiting<T extends Versioned>(
  queue: DueQueue<T>,
  doc: Readonly<T>,
  now: Date,
  claimed?: Readonly<T>,
): Decision<undefined> {
  const state = queue.read(doc);
  if (!isOurs(queue, doc, claimed)) return { answer: undefined };
  return { answer: undefined, patch: queue.write(afterWaiting(doc._id, state, queue.policy, now), doc) };
}

function isOurs<T>(queue: DueQueue<T>, doc: Readonly<T>, claimed: Readonly<T> | undefined): boolean {
  const { dueAt } = queue.read(doc);
  if (dueAt === null || !claimed) return dueAt !== null;
  if (queue.isHeld) return queue.isHeld(doc, claimed);
  const { dueAt: lease } = queue.read(claimed);
  return lease === null || dueAt <= lease;
}

export const hasFailed = ({ attempts, failures }: Pick<DueState, 'attempts' | 'failures'>) =>
  attempts > 0 || failures > 0;

/** After success: failures before it count no more. */
export function succeeded<T>(queue: DueQueue<T>, doc: Readonly<T>): Decision<undefined> {
  const state = queue.read(doc);
  return { answer: undefined, ...(hasFailed(state) ? { patch: queue.write(afterSuccess(state), doc) } : {}) };
}

/** Has parked work tried again. False: it is not parked. */
export function replay<T>(queue: DueQueue<T>, doc: Readonly<T>, now: Date): Decision<boolean> {
  const state = queue.read(doc);
  if (!isParked(state)) return { answer: false };
  return { answer: true, patch: queue.write(replayed(state, now), doc) };
}

/** What was made due again since it was parked is parked no more. */
export const isParked = ({ dueAt, parkedAt }: Readonly<DueState>): boolean => parkedAt !== null && dueAt === null;
