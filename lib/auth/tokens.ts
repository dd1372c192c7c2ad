import jwt from 'jsonwebtoken';
import { ulid } from 'ulid';
import { protocolErrors } from '../contract/errors.ts';
import { type Role, roleOf } from './access.ts';
import type { KeyRing } from './token-keys.ts';

/** How long an access token lasts, in seconds. */
export const ACCESS_TOKEN_SECONDS = 600;

const ISSUER = 'shop';
const AUDIENCE = 'shop-api';
const TOKEN_TYPE = 'at+jwt';

/** The customer, session and role that an access token proves. */
export interface Identity {
  id: string;
  sessionId: string;
  role: Role;
}

/** Signs an access token (RFC 9068) for one session of one customer. @throws {Error} without a key to sign with */
export function signAccessToken({ id, sessionId, role }: Identity, { signing }: KeyRing): string {
  if (!signing) throw new Error('this process has public keys only, and signs no access tokens');
  return jwt.sign({ sid: sessionId, role }, signing.key, {
    algorithm: signing.algorithm,
    subject: id,
    jwtid: ulid(),
    issuer: ISSUER,
    audience: AUDIENCE,
    expiresIn: ACCESS_TOKEN_SECONDS,
    header: { alg: signing.algorithm, typ: TOKEN_TYPE, kid: signing.kid },
  });
}

export interface VerifiedToken {
  identity: Identity;
  /** In ms since 1970. */
  expiresAt: number;
}

/** @throws invalid-token when the token is forged, expired, or of another type, issuer or audience */
export function verifyAccessToken(token: string, { accepted }: KeyRing): VerifiedToken {
  try {
    const known = accepted.get(keyIdOf(token));
    if (!known) throw protocolErrors.invalidToken();
    const { header, payload } = jwt.verify(token, known.key, {
      algorithms: [known.algorithm],
      issuer: ISSUER,
      audience: AUDIENCE,
      complete: true,
    });
    const { sub, sid, jti, exp, role } = Object(payload);
    if (header.typ === TOKEN_TYPE && isText(sub) && isText(sid) && isText(jti) && typeof exp === 'number') {
      return { identity: { id: sub, sessionId: sid, role: roleOf(role) }, expiresAt: exp * 1000 };
    }
  } catch {
    // One error for all checks: which one failed helps only an attacker.
  }
  throw protocolErrors.invalidToken();
}

const isText = (claim: unknown): claim is string => typeof claim === 'string' && claim !== '';

function keyIdOf(token: string): string {
  const { kid } = JSON.parse(Buffer.from(token.slice(0, token.indexOf('.')), 'base64url').toString());
  return String(kid);
}
