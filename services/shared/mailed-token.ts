import jwt from 'jsonwebtoken';
import { acceptedSecrets, deriveKey, type TokenSecrets } from '../../lib/auth/secrets.ts';

/**
 * The tokens of one kind of mailed links. They are signed when a mail is sent, so that no database holds what they open.
 * @param keyLabel gives the kind a key of its own: its tokens cannot be used as access tokens or as those of other links
 */
export function mailedTokens<P extends string>(keyLabel: string) {
  const keyOf = (secret: string) => deriveKey(secret, keyLabel);

  return {
    /** @param claims `sub`: whose link it is */
    sign(claims: { sub: string; jti?: string }, purpose: P, expiresAt: Date, { tokenSecret }: TokenSecrets): string {
      const payload = { ...claims, exp: Math.floor(+expiresAt / 1000) };
      return jwt.sign(payload, keyOf(tokenSecret), { algorithm: 'HS256', audience: purpose, noTimestamp: true });
    },

    /** The claims of a token; undefined when it is forged, too old, or for another purpose. */
    verify(token: string, purposes: readonly P[], secrets: TokenSecrets) {
      for (const secret of acceptedSecrets(secrets)) {
        const claims = verifyClaims(token, keyOf(secret));
        const purpose = purposes.find((one) => one === claims?.aud);
        if (purpose && claims?.sub && claims.exp !== undefined) return { ...claims, sub: claims.sub, purpose };
      }
      return undefined;
    },
  };
}

/** One result for all checks: which one failed helps only an attacker. */
function verifyClaims(token: string, key: Buffer): jwt.JwtPayload | undefined {
  try {
    const claims = jwt.verify(token, key, { algorithms: ['HS256'] });
    return typeof claims === 'string' ? undefined : claims;
  } catch {
    return undefined;
  }
}
