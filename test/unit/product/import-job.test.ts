import { expect, test } from '@jest/globals';
import {
  claimed,
  finished,
  type Job,
  LEASE,
  progressed,
  queued,
  released,
  uploading,
} from '../../../services/product/import/job.ts';

const at = (ms: number) => new Date(Date.parse('2026-03-01T12:00:00Z') + ms);
const fresh: Job = {
  ...uploading({ _id: 'imp_1', staffId: 'cus_1', format: 'csv', removeMissing: false }, 1000, at(0)),
  rev: 0,
};
const waiting = queued(fresh, at(0)).answer;
const held = claimed(waiting, 'one', at(0))?.answer?.job as Job;

test('nobody takes an import from who works on it, until the lease is over; then what was done may be more than is noted', () => {
  expect(claimed(waiting, 'one', at(0)).answer).toMatchObject({
    job: { status: 'running', owner: 'one' },
    again: false,
  });
  expect(claimed(held, 'two', at(LEASE - 1)).answer).toBeNull();
  expect(claimed(held, 'two', at(LEASE)).answer).toMatchObject({ job: { owner: 'two' }, again: true });
});

test('each progress renews the lease; one that was lost is noticed, and nothing more is counted', () => {
  const results = [
    { line: 2, outcome: { kind: 'created' as const } },
    { line: 3, outcome: { kind: 'updated' as const, removed: 2 } },
  ];
  const further = progressed(held, 'one', results, at(LEASE - 1)).answer as Job;
  expect(further).toMatchObject({ rows: 2, created: 1, updated: 1, removed: 2, nextAt: at(2 * LEASE - 1) });
  expect(claimed(further, 'two', at(LEASE)).answer).toBeNull();
  const taken = claimed(held, 'two', at(LEASE)).answer?.job as Job;
  for (const late of [
    progressed(taken, 'one', results, at(LEASE)),
    finished(taken, 'one', null, at(LEASE)),
    released(taken, 'one', at(LEASE)),
  ]) {
    expect(late).toEqual({ answer: null });
  }
});

test('what is given back can be taken on at once, and nothing of it is in doubt', () => {
  const back = released(held, 'one', at(5)).answer as Job;
  expect(claimed(back, 'two', at(5)).answer).toMatchObject({ job: { owner: 'two' }, again: false });
});

test('what has ended is never taken on again', () => {
  for (const reason of [null, 'broken']) {
    const ended = finished(held, 'one', reason, at(5)).answer as Job;
    expect(ended).toMatchObject({ status: reason === null ? 'done' : 'failed', nextAt: null, finishedAt: at(5) });
    expect(claimed(ended, 'two', at(10 * LEASE)).answer).toBeNull();
  }
});

test('an import of an earlier version begins again: its rows were counted in another order', () => {
  const { removeMissing: _, removed: _r, ...old } = { ...waiting, rows: 500, created: 500 };
  const expected = { rows: 0, created: 0, removed: 0, removeMissing: false, status: 'running' };
  expect(claimed(old, 'one', at(0)).answer?.job).toMatchObject(expected);
  const newer = { ...waiting, rows: 500, created: 500 };
  expect(claimed(newer, 'one', at(0)).answer?.job).toMatchObject({ rows: 500, created: 500 });
});
