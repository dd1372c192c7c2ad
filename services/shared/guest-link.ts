import jwt from 'jsonwebtoken';
import { acceptedSecrets, deriveKey, type TokenSecrets } from '../../lib/auth/secrets.ts';
import { errors } from './problems.ts';

/** How long a mailed link of a guest is valid, by its purpose. */
export const GUEST_LINK_LIFETIMES_MS = { 'guest-export': 3600_000, 'guest-erasure': 3600_000 } as const;
export type GuestLinkPurpose = keyof typeof GUEST_LINK_LIFETIMES_MS;

/**
 * Signs the link that proves a guest's access to the mails of an address. It is signed when the mail is sent, so that no
 * database holds what would open the guest's data.
 */
export const signGuestLink = (
  purpose: GuestLinkPurpose,
  email: string,
  expiresAt: Date,
  { tokenSecret }: TokenSecrets,
): string =>
  jwt.sign({ sub: email, exp: Math.floor(+expiresAt / 1000) }, linkKey(tokenSecret), {
    algorithm: 'HS256',
    audience: purpose,
    noTimestamp: true,
  });

/** The e-mail address of a link. @throws link-expired when it is forged, too old, or for another purpose */
export function readGuestLink(token: string, purpose: GuestLinkPurpose, secrets: TokenSecrets): string {
  for (const secret of acceptedSecrets(secrets)) {
    try {
      const claims = jwt.verify(token, linkKey(secret), { algorithms: ['HS256'], audience: purpose });
      if (typeof claims !== 'string' && claims.sub && claims.exp !== undefined) return claims.sub;
    } catch {
      // One error for all checks: which one failed helps only an attacker.
    }
  }
  throw errors.linkExpired();
}

/** A key of its own: these tokens cannot be used as access tokens or links of accounts, nor the other way round. */
const linkKey = (secret: string) => deriveKey(secret, "guests' links in mails");
