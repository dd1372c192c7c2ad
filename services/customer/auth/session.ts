import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { acceptedSecrets, deriveKey, keyedHash, type TokenSecrets } from '../../../lib/auth/secrets.ts';
import { ACCESS_TOKEN_SECONDS } from '../../../lib/auth/tokens.ts';

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
/** A MAC is cut to 128 bits. */
const SEAL_BYTES = 16;
/** Access tokens of a session that ended longer ago have expired. */
const ENDED_RETENTION_MS = 2 * ACCESS_TOKEN_SECONDS * 1000;

/** An ended session whose access tokens may not have expired yet. */
export interface EndedSession {
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

export function writeRefreshToken(token: Omit<RefreshToken, 'seal'>, tokenSecret: string): string {
  const { customerId, sessionId, secret } = token;
  const parts = [customerId, sessionId, secret, sealOf(token, tokenSecret)];
  return Buffer.from(parts.join('.')).toString('base64url');
}

function sealOf({ customerId, sessionId, secret }: RefreshToken, tokenSecret: string): string {
  const mac = createHmac('sha256', deriveKey(tokenSecret, 'refresh tokens'))
    .update(`${customerId}.${sessionId}.${secret}`)
    .digest();
  return mac.subarray(0, SEAL_BYTES).toString('base64url');
}

/** Whether the shop issued the token. A token made up from ids that leaked has no valid seal. */
export function wasIssued(token: RefreshToken, secrets: TokenSecrets): boolean {
  const { seal } = token;
  return seal !== undefined && acceptedSecrets(secrets).some((secret) => isEqual(sealOf(token, secret), seal));
}

/** @returns undefined for a malformed token */
export function readRefreshToken(token: string): RefreshToken | undefined {
  const [customerId, sessionId, secret, seal, ...more] = Buffer.from(token, 'base64url').toString().split('.');
  if (!customerId || !sessionId || !secret || more.length > 0) return undefined;
  return { customerId, sessionId, secret, ...(seal ? { seal } : {}) };
}

/** Opens a session; past the limit, the one unused for longest is closed. */
export function openSession(
  sessions: readonly Session[],
  now: Date,
  { id, secret, userAgent }: { id: string; secret: string; userAgent?: string | undefined },
): Session[] {
  const session = { id, hash: hashOf(secret), createdAt: now, lastUsedAt: now };
  const alive = sessions.filter((s) => !isExpired(s, now)).toSorted((a, b) => +b.lastUsedAt - +a.lastUsedAt);
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
export function rotateSecret(
  sessions: readonly Session[],
  now: Date,
  { presented, salt, isGenuine }: { presented: RefreshToken; salt: string; isGenuine: boolean },
): Rotation {
  const session = sessions.find(({ id }) => id === presented.sessionId);
  const refused: Rotation = { outcome: 'refused', sessions: [...sessions] };
  if (!session || isExpired(session, now)) return refused;
  const hash = hashOf(presented.secret);
  if (isEqual(session.hash, hash)) {
    const secret = successorOf(presented.secret, salt);
    const rotated = { ...session, hash: hashOf(secret), used: { hash, salt, at: now }, lastUsedAt: now };
    return { outcome: 'rotated', secret, sessions: sessions.map((s) => (s === session ? rotated : s)) };
  }
  const { used } = session;
  if (used && isEqual(used.hash, hash) && +now - +used.at < REUSE_GRACE_MS) {
    return { outcome: 'rotated', secret: successorOf(presented.secret, used.salt), sessions: [...sessions] };
  }
  const isReused = isGenuine || (used !== undefined && isEqual(used.hash, hash));
  return isReused ? { outcome: 'refused', sessions: withoutSession(sessions, session.id) } : refused;
}

/** Derived from the client's secret and the stored salt: neither alone is enough. */
const successorOf = (secret: string, salt: string): string => keyedHash(salt, secret);

interface SessionFields {
  sessions: readonly Session[];
  closed?: readonly EndedSession[];
}

/** A patch of an account, and the ids of the sessions that it ends. */
interface SessionEnd {
  ended: string[];
  patch: { sessions: Session[]; closed?: EndedSession[]; closedAt?: Date };
}

/** Ends some sessions of an account, or all; their access tokens end with them. */
export function endSessions(account: SessionFields, ids: 'all' | readonly string[], now: Date): SessionEnd {
  const kept = ids === 'all' ? [] : account.sessions.filter(({ id }) => !ids.includes(id));
  return replaceSessions(account, kept, now);
}

/** Replaces an account's sessions. The ended ones are recorded until their access tokens have expired. */
export function replaceSessions({ sessions, closed = [] }: SessionFields, next: Session[], now: Date): SessionEnd {
  const ended = sessions.filter(({ id }) => !next.some((session) => session.id === id)).map(({ id }) => id);
  if (ended.length === 0) return { ended, patch: { sessions: next } };
  const recent = closed.filter(({ at }) => +now - +at < ENDED_RETENTION_MS);
  const patch = { sessions: next, closed: [...recent, ...ended.map((id) => ({ id, at: now }))], closedAt: now };
  return { ended, patch };
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
export function endByToken(sessions: readonly Session[], token: RefreshToken, isGenuine: boolean): Session[] {
  const hash = hashOf(token.secret);
  return sessions.filter(({ id, hash: latest }) => id !== token.sessionId || !(isGenuine || isEqual(latest, hash)));
}

const isExpired = (session: Session, now: Date) => +now - +session.lastUsedAt > SESSION_LIFETIME_MS;
const hashOf = (secret: string) => createHash('sha256').update(secret).digest('base64url');
/** Constant-time comparison; a client's text may have any characters. */
function isEqual(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}
