import { describe, expect, test } from '@jest/globals';
import { MongoNetworkError } from 'mongodb';
import {
  afterClaim,
  afterFailure,
  afterReplay,
  afterSuccess,
  afterWaiting,
  type DueState,
  isDue,
  RETRY_POLICY,
} from '../../../mixins/due-work/schedule.ts';

const start = new Date('2026-03-01T12:00:00Z');
const at = (ms: number) => new Date(+start + ms);
const fresh: DueState = { dueAt: start, attempts: 0, failures: 0, parkedAt: null };
const fault = (n: number) => new Error(`refused ${n}`);
const outage = () => new MongoNetworkError('connection lost');
const policy = { ...RETRY_POLICY, leaseMs: 30_000, firstPauseMs: 1000, maxFaultPauseMs: 60_000, maxFailures: 20 };

/** Fails at each moment that it is due, until it is parked or has failed so often. Resolves to the pauses between. */
function fail(cause: (n: number) => unknown, times: number, id = 'one', state = fresh) {
  const pauses: number[] = [];
  let now = start;
  let current = state;
  for (let n = 0; n < times && current.dueAt; n += 1) {
    now = current.dueAt;
    current = afterFailure(id, afterClaim(current, policy, now), cause(n), policy, now);
    if (current.dueAt) pauses.push(+current.dueAt - +now);
  }
  return { state: current, pauses, now };
}

test('work that is claimed is due again when its lease ends, and not before', () => {
  expect([isDue(fresh, at(-1)), isDue(fresh, start)]).toEqual([false, true]);
  const claimed = afterClaim(fresh, policy, start);
  expect([isDue(claimed, at(29_999)), isDue(claimed, at(30_000))]).toEqual([false, true]);
  expect(isDue({ ...fresh, dueAt: null }, at(1e12))).toBe(false);
});

describe('work that fails by a fault', () => {
  test('is tried again after pauses that double up to a limit, each with a jitter, and parked with its reason', () => {
    const { state, pauses, now } = fail(fault, 100);
    expect(pauses).toHaveLength(19);
    for (const [n, pause] of pauses.entries()) {
      const longest = Math.min(1000 * 2 ** n, 60_000);
      expect(pause).toBeGreaterThanOrEqual(longest / 2);
      expect(pause).toBeLessThanOrEqual(longest);
    }
    expect(state).toMatchObject({ dueAt: null, failures: 20, parkedAt: now, error: 'Error: refused 19' });
  });

  test('does not come back in the moment at which other work does that failed with it', () => {
    const returns = Array.from({ length: 100 }, (_, n) => fail(fault, 5, `id ${n}`).pauses.at(-1));
    expect(new Set(returns).size).toBeGreaterThan(90);
    expect(fail(fault, 5).pauses).toEqual(fail(fault, 5).pauses);
  });

  test('and succeeds once, or only waits, starts to count anew', () => {
    const { state } = fail(fault, 19);
    expect(afterSuccess(state)).toMatchObject({ attempts: 0, failures: 0, parkedAt: null });
    const waiting = afterWaiting('one', state, policy, start);
    expect(waiting).toMatchObject({ failures: 0, parkedAt: null });
    expect(fail(fault, 19, 'one', waiting).state.parkedAt).toBeNull();
  });

  test('and is replayed is due at once, with as many attempts as at first', () => {
    const { state } = fail(fault, 20);
    const again = afterReplay(state, at(5));
    expect(again).toMatchObject({ dueAt: at(5), attempts: 0, failures: 0, parkedAt: null, error: 'Error: refused 19' });
    expect(fail(fault, 19, 'one', again).state.parkedAt).toBeNull();
  });

  test('by an error as long as a book keeps its beginning', () => {
    expect(afterFailure('one', fresh, new Error('x'.repeat(1e6)), policy, start).error).toHaveLength(1000);
  });
});

describe('an outage', () => {
  test('is no fault: the work is tried again for as long as it lasts, soon after its end, and never parked', () => {
    const { state, pauses } = fail(outage, 5000, 'one', fail(fault, 19).state);
    expect(state).toMatchObject({ failures: 19, parkedAt: null, dueAt: expect.any(Date) });
    expect(Math.max(...pauses)).toBeLessThanOrEqual(10_000);
    expect(Math.min(...pauses.slice(10))).toBeGreaterThanOrEqual(5000);
  });

  test('that outlasts the patience of a queue that has one parks the work', () => {
    const impatient = { ...policy, outagePatienceMs: 1000 };
    const kept = (ms: number) => afterFailure('one', { ...fresh, since: start }, outage(), impatient, at(ms));
    expect(kept(999).parkedAt).toBeNull();
    expect(kept(1000)).toMatchObject({ parkedAt: at(1000), dueAt: null, failures: 0 });
  });
});
