import { randomUUID } from 'node:crypto';
import type { DueQueue } from '../../../mixins/due-work/queue.ts';
import { RETRY_POLICY } from '../../../mixins/due-work/schedule.ts';
import type { Decision } from '../../../mixins/store/changes.ts';
import type { RowOutcome } from './outcome.ts';

export const FILE_FORMATS = ['csv', 'jsonl'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];
export const IMPORT_STATUSES = ['uploading', 'queued', 'running', 'done', 'failed'] as const;

/** Another node continues an import that was not renewed for this long. */
export const IMPORT_LEASE_MS = 10_000;
/** Claims without progress, after which an import fails. */
const MAX_ATTEMPTS = 5;

/** An import of products from a file: its progress, and the lease of the node that works on it. */
export interface ImportJob {
  _id: string;
  rev: number;
  format: FileFormat;
  status: (typeof IMPORT_STATUSES)[number];
  staffId: string;
  /** Whether to remove variants missing in the file; absent in documents from before this option. */
  removeMissing?: boolean;
  /** Processed products of the file: where to continue. */
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
  /** Removed variants; absent in documents from before there were removals. */
  removed?: number;
  /** Why the rest of the file was not imported. */
  reason: string | null;
  /** The claim that works on it, as a random id. */
  owner: string | null;
  /** The previous owner may have imported more rows than `rows` counts. */
  again?: boolean;
  /** Claims since the last progress, including the current one. */
  attempts: number;
  /** When a worker continues; null: nothing to do. */
  nextAt: Date | null;
  createdAt: Date;
  finishedAt: Date | null;
}

const NO_PROGRESS = { rows: 0, created: 0, updated: 0, unchanged: 0, failed: 0, removed: 0 };

/** An import whose file is being uploaded, for `uploadTimeoutMs` at most. */
export function newJob(
  { _id, staffId, format, removeMissing }: Pick<ImportJob, '_id' | 'staffId' | 'format'> & { removeMissing: boolean },
  uploadTimeoutMs: number,
  now: Date,
): Omit<ImportJob, 'rev'> {
  const counts = { ...NO_PROGRESS, attempts: 0 };
  const nextAt = new Date(now.getTime() + uploadTimeoutMs);
  const open = { reason: null, owner: null, finishedAt: null };
  return { _id, staffId, format, removeMissing, status: 'uploading', ...counts, ...open, nextAt, createdAt: now };
}

/** Queues an import whose file is uploaded. */
export function queueJob(job: Readonly<ImportJob>, now: Date): Decision<ImportJob> {
  return patched(job, { status: 'queued', nextAt: now });
}

/**
 * The imports to run. None is parked: an import without progress fails with a reason, and staff sends the file again.
 * Each claim counts as an attempt, so an import that crashes its node fails too.
 */
export const importQueue: DueQueue<ImportJob> = {
  name: 'imports',
  // Each attempt reads the file from the start.
  policy: { ...RETRY_POLICY, leaseMs: IMPORT_LEASE_MS, firstPauseMs: 5000, maxFailures: Number.POSITIVE_INFINITY },
  dueField: 'nextAt',
  read({ nextAt: dueAt, attempts }) {
    const failures = Math.max(0, attempts - 1);
    return { dueAt, attempts: failures, failures, parkedAt: null };
  },
  // An attempt that ends in an outage is not counted.
  write: ({ dueAt: nextAt, failures: attempts }) => ({ nextAt, attempts }),
  onClaim: (job) => ({
    ...{ owner: randomUUID(), attempts: job.attempts + 1 },
    ...(job.status === 'uploading'
      ? {}
      : { ...withoutOldProgress(job), status: 'running', again: job.status === 'running' }),
  }),
  isHeld: (job, claimed) => job.owner === claimed.owner,
};

/** Why a claimed import fails without another attempt; undefined: it runs. */
export function reasonToGiveUp({ status, attempts }: Readonly<ImportJob>): string | undefined {
  if (status === 'uploading') return 'The upload was not finished.';
  return attempts > MAX_ATTEMPTS ? `It made no progress in ${MAX_ATTEMPTS} attempts.` : undefined;
}

/** Restarts an import from before `removeMissing` existed, as its progress counts rows in another order. Idempotent. */
const withoutOldProgress = ({ removeMissing }: Readonly<ImportJob>): Partial<ImportJob> =>
  removeMissing === undefined ? { ...NO_PROGRESS, removeMissing: false } : {};

/** Extends the lease of an import. */
export function renewLease(job: Readonly<ImportJob>, owner: string, now: Date): Decision<void> {
  return job.owner === owner ? { answer: undefined, patch: { nextAt: leaseEnd(now) } } : { answer: undefined };
}

/** Counts the results of further rows. @returns null when another node has taken over */
export function recordProgress(
  job: Readonly<ImportJob>,
  owner: string,
  results: readonly { outcome: RowOutcome }[],
  now: Date,
): Decision<ImportJob | null> {
  if (job.owner !== owner) return { answer: null };
  const count = (kind: RowOutcome['kind']) => results.filter(({ outcome }) => outcome.kind === kind).length;
  const removed = results.reduce((sum, { outcome }) => sum + (('removed' in outcome && outcome.removed) || 0), 0);
  return patched(job, {
    rows: job.rows + results.length,
    created: job.created + count('created'),
    updated: job.updated + count('updated'),
    unchanged: job.unchanged + count('unchanged'),
    failed: job.failed + count('refused'),
    removed: (job.removed ?? 0) + removed,
    attempts: 0,
    nextAt: leaseEnd(now),
  });
}

/** Ends an import: done, or failed for a reason. @returns null when another node has taken over */
export function finishJob(
  job: Readonly<ImportJob>,
  owner: string,
  reason: string | null,
  now: Date,
): Decision<ImportJob | null> {
  if (job.owner !== owner) return { answer: null };
  if (reason !== null) return failJob(job, reason, now);
  return patched(job, { status: 'done', owner: null, nextAt: null, finishedAt: now });
}

/** Ends the lease, so that another node continues at once. @returns null when one has already */
export function releaseJob(job: Readonly<ImportJob>, owner: string, now: Date): Decision<ImportJob | null> {
  if (job.owner !== owner || job.status !== 'running') return { answer: null };
  return patched(job, { status: 'queued', owner: null, attempts: 0, nextAt: now });
}

const failJob = (job: Readonly<ImportJob>, reason: string, now: Date): Decision<ImportJob> =>
  patched(job, { status: 'failed', reason, owner: null, nextAt: null, finishedAt: now });

const leaseEnd = (now: Date): Date => new Date(now.getTime() + IMPORT_LEASE_MS);

const patched = (job: Readonly<ImportJob>, patch: Partial<ImportJob>): Decision<ImportJob> => ({
  answer: { ...job, ...patch },
  patch,
});
