import { randomBytes } from 'node:crypto';
import type { TokenSecrets } from '../../../lib/auth/secrets.ts';
import { mailedTokens } from '../../shared/mailed-token.ts';
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

const tokens = mailedTokens<LinkPurpose>('links in mails');

/** Signs the token of a link. */
export const signLink = ({ purpose, customerId, nonce }: Link, expiresAt: Date, secrets: TokenSecrets): string =>
  tokens.sign({ sub: customerId, jti: nonce }, purpose, expiresAt, secrets);

/** Reads the token of a mailed link. @throws link-expired when it is forged, too old, or for another purpose */
export function readLink(token: string, purposes: readonly LinkPurpose[], secrets: TokenSecrets): Link {
  const claims = tokens.verify(token, purposes, secrets);
  if (!claims?.jti) throw errors.linkExpired();
  return { purpose: claims.purpose, customerId: claims.sub, nonce: claims.jti };
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
