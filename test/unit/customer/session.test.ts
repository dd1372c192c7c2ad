import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  endByToken,
  newSecret,
  openSession,
  type RefreshToken,
  readRefreshToken,
  rotateSecret,
  type Session,
  wasIssued,
  withoutSession,
  writeRefreshToken,
} from '../../../services/customer/auth/session.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
const DAY = 24 * 3600_000;
const start = new Date('2025-06-01T12:00:00Z');
const after = (days: number) => new Date(+start + days * DAY);
const SECRET = 'a-secret-of-the-shop-of-40-characters-ok';
const token = (sessionId: string, secret: string): RefreshToken => ({ customerId: 'cus_1', sessionId, secret });
/** Exchanges a secret. @param isGenuine whether the shop issued it */
function exchange(sessions: readonly Session[], now: Date, presented: RefreshToken, salt = 'salt', isGenuine = true) {
  const rotation = rotateSecret(sessions, now, { presented, salt, isGenuine });
  return { secret: '', ...rotation };
}
const seconds = (n: number) => new Date(+start + n * 1000);
const ids = (sessions: readonly Session[]) => sessions.map(({ id }) => id);
const one = openSession([], start, { id: 'ses_1', secret: 'first', userAgent: 'Safari' });
const two = openSession(one, after(1), { id: 'ses_2', secret: 'other' });

describe('a refresh token', () => {
  test('is read as it was written, and needs no escaping', () => {
    const part = fc.stringMatching(/^[\w-]+$/);
    const check = fc.property(part, part, part, (customerId, sessionId, secret) => {
      const text = writeRefreshToken({ customerId, sessionId, secret }, SECRET);
      expect(text).toMatch(/^[\w-]+$/);
      expect(readRefreshToken(text)).toEqual({ customerId, sessionId, secret, seal: expect.any(String) });
    });
    fc.assert(check, { seed });
  });

  test('that is malformed is not read', () => {
    const write = (text: string) => Buffer.from(text).toString('base64url');
    for (const text of ['', 'garbage', write('a.b'), write('a.b.c.d.e'), write('a..c'), write('.b.c'), write('a.b.')]) {
      expect(readRefreshToken(text)).toBeUndefined();
    }
  });

  test('with characters of several bytes as seal or secret is refused without an error', () => {
    const [, , secret = '', seal = ''] = Buffer.from(writeRefreshToken(token('ses_1', 'first'), SECRET), 'base64url')
      .toString()
      .split('.');
    const isGenuine = (secret: string, seal: string) =>
      wasIssued({ ...token('ses_1', secret), seal }, { tokenSecret: SECRET });
    expect(isGenuine(secret, seal)).toBe(true);
    expect(isGenuine(secret, 'é'.repeat(seal.length))).toBe(false);
    expect(isGenuine('é'.repeat(secret.length), seal)).toBe(false);
    expect(isGenuine(secret, '')).toBe(false);
  });

  test('has a secret of 256 bits that is never the same', () => {
    const secrets = Array.from({ length: 1000 }, newSecret);
    expect(new Set(secrets).size).toBe(1000);
    for (const secret of secrets) expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
  });
});

describe('opening a session', () => {
  test('stores the device, and of the secret only the hash', () => {
    expect(one).toEqual([
      { id: 'ses_1', hash: expect.any(String), userAgent: 'Safari', createdAt: start, lastUsedAt: start },
    ]);
    expect(JSON.stringify(one)).not.toContain('first');
    expect(two[1]).not.toHaveProperty('userAgent');
    expect(ids(two)).toEqual(['ses_1', 'ses_2']);
  });

  test('beyond 20 closes the one unused for longest', () => {
    let sessions: Session[] = [];
    for (let n = 0; n < 20; n++) sessions = openSession(sessions, after(n / 10), { id: `ses_${n}`, secret: `${n}` });
    expect(sessions).toHaveLength(20);
    // The oldest is used again, so the next one is the longest unused.
    ({ sessions } = exchange(sessions, after(3), token('ses_0', '0')));
    sessions = openSession(sessions, after(4), { id: 'ses_20', secret: '20' });
    expect(sessions).toHaveLength(20);
    expect(ids(sessions)).not.toContain('ses_1');
    expect(ids(sessions)).toEqual(expect.arrayContaining(['ses_0', 'ses_2', 'ses_20']));
  });

  test('removes those that have expired', () => {
    expect(ids(openSession(two, after(30.5), { id: 'ses_3', secret: 'x' }))).toEqual(['ses_2', 'ses_3']);
  });
});

describe('the seal of a refresh token', () => {
  const parts = { customerId: 'cus_1', sessionId: 'ses_1', secret: 'first' };
  const sealed = readRefreshToken(writeRefreshToken(parts, SECRET)) as RefreshToken;
  const secrets = { tokenSecret: SECRET };

  test('proves that the shop issued it, also under the previous secret', () => {
    expect(wasIssued(sealed, secrets)).toBe(true);
    expect(wasIssued(sealed, { tokenSecret: 'another', previousSecret: SECRET })).toBe(true);
    expect(wasIssued(sealed, { tokenSecret: 'another' })).toBe(false);
  });

  test('is invalid with other ids or another secret, and when it is missing', () => {
    for (const change of [{ customerId: 'cus_2' }, { sessionId: 'ses_2' }, { secret: 'guess' }, { seal: 'x' }]) {
      expect(wasIssued({ ...sealed, ...change }, secrets)).toBe(false);
    }
    expect(wasIssued(parts, secrets)).toBe(false);
  });
});

