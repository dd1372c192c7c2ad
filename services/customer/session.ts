import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A login on one device. The refresh token itself is kept nowhere, only its hash. */
export interface Session {
  id: string;
  /** SHA-256 of the current refresh token's secret, base64url. */
  hash: string;
  userAgent?: string;
  createdAt: Date;
  lastUsedAt: Date;
}

const LIFETIME = 30 * 24 * 3600_000;
const MOST = 20;

/** What a refresh token says: opaque to clients, it leads us to the customer's document without a search. */
export interface RefreshToken {
  customerId: string;
  sessionId: string;
  secret: string;
}

/** 256 random bits: a refresh token's secret. */
export const newSecret = () => randomBytes(32).toString('base64url');

export function writeToken({ customerId, sessionId, secret }: RefreshToken): string {
  return Buffer.from(`${customerId}.${sessionId}.${secret}`).toString('base64url');
}

/** `undefined` for what `writeToken` did not write. */
export function readToken(token: string): RefreshToken | undefined {
  const [customerId, sessionId, secret, ...more] = Buffer.from(token, 'base64url').toString().split('.');
  return customerId && sessionId && secret && more.length === 0 ? { customerId, sessionId, secret } : undefined;
}

/** Opens a session; past the limit, the one unused for longest is closed. */
export function open(
  sessions: readonly Session[],
  now: Date,
  { id, secret, userAgent }: { id: string; secret: string; userAgent?: string | undefined },
): Session[] {
  const session = { id, hash: hashOf(secret), createdAt: now, lastUsedAt: now };
  const alive = sessions.filter((s) => !expired(s, now)).toSorted((a, b) => +b.lastUsedAt - +a.lastUsedAt);
  return [...alive.slice(0, MOST - 1), userAgent ? { ...session, userAgent } : session];
}

/**
 * Exchanges a session's secret for a new one. A secret that was used before, or never given out, closes the session:
 * one of its two holders is a thief (RFC 9700 §4.14.2).
 */
export function rotate(
  sessions: readonly Session[],
  now: Date,
  presented: RefreshToken,
  secret: string,
): { outcome: 'rotated' | 'refused'; sessions: Session[] } {
  const session = sessions.find(({ id }) => id === presented.sessionId);
  if (!session || expired(session, now)) return { outcome: 'refused', sessions: [...sessions] };
  if (!same(session.hash, hashOf(presented.secret))) {
    return { outcome: 'refused', sessions: close(sessions, session.id) };
  }
  const rotated = { ...session, hash: hashOf(secret), lastUsedAt: now };
  return { outcome: 'rotated', sessions: sessions.map((s) => (s === session ? rotated : s)) };
}

export function close(sessions: readonly Session[], id: string | undefined): Session[] {
  return sessions.filter((session) => session.id !== id);
}

/** Closes the session whose refresh token this is, if it is one. */
export function closeBy(sessions: readonly Session[], { sessionId, secret }: RefreshToken): Session[] {
  return sessions.filter(({ id, hash }) => id !== sessionId || !same(hash, hashOf(secret)));
}

const expired = (session: Session, now: Date) => +now - +session.lastUsedAt > LIFETIME;
const hashOf = (secret: string) => createHash('sha256').update(secret).digest('base64url');
const same = (a: string, b: string) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
