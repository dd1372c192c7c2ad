import { randomBytes } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { acceptedSecrets, deriveKey, type TokenSecrets } from '../../../lib/auth/secrets.ts';
import { errors } from '../../shared/problems.ts';

/** The purposes of mailed links, and how long each is valid. */
const LINK_LIFETIMES_MS = {
  'verify-email': 24 * 3600_000,
  'change-email': 24 * 3600_000,
  'reset-password': 30 * 60_000,
} as const;
export type LinkPurpose = keyof typeof LINK_LIFETIMES_MS;

/**
 * The mailed links of one purpose, as the account stores them. All have the same nonce: each is valid until it expires or
 * one of them was used, so that a request for a new link does not invalidate the others.
 */
export interface PendingLink {
  nonce: string;
  /** When the latest of them expires; each has its own end in its token. */
  expiresAt: Date;
  /** The address that the link was sent to and verifies. */
  email: string;
}

/** The content of a link's token. */
export interface Link {
  purpose: LinkPurpose;
  customerId: string;
  nonce: string;
}

export const newNonce = (): string => randomBytes(16).toString('base64url');

/** Renews or adds a pending link. @param before the pending link of this purpose; replaced when it is for another address */
export function pendingLink(
  purpose: LinkPurpose,
  email: string,
  { before, nonce, now }: { before: PendingLink | undefined; nonce: string; now: Date },
): PendingLink {
  const isAgain = before !== undefined && before.email === email && before.expiresAt > now;
  return { nonce: isAgain ? before.nonce : nonce, email, expiresAt: new Date(+now + LINK_LIFETIMES_MS[purpose]) };
}

/** Signs a link when it is sent, so that no database holds what would open an account. */
export function signLink({ purpose, customerId, nonce }: Link, expiresAt: Date, { tokenSecret }: TokenSecrets): string {
  const claims = { sub: customerId, jti: nonce, exp: Math.floor(+expiresAt / 1000) };
  return jwt.sign(claims, deriveLinkKey(tokenSecret), { algorithm: 'HS256', audience: purpose, noTimestamp: true });
}

/** Reads the token of a mailed link. @throws link-expired when it is forged, too old, or for another purpose */
export function readLink(token: string, purposes: readonly LinkPurpose[], secrets: TokenSecrets): Link {
  for (const secret of acceptedSecrets(secrets)) {
    const claims = verifyClaims(token, secret);
    const purpose = purposes.find((one) => one === claims?.aud);
    if (purpose && claims?.sub && claims.jti) return { purpose, customerId: claims.sub, nonce: claims.jti };
  }
  throw errors.linkExpired();
}

function verifyClaims(token: string, secret: string): jwt.JwtPayload | undefined {
  try {
    const claims = jwt.verify(token, deriveLinkKey(secret), { algorithms: ['HS256'] });
    return typeof claims === 'string' ? undefined : claims;
  } catch {
    return undefined;
  }
}

/** The pending link that a token names. @throws link-expired when it was used or replaced */
export function requirePending(
  links: Partial<Record<LinkPurpose, PendingLink>> = {},
  link: Link,
  now: Date,
): PendingLink {
  const pending = links[link.purpose];
  if (!pending || pending.nonce !== link.nonce || pending.expiresAt <= now) throw errors.linkExpired();
  return pending;
}

/** The links without those of some purposes. */
export function withoutLinks(links: Partial<Record<LinkPurpose, PendingLink>> = {}, ...purposes: LinkPurpose[]) {
  return Object.fromEntries(Object.entries(links).filter(([purpose]) => !purposes.some((one) => one === purpose)));
}

/** A key of its own: a link cannot be used as an access token, nor the other way round. */
const deriveLinkKey = (secret: string) => deriveKey(secret, 'links in mails');
