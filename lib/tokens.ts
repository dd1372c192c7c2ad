import { createSecretKey, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { ulid } from 'ulid';
import { errors } from './errors.ts';

/** How long an access token lasts, in seconds. */
export const ACCESS_TOKEN_SECONDS = 600;

const ISSUER = 'shop';
const AUDIENCE = 'shop-api';
const TYPE = 'at+jwt';

/** What somebody may do here. Staff and admins are appointed; nobody becomes one by registering. */
export const ROLES = ['customer', 'staff', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who an access token speaks for. */
export interface Identity {
  id: string;
  sessionId: string;
  role: Role;
}

/** An access token (RFC 9068) for one session of one customer. */
export function signAccessToken({ id, sessionId, role }: Identity, secret: string): string {
  return jwt.sign({ sid: sessionId, role }, keyOf(secret), {
    algorithm: 'HS256',
    subject: id,
    jwtid: ulid(),
    issuer: ISSUER,
    audience: AUDIENCE,
    expiresIn: ACCESS_TOKEN_SECONDS,
    header: { alg: 'HS256', typ: TYPE },
  });
}

/** @throws invalid-token for one that is forged, expired, or meant for something else. */
export function verifyAccessToken(token: string, secret: string): Identity {
  try {
    const { header, payload } = jwt.verify(token, keyOf(secret), {
      algorithms: ['HS256'],
      issuer: ISSUER,
      audience: AUDIENCE,
      complete: true,
    });
    if (header.typ === TYPE && typeof payload === 'object' && payload.sub && typeof payload.sid === 'string') {
      return { id: payload.sub, sessionId: payload.sid, role: roleOf(payload.role) };
    }
  } catch {
    // Which check failed is of no use to an honest client.
  }
  throw errors.invalidToken();
}

/** Whatever is no role of ours gives no rights. */
function roleOf(claim: unknown): Role {
  return ROLES.find((role) => role === claim) ?? 'customer';
}

let known: { secret: string; key: KeyObject } | undefined;

/** The secret as a key: given a text, jsonwebtoken would try each time whether it is a certificate. */
function keyOf(secret: string): KeyObject {
  if (known?.secret !== secret) known = { secret, key: createSecretKey(secret, 'utf8') };
  return known.key;
}
