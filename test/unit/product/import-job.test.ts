import { expect, test } from '@jest/globals';
import { MongoNetworkError } from 'mongodb';
import { claim, recordFailure } from '../../../mixins/due-work/queue.ts';
import {
  finishJob,
  IMPORT_LEASE_MS,
  type ImportJob,
  importQueue,
  newJob,
  queueJob,
  reasonToGiveUp,
  recordProgress,
  releaseJob,
  renewLease,
} from '../../../services/product/import/job.ts';

const at = (ms: number) => new Date(Date.parse('2026-03-01T12:00:00Z') + ms);
const fresh: ImportJob = {
  ...newJob({ _id: 'imp_1', staffId: 'cus_1', format: 'csv', removeMissing: false }, 1000, at(0)),
  rev: 0,
};
const waiting = queueJob(fresh, at(0)).answer;
const claimed = (job: ImportJob, now: Date): ImportJob | undefined => claim(importQueue, job, now).answer;
const held = claimed(waiting, at(0)) as ImportJob;
const owner = held.owner as string;

test('an import belongs to its owner until the lease ends; then more rows may be imported than are counted', () => {
  expect(held).toMatchObject({ status: 'running', owner: expect.any(String), again: false });
  expect(claimed(held, at(IMPORT_LEASE_MS - 1))).toBeUndefined();
  const taken = claimed(held, at(IMPORT_LEASE_MS)) as ImportJob;
  expect(taken).toMatchObject({ status: 'running', again: true });
  expect(taken.owner).not.toBe(owner);
});

test('each progress renews the lease; one that was lost is noticed, and nothing more is counted', () => {
  const results = [
    { line: 2, outcome: { kind: 'created' as const } },
    { line: 3, outcome: { kind: 'updated' as const, removed: 2 } },
  ];
  const further = recordProgress(held, owner, results, at(IMPORT_LEASE_MS - 1)).answer as ImportJob;
  expect(further).toMatchObject({ rows: 2, created: 1, updated: 1, removed: 2, nextAt: at(2 * IMPORT_LEASE_MS - 1) });
  expect(claimed(further, at(IMPORT_LEASE_MS))).toBeUndefined();
  const taken = claimed(held, at(IMPORT_LEASE_MS)) as ImportJob;
  for (const late of [
    recordProgress(taken, owner, results, at(IMPORT_LEASE_MS)),
    finishJob(taken, owner, null, at(IMPORT_LEASE_MS)),
    releaseJob(taken, owner, at(IMPORT_LEASE_MS)),
  ]) {
    expect(late).toEqual({ answer: null });
  }
});

test('a released import can be claimed at once, and its count is exact', () => {
  const back = releaseJob(held, owner, at(5)).answer as ImportJob;
  expect(claimed(back, at(5))).toMatchObject({ status: 'running', again: false, attempts: 1 });
});

test('what has ended is never taken on again', () => {
  for (const reason of [null, 'broken']) {
    const ended = finishJob(held, owner, reason, at(5)).answer as ImportJob;
    expect(ended).toMatchObject({ status: reason === null ? 'done' : 'failed', nextAt: null, finishedAt: at(5) });
    expect(claimed(ended, at(10 * IMPORT_LEASE_MS))).toBeUndefined();
  }
});

test('an import of an earlier version begins again: its rows were counted in another order', () => {
  const { removeMissing: _, removed: _r, ...old } = { ...waiting, rows: 500, created: 500 };
  const expected = { rows: 0, created: 0, removed: 0, removeMissing: false, status: 'running' };
  expect(claimed(old, at(0))).toMatchObject(expected);
  const newer = { ...waiting, rows: 500, created: 500 };
  expect(claimed(newer, at(0))).toMatchObject({ rows: 500, created: 500 });
});

test('what fails five times without getting any further is given up, whether by an error or with its node', () => {
  let job = waiting;
  for (const byItself of [true, false, true, true, false]) {
    job = claimed(job, job.nextAt as Date) as ImportJob;
    expect(reasonToGiveUp(job)).toBeUndefined();
    if (byItself)
      job = { ...job, ...recordFailure(importQueue, job, new Error('broken'), job.nextAt as Date, job).patch };
  }
  expect(reasonToGiveUp(claimed(job, job.nextAt as Date) as ImportJob)).toContain('5 attempts');
});

test('an outage is no attempt, and what another has taken over is not put off', () => {
  const away = new MongoNetworkError('connection lost');
  let job: ImportJob = { ...waiting, attempts: 4 };
  for (let times = 0; times < 10; times += 1) {
    job = claimed(job, job.nextAt as Date) as ImportJob;
    // The lease was renewed meanwhile.
    job = { ...job, ...renewLease(job, job.owner as string, at(5)).patch };
    job = { ...job, ...recordFailure(importQueue, job, away, job.nextAt as Date, job).patch };
  }
  expect(job.attempts).toBe(4);
  const taken = claimed(held, at(IMPORT_LEASE_MS)) as ImportJob;
  expect(recordFailure(importQueue, taken, away, at(IMPORT_LEASE_MS), held).patch).toBeUndefined();
});
