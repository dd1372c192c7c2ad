import type { Decision } from '../store/changes.ts';
import type { Filter } from '../store/engine.ts';
import type { Patch, Versioned } from '../store/patch.ts';
import {
  afterClaim,
  afterFailure,
  afterReplay,
  afterSuccess,
  afterWaiting,
  type DueState,
  isDue,
  type RetryPolicy,
} from './schedule.ts';

/** A queue of due work: documents `T` of one collection, and the fields in which they store the state of their work. */
export interface DueQueue<T> {
  /** The name for operators and metrics. */
  name: string;
  policy: RetryPolicy;
  /** The field with `DueState.dueAt`; must be indexed. */
  dueField: string;
  read(doc: Readonly<T>): DueState;
  /** The patch that stores a state; of top-level fields only. */
  write(state: Readonly<DueState>, doc: Readonly<T>): Patch;
  /** Further fields that a claim writes, such as the owner of a lease that ends at `until`. */
  onClaim?(doc: Readonly<T>, until: Date): Patch;
  /** Further fields that a failure writes. */
  onFailure?(cause: unknown): Patch;
  /** Whether a worker still holds its lease; needed where workers renew leases. By default compared by the time of the lease. */
  isHeld?(doc: Readonly<T>, claimed: Readonly<T>): boolean;
  /** An indexed filter for documents that may be parked; missing where work is never parked. */
  parkedFilter?: Filter;
}

/** The fields, besides `dueField`, in which most queues store the state. */
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

/** Only the changed fields, as most work never fails. */
function writeRetries(state: Readonly<DueState>, doc: Readonly<RetryFields>): RetryFields {
  const known = readRetries(doc);
  return {
    ...(state.attempts === known.attempts ? {} : { attempts: state.attempts }),
    ...(state.failures === known.failures ? {} : { failures: state.failures }),
    ...(state.parkedAt === known.parkedAt ? {} : { parkedAt: state.parkedAt }),
    ...(state.error === undefined || state.error === known.error ? {} : { parkedError: state.error }),
  };
}

/** The storage of a queue whose documents have `RetryFields` and `dueField`. */
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

/** Like `dueIn`, for work whose fields are in a part of the document, which is there while there is work. */
export function dueInPart<P extends string>(part: P) {
  const fields = dueIn('nextAt');
  type Doc = Readonly<Partial<Record<P, RetryFields & { nextAt: Date | null }>>>;
  return {
    dueField: `${part}.nextAt`,
    parkedFilter: hasTime(`${part}.parkedAt`),
    read: (doc: Doc): DueState => fields.read(doc[part] ?? { nextAt: null }),
    write(state: Readonly<DueState>, doc: Doc): Patch {
      const work = doc[part];
      return work ? { [part]: { ...work, ...fields.write(state, work) } } : {};
    },
  };
}

/** The index for `parkedFilter`; it has only documents that were parked once. */
export const PARKED_INDEX = { fields: { parkedAt: 1 }, sparse: true } as const;

/** A filter for documents with a time in a field, up to `until`. The lower bound excludes null. */
export const hasTime = (field: string, until?: Date): Filter => ({
  [field]: { $gt: new Date(0), ...(until ? { $lte: until } : {}) },
});

/** Leases a due document. The answer is undefined when another worker has the lease, or nothing is due. */
export function claim<T>(queue: DueQueue<T>, doc: Readonly<T>, now: Date): Decision<T | undefined> {
  const state = queue.read(doc);
  if (!isDue(state, now)) return { answer: undefined };
  const next = afterClaim(state, queue.policy, now);
  const patch = { ...queue.write(next, doc), ...(next.dueAt ? queue.onClaim?.(doc, next.dueAt) : {}) };
  return { answer: { ...doc, ...patch }, patch };
}

/**
 * Postpones or parks failed work.
 * @param claimed the document as the failed worker claimed it: nothing is written if it is due later by now, as another
 * worker has claimed it or it has progressed. Without it, the failure is always written.
 */
export function recordFailure<T extends Versioned>(
  queue: DueQueue<T>,
  doc: Readonly<T>,
  cause: unknown,
  now: Date,
  claimed?: Readonly<T>,
): Decision<undefined> {
  const state = queue.read(doc);
  if (!isStillClaimed(queue, doc, claimed)) return { answer: undefined };
  const next = afterFailure(doc._id, state, cause, queue.policy, now);
  return { answer: undefined, patch: { ...queue.write(next, doc), ...queue.onFailure?.(cause) } };
}

/** Postpones work that is WAITING. See `putOff` for `claimed`. */
export function recordWaiting<T extends Versioned>(
  queue: DueQueue<T>,
  doc: Readonly<T>,
  now: Date,
  claimed?: Readonly<T>,
): Decision<undefined> {
  const state = queue.read(doc);
  if (!isStillClaimed(queue, doc, claimed)) return { answer: undefined };
  return { answer: undefined, patch: queue.write(afterWaiting(doc._id, state, queue.policy, now), doc) };
}

function isStillClaimed<T>(queue: DueQueue<T>, doc: Readonly<T>, claimed: Readonly<T> | undefined): boolean {
  const { dueAt } = queue.read(doc);
  if (dueAt === null || !claimed) return dueAt !== null;
  if (queue.isHeld) return queue.isHeld(doc, claimed);
  const { dueAt: lease } = queue.read(claimed);
  return lease === null || dueAt <= lease;
}

export const hasFailed = ({ attempts, failures }: Pick<DueState, 'attempts' | 'failures'>) =>
  attempts > 0 || failures > 0;

/** Resets the counts of failures after success. */
export function recordSuccess<T>(queue: DueQueue<T>, doc: Readonly<T>): Decision<undefined> {
  const state = queue.read(doc);
  return { answer: undefined, ...(hasFailed(state) ? { patch: queue.write(afterSuccess(state), doc) } : {}) };
}

/** Makes parked work due again. The answer is false if it is not parked. */
export function replay<T>(queue: DueQueue<T>, doc: Readonly<T>, now: Date): Decision<boolean> {
  const state = queue.read(doc);
  if (!isParked(state)) return { answer: false };
  return { answer: true, patch: queue.write(afterReplay(state, now), doc) };
}

/** Whether work is parked, and was not made due again since. */
export const isParked = ({ dueAt, parkedAt }: Readonly<DueState>): boolean => parkedAt !== null && dueAt === null;