describe('exchanging a secret', () => {
  test('gives the session a new one, and leaves the others alone', () => {
    const { outcome, secret, sessions } = exchange(two, after(2), token('ses_1', 'first'));
    expect(outcome).toBe('rotated');
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(sessions[0]).toMatchObject({ id: 'ses_1', userAgent: 'Safari', createdAt: start, lastUsedAt: after(2) });
    expect(sessions[0]?.hash).not.toBe(one[0]?.hash);
    expect(sessions[1]).toEqual(two[1]);
    expect(JSON.stringify(sessions)).not.toContain(secret);
    expect(exchange(sessions, after(3), token('ses_1', secret)).outcome).toBe('rotated');
  });

  test('the same one 20 times at once has one successor, which alone goes on', () => {
    let sessions: Session[] = two;
    const secrets = Array.from({ length: 20 }, (_, n) => {
      const answer = exchange(sessions, seconds(n / 10), token('ses_1', 'first'), `salt ${n}`);
      expect(answer.outcome).toBe('rotated');
      sessions = answer.sessions;
      return answer.secret;
    });
    expect(new Set(secrets).size).toBe(1);
    // One of them goes on; another who has the same token, later, goes on too and ends nothing.
    const next = exchange(sessions, seconds(600), token('ses_1', secrets[0] ?? ''), 'later');
    const other = exchange(next.sessions, seconds(605), token('ses_1', secrets[1] ?? ''), 'other');
    expect([next.outcome, other.outcome]).toEqual(['rotated', 'rotated']);
    expect(other.secret).toBe(next.secret);
  });

  test('a used one that the shop issued ends the session: after the grace time, or at once when its successor was used', () => {
    const first = exchange(two, seconds(0), token('ses_1', 'first'));
    expect(exchange(first.sessions, seconds(9.9), token('ses_1', 'first')).outcome).toBe('rotated');
    const second = exchange(first.sessions, seconds(1), token('ses_1', first.secret), 'b');
    for (const { sessions, at } of [
      { sessions: first.sessions, at: 10 },
      { sessions: second.sessions, at: 2 },
    ]) {
      const refused = exchange(sessions, seconds(at), token('ses_1', 'first'));
      expect(refused.outcome).toBe('refused');
      expect(ids(refused.sessions)).toEqual(['ses_2']);
    }
  });

  test('a current one without a seal, from an earlier version, is exchanged', () => {
    expect(exchange(two, after(2), token('ses_1', 'first'), 'salt', false).outcome).toBe('rotated');
  });

  test.each(['guess', ''])('one that was never issued (%j) is refused, and ends nothing', (secret) => {
    const { sessions } = exchange(two, after(2), token('ses_1', 'first'));
    const refused = exchange(sessions, after(3), token('ses_1', secret), 'salt', false);
    expect(refused).toMatchObject({ outcome: 'refused', sessions });
  });

  test('is refused for an unknown session, and ends none', () => {
    expect(exchange(two, after(2), token('ses_9', 'first'))).toMatchObject({ outcome: 'refused', sessions: two });
  });

  test('is refused 30 days after the last use, not after the first', () => {
    const used = exchange(one, after(29), token('ses_1', 'first'));
    expect(exchange(used.sessions, after(58), token('ses_1', used.secret)).outcome).toBe('rotated');
    expect(exchange(one, after(30), token('ses_1', 'first')).outcome).toBe('rotated');
    expect(exchange(one, new Date(+after(30) + 1), token('ses_1', 'first')).outcome).toBe('refused');
  });
});

describe('ending a session', () => {
  test('by its id ends that one', () => {
    expect(ids(withoutSession(two, 'ses_1'))).toEqual(['ses_2']);
    expect(withoutSession(two, 'ses_9')).toEqual(two);
    expect(withoutSession(two, undefined)).toEqual(two);
  });

  test('by a refresh token needs its secret', () => {
    expect(ids(endByToken(two, token('ses_1', 'first'), false))).toEqual(['ses_2']);
    expect(endByToken(two, token('ses_1', 'guess'), false)).toEqual(two);
    expect(endByToken(two, token('ses_2', 'first'), false)).toEqual(two);
  });

  test('by a refresh token that another tab has exchanged ends it too', () => {
    const { sessions } = exchange(two, after(2), token('ses_1', 'first'));
    expect(ids(endByToken(sessions, token('ses_1', 'first'), true))).toEqual(['ses_2']);
  });
});

test('after any operations there are at most 20 sessions, each once, and no argument was changed', () => {
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
      if (how === 0) next = withoutSession(sessions, id);
      else if (how === 1) next = exchange(sessions, after(day), token(id, secret)).sessions;
      else next = openSession(sessions, after(day), { id: `ses_${opened++}`, secret });
      expect(sessions).toEqual(before);
      sessions = next;
      expect(sessions.length).toBeLessThanOrEqual(20);
      expect(new Set(ids(sessions)).size).toBe(sessions.length);
    }
  });
  fc.assert(check, { seed });
});
