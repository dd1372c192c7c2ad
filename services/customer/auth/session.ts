import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { ACCESS_TOKEN_SECONDS } from '../../../lib/auth/tokens.ts';
import type { Config } from '../../../lib/process/config.ts';

/** A login on one device. Only the hash of its refresh token is stored. */
export interface Session {
  id: string;
  /** SHA-256 of the current refresh token's secret, base64url. */
  hash: string;
  /** The previous secret. */
  used?: UsedSecret;
  userAgent?: string;
  createdAt: Date;
  lastUsedAt: Date;
}

/** A secret that was exchanged. Presented again within the grace time, it has the same successor. */
interface UsedSecret {
  hash: string;
  /** The successor is derived from the secret and this salt. */
  salt: string;
  at: Date;
}

const SESSION_LIFETIME_MS = 30 * 24 * 3600_000;
const MAX_SESSIONS = 20;
/** For a double click or two tabs, which present the same token several times. */
const REUSE_GRACE_MS = 10_000;
/** 128 bits of a MAC. */
const SEAL_BYTES = 16;
/** Access tokens of a session that ended longer ago have expired. */
const ENDED_RETENTION_MS = 2 * ACCESS_TOKEN_SECONDS * 1000;

/** An ended session whose access tokens may not have expired yet. */
export interface Closed {
  id: string;
  at: Date;
}

/** The content of a refresh token, opaque to clients. It names the customer's document, so no search is needed. */
export interface RefreshToken {
  customerId: string;
  sessionId: string;
  secret: string;
  /** MAC that proves the shop issued the token, also long after it was used. Older tokens have none. */
  seal?: string | undefined;
}

/** 256 random bits: a refresh token's secret. */
export const newSecret = () => randomBytes(32).toString('base64url');

export function writeToken(token: Omit<RefreshToken, 'seal'>, tokenSecret: string): string {
  const { customerId, sessionId, secret } = token;
  const parts = [customerId, sessionId, secret, sealOf(token, tokenSecret)];
  return Buffer.from(parts.join('.')).toString('base64url');
}

function sealOf({ customerId, sessionId, secret }: RefreshToken, tokenSecret: string): string {
  const key = createHmac('sha256', tokenSecret).update('refresh tokens').digest();
  const mac = createHmac('sha256', key).update(`${customerId}.${sessionId}.${secret}`).digest();
  return mac.subarray(0, SEAL_BYTES).toString('base64url');
}

/** Whether the shop issued the token. A token made up from ids that leaked has no valid seal. */
export function isOurs(token: RefreshToken, secrets: Pick<Config, 'tokenSecret' | 'previousSecret'>): boolean {
  const { seal } = token;
  if (seal === undefined) return false;
  return [secrets.tokenSecret, secrets.previousSecret].some(
    (secret) => secret !== undefined && same(sealOf(token, secret), seal),
  );
}

/** @returns undefined for a malformed token */
export function readToken(token: string): RefreshToken | undefined {
  const [customerId, sessionId, secret, seal, ...more] = Buffer.from(token, 'base64url').toString().split('.');
  if (!customerId || !sessionId || !secret || more.length > 0) return undefined;
  return { customerId, sessionId, secret, ...(seal ? { seal } : {}) };
}

/** Opens a session; past the limit, the one unused for longest is closed. */
export function open(
  sessions: readonly Session[],
  now: Date,
  { id, secret, userAgent }: { id: string; secret: string; userAgent?: string | undefined },
): Session[] {
  const session = { id, hash: hashOf(secret), createdAt: now, lastUsedAt: now };
  const alive = sessions.filter((s) => !expired(s, now)).toSorted((a, b) => +b.lastUsedAt - +a.lastUsedAt);
  return [...alive.slice(0, MAX_SESSIONS - 1), userAgent ? { ...session, userAgent } : session];
}

export type Rotation =
  | { outcome: 'rotated'; secret: string; sessions: Session[] }
  | { outcome: 'refused'; sessions: Session[] };

/**
 * Exchanges a session's secret for its successor. Presented again within the grace time and before the successor is used,
 * it has the same successor, so that all tabs of a browser share one token. Any other reuse of an issued token ends the
 * session: one of its two holders is a thief (RFC 9700 §4.14.2). A token that was never issued is refused and ends
 * nothing.
 * @param salt random; the successor is derived from it
 * @param isGenuine whether the shop issued the token
 */
export function rotate(
  sessions: readonly Session[],
  now: Date,
  { presented, salt, isGenuine }: { presented: RefreshToken; salt: string; isGenuine: boolean },
): Rotation {
  const session = sessions.find(({ id }) => id === presented.sessionId);
  const refused: Rotation = { outcome: 'refused', sessions: [...sessions] };
  if (!session || expired(session, now)) return refused;
  const hash = hashOf(presented.secret);
  if (same(session.hash, hash)) {
    const secret = successorOf(presented.secret, salt);
    const rotated = { ...session, hash: hashOf(secret), used: { hash, salt, at: now }, lastUsedAt: now };
    return { outcome: 'rotated', secret, sessions: sessions.map((s) => (s === session ? rotated : s)) };
  }
  const { used } = session;
  if (used && same(used.hash, hash) && +now - +used.at < REUSE_GRACE_MS) {
    return { outcome: 'rotated', secret: successorOf(presented.secret, used.salt), sessions: [...sessions] };
  }
  const isReused = isGenuine || (used !== undefined && same(used.hash, hash));
  return isReused ? { outcome: 'refused', sessions: withoutSession(sessions, session.id) } : refused;
}

/** Derived from the client's secret and the stored salt: neither alone is enough. */
const successorOf = (secret: string, salt: string): string =>
  createHmac('sha256', salt).update(secret).digest('base64url');

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

/** The patch that leaves an account these sessions and records which ended. */
export function withClosed({ sessions, closed = [] }: Sessions, left: Session[], now: Date) {
  const gone = sessions.filter(({ id }) => !left.some((session) => session.id === id));
  const recent = closed.filter(({ at }) => +now - +at < ENDED_RETENTION_MS);
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

export function withoutSession(sessions: readonly Session[], id: string | undefined): Session[] {
  return sessions.filter((session) => session.id !== id);
}

/** Ends the session of a refresh token, the current one or one issued before. */
export function closeBy(sessions: readonly Session[], token: RefreshToken, isGenuine: boolean): Session[] {
  const hash = hashOf(token.secret);
  return sessions.filter(({ id, hash: latest }) => id !== token.sessionId || !(isGenuine || same(latest, hash)));
}

const expired = (session: Session, now: Date) => +now - +session.lastUsedAt > SESSION_LIFETIME_MS;
const hashOf = (secret: string) => createHash('sha256').update(secret).digest('base64url');
/** Constant-time comparison; a client's text may have any characters. */
function same(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}
