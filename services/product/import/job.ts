import { randomUUID } from 'node:crypto';
import type { DueQueue } from '../../../mixins/due-work/queue.ts';
import { RETRY_POLICY } from '../../../mixins/due-work/schedule.ts';
import type { Decision } from '../../../mixins/store/changes.ts';
import type { RowOutcome } from './outcome.ts';

export const FORMATS = ['csv', 'jsonl'] as const;
export type Format = (typeof FORMATS)[number];
export const JOB_STATUSES = ['uploading', 'queued', 'running', 'done', 'failed'] as const;

/** How long a node may be silent before another one goes on with its work. */
export const LEASE_MS = 10_000;
/** Claims that got no further, after which it is given up. */
const MOST_ATTEMPTS = 5;

/** An import of products from a file: what it came to so far, and who works on it until when. */
export interface Job {
  _id: string;
  rev: number;
  format: Format;
  status: (typeof JOB_STATUSES)[number];
  staffId: string;
  /** Variants go that their product's rows leave out; missing on imports from before there was a choice. */
  removeMissing?: boolean;
  /** Products of the file that have been dealt with: where to go on. */
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
  /** Variants that went; missing on imports from before any did. */
  removed?: number;
  /** Why the rest could not be read. */
  reason: string | null;
  /** Who works on it. */
  owner: string | null;
  /** Whoever had it before may have done more than it says. */
  again?: boolean;
  /** Claims since it got any further, that of who has it now among them. */
  attempts: number;
  /** When somebody has to look after it; null: never again. */
  nextAt: Date | null;
  createdAt: Date;
  finishedAt: Date | null;
}

const NOTHING_DONE = { rows: 0, created: 0, updated: 0, unchanged: 0, failed: 0, removed: 0 };

/** An import whose file is on its way, which takes until `patience` ms from now at most. */
export function uploading(
  { _id, staffId, format, removeMissing }: Pick<Job, '_id' | 'staffId' | 'format'> & { removeMissing: boolean },
  patience: number,
  now: Date,
): Omit<Job, 'rev'> {
  const counts = { ...NOTHING_DONE, attempts: 0 };
  const nextAt = new Date(now.getTime() + patience);
  const open = { reason: null, owner: null, finishedAt: null };
  return { _id, staffId, format, removeMissing, status: 'uploading', ...counts, ...open, nextAt, createdAt: now };
}

/** All of the file is there. */
export function queued(job: Readonly<Job>, now: Date): Decision<Job> {
  return moved(job, { status: 'queued', nextAt: now });
}

/**
 * Imports that are to be worked off. None is parked: one that gets no further ends, its staff sees why, and sends the
 * file again. A claim counts as an attempt, so that one which takes its node with it comes to an end, too.
 */
export const importQueue: DueQueue<Job> = {
  name: 'imports',
  // The beginning of the file is read again each time.
  policy: { ...RETRY_POLICY, leaseMs: LEASE_MS, firstPauseMs: 5000, maxFailures: Number.POSITIVE_INFINITY },
  dueField: 'nextAt',
  read({ nextAt: dueAt, attempts }) {
    const failures = Math.max(0, attempts - 1);
    return { dueAt, attempts: failures, failures, parkedAt: null };
  },
  // After an outage the attempt is not counted.
  write: ({ dueAt: nextAt, failures: attempts }) => ({ nextAt, attempts }),
  onClaim: (job) => ({
    ...{ owner: randomUUID(), attempts: job.attempts + 1 },
    ...(job.status === 'uploading' ? {} : { ...restarted(job), status: 'running', again: job.status === 'running' }),
  }),
  isHeld: (job, claimed) => job.owner === claimed.owner,
};

/** Why an import that was claimed cannot go on. */
export function hopeless({ status, attempts }: Readonly<Job>): string | undefined {
  if (status === 'uploading') return 'The upload was not finished.';
  return attempts > MOST_ATTEMPTS ? `It got no further in ${MOST_ATTEMPTS} attempts.` : undefined;
}

/** One from before the rows of a product could stand apart was counted in another order: again, it changes nothing. */
const restarted = ({ removeMissing }: Readonly<Job>): Partial<Job> =>
  removeMissing === undefined ? { ...NOTHING_DONE, removeMissing: false } : {};

/** Keeps an import from others while it is worked on. */
export function renewed(job: Readonly<Job>, owner: string, now: Date): Decision<void> {
  return job.owner === owner ? { answer: undefined, patch: { nextAt: leasedFrom(now) } } : { answer: undefined };
}

/** What has been dealt with since. Null: another node has taken over. */
export function progressed(
  job: Readonly<Job>,
  owner: string,
  results: readonly { outcome: RowOutcome }[],
  now: Date,
): Decision<Job | null> {
  if (job.owner !== owner) return { answer: null };
  const count = (kind: RowOutcome['kind']) => results.filter(({ outcome }) => outcome.kind === kind).length;
  const removed = results.reduce((sum, { outcome }) => sum + (('removed' in outcome && outcome.removed) || 0), 0);
  return moved(job, {
    rows: job.rows + results.length,
    created: job.created + count('created'),
    updated: job.updated + count('updated'),
    unchanged: job.unchanged + count('unchanged'),
    failed: job.failed + count('refused'),
    removed: (job.removed ?? 0) + removed,
    attempts: 0,
    nextAt: leasedFrom(now),
  });
}

/** The end of the file, or, with a reason, what keeps the rest from being read. */
export function finished(job: Readonly<Job>, owner: string, reason: string | null, now: Date): Decision<Job | null> {
  if (job.owner !== owner) return { answer: null };
  if (reason !== null) return failed(job, reason, now);
  return moved(job, { status: 'done', owner: null, nextAt: null, finishedAt: now });
}

/** Lets another node go on at once. */
export function released(job: Readonly<Job>, owner: string, now: Date): Decision<Job | null> {
  if (job.owner !== owner || job.status !== 'running') return { answer: null };
  return moved(job, { status: 'queued', owner: null, attempts: 0, nextAt: now });
}

const failed = (job: Readonly<Job>, reason: string, now: Date): Decision<Job> =>
  moved(job, { status: 'failed', reason, owner: null, nextAt: null, finishedAt: now });

const leasedFrom = (now: Date): Date => new Date(now.getTime() + LEASE_MS);

const moved = (job: Readonly<Job>, patch: Partial<Job>): Decision<Job> => ({ answer: { ...job, ...patch }, patch });
