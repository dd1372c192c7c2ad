import { describe, expect, test } from '@jest/globals';
import {
  ATTEMPT_RETENTION_MS,
  type Attempts,
  countAccountAttempt,
  countAddressAttempt,
  noAttempts,
  recordAccountSuccess,
} from '../../../services/customer/guard/attempts.ts';

const start = new Date('2026-11-24T12:00:00Z');
const later = (ms: number) => new Date(+start + ms);
const fresh: Attempts = { ...noAttempts('to-1', start), rev: 0 };
const after = (doc: Attempts, { patch }: { patch?: object }): Attempts => ({ ...doc, ...patch });

/** Attempts as fast as they are let through, until one has to wait longer than `most`; the waits. */
function waits(count: number, begin: (doc: Attempts, now: Date) => ReturnType<typeof countAccountAttempt>): number[] {
  let [doc, now] = [fresh, start];
  return Array.from({ length: count }, () => {
    const first = begin(doc, now);
    now = new Date(+now + first.answer);
    doc = after(doc, begin(doc, now));
    return first.answer;
  });
}

describe('attempts to log in', () => {
  test('from one address to one account: five are free, then the pause doubles, up to a quarter of an hour', () => {
    const found = waits(20, (doc, now) => countAccountAttempt(doc, 'a', now));
    expect(found.slice(0, 9)).toEqual([0, 0, 0, 0, 0, 1000, 2000, 4000, 8000]);
    expect(Math.max(...found)).toBe(15 * 60_000);
  });

  test('from ever new addresses to one account wait a minute at most', () => {
    let n = 0;
    const found = waits(60, (doc, now) => countAccountAttempt(doc, `a${n++ >> 1}`, now));
    expect(found.slice(0, 20).every((wait) => wait === 0)).toBe(true);
    expect(Math.max(...found)).toBe(60_000);
  });

  test('the one that waits is not counted', () => {
    let doc = fresh;
    for (let n = 0; n < 5; n++) doc = after(doc, countAccountAttempt(doc, 'a', start));
    const { answer, patch } = countAccountAttempt(doc, 'a', later(1));
    expect(answer).toBe(999);
    expect(patch).toBeUndefined();
  });

  test('a success clears the failures of its address, which attempts from others do not delay', () => {
    let doc = after(fresh, countAccountAttempt(fresh, 'home', start));
    doc = after(doc, recordAccountSuccess(doc, 'home', start));
    expect(doc.known).toEqual(['home']);
    for (let n = 0; n < 40; n++) {
      const now = later(n * 70_000);
      doc = after(doc, countAccountAttempt(doc, `elsewhere-${n}`, now));
    }
    const now = later(39 * 70_000 + 1);
    expect(countAccountAttempt(doc, 'somewhere-new', now).answer).toBeGreaterThan(0);
    expect(countAccountAttempt(doc, 'home', now).answer).toBe(0);
  });

  test('are deleted after a day without another', () => {
    let doc = fresh;
    for (let n = 0; n < 5; n++) doc = after(doc, countAccountAttempt(doc, 'a', start));
    expect(countAccountAttempt(doc, 'a', later(ATTEMPT_RETENTION_MS + 1)).patch).toMatchObject({
      tries: { 'from-a': { failures: 1 } },
    });
  });

  test('from one address to many accounts: fifty are free', () => {
    const found = waits(55, countAddressAttempt);
    expect(found.slice(0, 50).every((wait) => wait === 0)).toBe(true);
    expect(found[50]).toBe(1000);
  });

  test('of 1,000 addresses the document stores a hundred', () => {
    let doc = fresh;
    for (let n = 0; n < 1000; n++) doc = after(doc, countAccountAttempt(doc, `a${n}`, later(n * 61_000)));
    expect(Object.keys(doc.tries).length).toBeLessThanOrEqual(100);
  });
});
