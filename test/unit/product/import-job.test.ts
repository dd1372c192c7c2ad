import { expect, test } from '@jest/globals';
import { MongoNetworkError } from 'mongodb';
import { claim, recordFailure } from '../../../mixins/due-work/queue.ts';
import {
  finished,
  hopeless,
  importQueue,
  type Job,
  LEASE_MS,
  progressed,
  queued,
  released,
  renewed,
  uploading,
} from '../../../services/product/import/job.ts';

const at = (ms: number) => new Date(Date.parse('2026-03-01T12:00:00Z') + ms);
const fresh: Job = {
  ...uploading({ _id: 'imp_1', staffId: 'cus_1', format: 'csv', removeMissing: false }, 1000, at(0)),
  rev: 0,
};
const waiting = queued(fresh, at(0)).answer;
const claimed = (job: Job, now: Date): Job | undefined => claim(importQueue, job, now).answer;
const held = claimed(waiting, at(0)) as Job;
const owner = held.owner as string;

test('nobody takes an import from who works on it, until the lease is over; then what was done may be more than is noted', () => {
  expect(held).toMatchObject({ status: 'running', owner: expect.any(String), again: false });
  expect(claimed(held, at(LEASE_MS - 1))).toBeUndefined();
  const taken = claimed(held, at(LEASE_MS)) as Job;
  expect(taken).toMatchObject({ status: 'running', again: true });
  expect(taken.owner).not.toBe(owner);
});

test('each progress renews the lease; one that was lost is noticed, and nothing more is counted', () => {
  const results = [
    { line: 2, outcome: { kind: 'created' as const } },
    { line: 3, outcome: { kind: 'updated' as const, removed: 2 } },
  ];
  const further = progressed(held, owner, results, at(LEASE_MS - 1)).answer as Job;
  expect(further).toMatchObject({ rows: 2, created: 1, updated: 1, removed: 2, nextAt: at(2 * LEASE_MS - 1) });
  expect(claimed(further, at(LEASE_MS))).toBeUndefined();
  const taken = claimed(held, at(LEASE_MS)) as Job;
  for (const late of [
    progressed(taken, owner, results, at(LEASE_MS)),
    finished(taken, owner, null, at(LEASE_MS)),
    released(taken, owner, at(LEASE_MS)),
  ]) {
    expect(late).toEqual({ answer: null });
  }
});

test('what is given back can be taken on at once, and nothing of it is in doubt', () => {
  const back = released(held, owner, at(5)).answer as Job;
  expect(claimed(back, at(5))).toMatchObject({ status: 'running', again: false, attempts: 1 });
});

test('what has ended is never taken on again', () => {
  for (const reason of [null, 'broken']) {
    const ended = finished(held, owner, reason, at(5)).answer as Job;
    expect(ended).toMatchObject({ status: reason === null ? 'done' : 'failed', nextAt: null, finishedAt: at(5) });
    expect(claimed(ended, at(10 * LEASE_MS))).toBeUndefined();
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
    job = claimed(job, job.nextAt as Date) as Job;
    expect(hopeless(job)).toBeUndefined();
    if (byItself)
      job = { ...job, ...recordFailure(importQueue, job, new Error('broken'), job.nextAt as Date, job).patch };
  }
  expect(hopeless(claimed(job, job.nextAt as Date) as Job)).toContain('5 attempts');
});

test('an outage is no attempt, and what another has taken over is not put off', () => {
  const away = new MongoNetworkError('connection lost');
  let job: Job = { ...waiting, attempts: 4 };
  for (let times = 0; times < 10; times += 1) {
    job = claimed(job, job.nextAt as Date) as Job;
    // The lease was renewed meanwhile.
    job = { ...job, ...renewed(job, job.owner as string, at(5)).patch };
    job = { ...job, ...recordFailure(importQueue, job, away, job.nextAt as Date, job).patch };
  }
  expect(job.attempts).toBe(4);
  const taken = claimed(held, at(LEASE_MS)) as Job;
  expect(recordFailure(importQueue, taken, away, at(LEASE_MS), held).patch).toBeUndefined();
});
