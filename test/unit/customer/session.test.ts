import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  close,
  closeBy,
  newSecret,
  open,
  type RefreshToken,
  readToken,
  rotate,
  type Session,
  writeToken,
} from '../../../services/customer/session.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
const DAY = 24 * 3600_000;
const start = new Date('2025-06-01T12:00:00Z');
const after = (days: number) => new Date(+start + days * DAY);
const token = (sessionId: string, secret: string): RefreshToken => ({ customerId: 'cus_1', sessionId, secret });
const ids = (sessions: readonly Session[]) => sessions.map(({ id }) => id);
const one = open([], start, { id: 'ses_1', secret: 'first', userAgent: 'Safari' });
const two = open(one, after(1), { id: 'ses_2', secret: 'other' });

describe('a refresh token', () => {
  test('leads back to what it was made of, and needs no escaping', () => {
    const part = fc.stringMatching(/^[\w-]+$/);
    const check = fc.property(part, part, part, (customerId, sessionId, secret) => {
      const text = writeToken({ customerId, sessionId, secret });
      expect(text).toMatch(/^[\w-]+$/);
      expect(readToken(text)).toEqual({ customerId, sessionId, secret });
    });
    fc.assert(check, { seed });
  });

  test('that we did not write means nothing', () => {
    const write = (text: string) => Buffer.from(text).toString('base64url');
    for (const text of ['', 'garbage', write('a.b'), write('a.b.c.d'), write('a..c'), write('.b.c'), write('a.b.')]) {
      expect(readToken(text)).toBeUndefined();
    }
  });

  test('has a secret of 256 bits that is never the same', () => {
    const secrets = Array.from({ length: 1000 }, newSecret);
    expect(new Set(secrets).size).toBe(1000);
    for (const secret of secrets) expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
  });
});

describe('opening a session', () => {
  test('keeps the hash of its secret alone, and what is told of the device', () => {
    expect(one).toEqual([
      { id: 'ses_1', hash: expect.any(String), userAgent: 'Safari', createdAt: start, lastUsedAt: start },
    ]);
    expect(JSON.stringify(one)).not.toContain('first');
    expect(two[1]).not.toHaveProperty('userAgent');
    expect(ids(two)).toEqual(['ses_1', 'ses_2']);
  });

  test('beyond 20 closes the one unused for longest', () => {
    let sessions: Session[] = [];
    for (let n = 0; n < 20; n++) sessions = open(sessions, after(n / 10), { id: `ses_${n}`, secret: `${n}` });
    expect(sessions).toHaveLength(20);
    // The oldest is used again, so the next one is the longest unused.
    ({ sessions } = rotate(sessions, after(3), token('ses_0', '0'), 'new'));
    sessions = open(sessions, after(4), { id: 'ses_20', secret: '20' });
    expect(sessions).toHaveLength(20);
    expect(ids(sessions)).not.toContain('ses_1');
    expect(ids(sessions)).toEqual(expect.arrayContaining(['ses_0', 'ses_2', 'ses_20']));
  });

  test('forgets those that have expired', () => {
    expect(ids(open(two, after(30.5), { id: 'ses_3', secret: 'x' }))).toEqual(['ses_2', 'ses_3']);
  });
});

describe('exchanging a secret', () => {
  test('gives the session a new one, and leaves the others alone', () => {
    const { outcome, sessions } = rotate(two, after(2), token('ses_1', 'first'), 'second');
    expect(outcome).toBe('rotated');
    expect(sessions[0]).toMatchObject({ id: 'ses_1', userAgent: 'Safari', createdAt: start, lastUsedAt: after(2) });
    expect(sessions[0]?.hash).not.toBe(one[0]?.hash);
    expect(sessions[1]).toEqual(two[1]);
    expect(rotate(sessions, after(3), token('ses_1', 'second'), 'third').outcome).toBe('rotated');
  });

  test.each([
    ['was used before', 'first'],
    ['was never given out', 'guess'],
    ['is empty', ''],
  ])('for one that %s is refused, and closes the session', (_name, secret) => {
    const { sessions } = rotate(two, after(2), token('ses_1', 'first'), 'second');
    const refused = rotate(sessions, after(3), token('ses_1', secret), 'third');
    expect(refused.outcome).toBe('refused');
    expect(ids(refused.sessions)).toEqual(['ses_2']);
    expect(rotate(refused.sessions, after(3), token('ses_1', 'second'), 'third').outcome).toBe('refused');
  });

  test('is refused for a session that is not there, and closes none', () => {
    expect(rotate(two, after(2), token('ses_9', 'first'), 'x')).toEqual({ outcome: 'refused', sessions: two });
  });

  test('is refused 30 days after the last use, not after the first', () => {
    const used = rotate(one, after(29), token('ses_1', 'first'), 'second').sessions;
    expect(rotate(used, after(58), token('ses_1', 'second'), 'third').outcome).toBe('rotated');
    expect(rotate(one, after(30), token('ses_1', 'first'), 'second').outcome).toBe('rotated');
    expect(rotate(one, new Date(+after(30) + 1), token('ses_1', 'first'), 'second').outcome).toBe('refused');
  });
});

describe('closing a session', () => {
  test('by its id closes that one', () => {
    expect(ids(close(two, 'ses_1'))).toEqual(['ses_2']);
    expect(close(two, 'ses_9')).toEqual(two);
    expect(close(two, undefined)).toEqual(two);
  });

  test('by a refresh token needs its secret', () => {
    expect(ids(closeBy(two, token('ses_1', 'first')))).toEqual(['ses_2']);
    expect(closeBy(two, token('ses_1', 'guess'))).toEqual(two);
    expect(closeBy(two, token('ses_2', 'first'))).toEqual(two);
  });
});

test('whatever is done, at most 20 sessions stay, each once, and nothing given is changed', () => {
  const id = fc.integer({ min: 0, max: 40 }).map((n) => `ses_${n}`);
  const step = fc.record({
    id,
    secret: fc.constantFrom('a', 'b'),
    days: fc.integer({ min: 0, max: 20 }),
    how: fc.nat(3),
  });
  const check = fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
    let sessions: Session[] = [];
    let [day, opened] = [0, 0];
    for (const { id, secret, days, how } of steps) {
      day += days / 4;
      const before = structuredClone(sessions);
      let next: Session[];
      if (how === 0) next = close(sessions, id);
      else if (how === 1) next = rotate(sessions, after(day), token(id, secret), 'b').sessions;
      else next = open(sessions, after(day), { id: `ses_${opened++}`, secret });
      expect(sessions).toEqual(before);
      sessions = next;
      expect(sessions.length).toBeLessThanOrEqual(20);
      expect(new Set(ids(sessions)).size).toBe(sessions.length);
    }
  });
  fc.assert(check, { seed });
});
