import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { ACCESS_TOKEN_SECONDS } from '../../lib/tokens.ts';

/** A login on one device. The refresh token itself is kept nowhere, only its hash. */
export interface Session {
  id: string;
  /** SHA-256 of the current refresh token's secret, base64url. */
  hash: string;
  /** Of others that are as current: the same token was presented twice at nearly the same time. */
  siblings?: string[];
  /** Of those that the last exchange used up. */
  previous?: string[];
  rotatedAt?: Date;
  userAgent?: string;
  createdAt: Date;
  lastUsedAt: Date;
}

const LIFETIME = 30 * 24 * 3600_000;
const MOST = 20;
/** A double click, or two tabs, present the same token twice; in ms. */
const GRACE = 10_000;
const MOST_SIBLINGS = 4;
/** Access tokens of a session that was closed longer ago have expired; in ms. */
const REMEMBERED = 2 * ACCESS_TOKEN_SECONDS * 1000;

/** A session that was closed: access tokens of it are still around. */
export interface Closed {
  id: string;
  at: Date;
}

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
 * one of its two holders is a thief (RFC 9700 §4.14.2). Only within a few seconds a second exchange is taken for the
 * same client's.
 */
export function rotate(
  sessions: readonly Session[],
  now: Date,
  presented: RefreshToken,
  secret: string,
): { outcome: 'rotated' | 'refused'; sessions: Session[] } {
  const session = sessions.find(({ id }) => id === presented.sessionId);
  if (!session || expired(session, now)) return { outcome: 'refused', sessions: [...sessions] };
  const rotated = exchanged(session, hashOf(presented.secret), hashOf(secret), now);
  if (rotated === 'reused') return { outcome: 'refused', sessions: close(sessions, session.id) };
  if (rotated === 'crowded') return { outcome: 'refused', sessions: [...sessions] };
  return { outcome: 'rotated', sessions: sessions.map((s) => (s === session ? rotated : s)) };
}

function exchanged(session: Session, presented: string, hash: string, now: Date): Session | 'reused' | 'crowded' {
  const { siblings = [], previous = [], rotatedAt = new Date(0) } = session;
  const current = [session.hash, ...siblings];
  if (current.some((one) => same(one, presented))) {
    const { siblings: _used, ...rest } = session;
    return { ...rest, hash, previous: current, rotatedAt: now, lastUsedAt: now };
  }
  const again = previous.some((one) => same(one, presented)) && +now - +rotatedAt < GRACE;
  if (!again) return 'reused';
  if (current.length >= MOST_SIBLINGS) return 'crowded';
  return { ...session, hash, siblings: current, lastUsedAt: now };
}

interface Sessions {
  sessions: readonly Session[];
  closed?: readonly Closed[];
}

/** The patch that ends some sessions of an account, or all; their access tokens end with them. */
export function endSessions(
  { sessions, closed = [] }: Sessions,
  which: 'all' | readonly string[],
  now: Date,
): { patch: { sessions: Session[]; closed: Closed[]; closedAt: Date }; ended: string[] } {
  const isMeant = ({ id }: Session) => which === 'all' || which.includes(id);
  const ended = sessions.filter(isMeant).map(({ id }) => id);
  return {
    patch: withClosed(
      { sessions, closed },
      sessions.filter((session) => !isMeant(session)),
      now,
    ),
    ended,
  };
}

/** The patch from an account's sessions to those that are left; it remembers which went. */
export function withClosed({ sessions, closed = [] }: Sessions, left: Session[], now: Date) {
  const gone = sessions.filter(({ id }) => !left.some((session) => session.id === id));
  const recent = closed.filter(({ at }) => +now - +at < REMEMBERED);
  return { sessions: left, closed: [...recent, ...gone.map(({ id }) => ({ id, at: now }))], closedAt: now };
}

/** A session as its owner sees it. */
export const sessionView = ({ id, userAgent, createdAt, lastUsedAt }: Session, currentId: string | undefined) => ({
  id,
  device: userAgent ?? '',
  createdAt: createdAt.toISOString(),
  lastUsedAt: lastUsedAt.toISOString(),
  current: id === currentId,
});

export function close(sessions: readonly Session[], id: string | undefined): Session[] {
  return sessions.filter((session) => session.id !== id);
}

/** Closes the session whose refresh token this is, if it is one. */
export function closeBy(sessions: readonly Session[], { sessionId, secret }: RefreshToken): Session[] {
  const hash = hashOf(secret);
  const isIts = (session: Session) => [session.hash, ...(session.siblings ?? [])].some((one) => same(one, hash));
  return sessions.filter((session) => session.id !== sessionId || !isIts(session));
}

const expired = (session: Session, now: Date) => +now - +session.lastUsedAt > LIFETIME;
const hashOf = (secret: string) => createHash('sha256').update(secret).digest('base64url');
const same = (a: string, b: string) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
