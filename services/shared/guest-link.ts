import type { TokenSecrets } from '../../lib/auth/secrets.ts';
import { mailedTokens } from './mailed-token.ts';
import { errors } from './problems.ts';

/** How long a mailed link of a guest is valid, by its purpose. */
export const GUEST_LINK_LIFETIMES_MS = { 'guest-export': 3600_000, 'guest-erasure': 3600_000 } as const;
export type GuestLinkPurpose = keyof typeof GUEST_LINK_LIFETIMES_MS;

const tokens = mailedTokens<GuestLinkPurpose>("guests' links in mails");

/** Signs the link that proves a guest's access to the mails of an address. */
export const signGuestLink = (
  purpose: GuestLinkPurpose,
  email: string,
  expiresAt: Date,
  secrets: TokenSecrets,
): string => tokens.sign({ sub: email }, purpose, expiresAt, secrets);

/** The e-mail address of a link. @throws link-expired when it is forged, too old, or for another purpose */
export function readGuestLink(token: string, purpose: GuestLinkPurpose, secrets: TokenSecrets): string {
  const claims = tokens.verify(token, [purpose], secrets);
  if (!claims) throw errors.linkExpired();
  return claims.sub;
}
