import { createHash, createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import type { Config } from '../process/config.ts';
import { StartError } from '../process/start-error.ts';
import { acceptedSecrets, keyedHash, type TokenSecrets } from './secrets.ts';

/** RFC 7518 §3.3. */
const MIN_RSA_BITS = 2048;

type SigningAlgorithm = 'HS256' | 'RS256' | 'ES256';

interface TokenKey {
  kid: string;
  algorithm: SigningAlgorithm;
  key: KeyObject;
}

/**
 * The keys of access tokens: the one that signs, and all that are accepted, by their id (`kid`). Each key has one
 * algorithm, so that a token cannot choose how it is verified.
 */
export interface KeyRing {
  signing: TokenKey | undefined;
  accepted: ReadonlyMap<string, TokenKey>;
  /** The public keys as a JWK set (RFC 7517). */
  jwks: { keys: Record<string, string>[] };
}

type KeySettings = TokenSecrets & Pick<Config, 'privateKey' | 'publicKeys'>;

/**
 * Reads the keys of the settings. A private key (RSA or P-256) signs, and the secrets are not accepted then. With public
 * keys alone a process verifies tokens and cannot sign any. @throws {StartError} for a key of another kind
 */
export function createKeyRing(settings: KeySettings): KeyRing {
  const { privateKey, publicKeys } = settings;
  if (privateKey === undefined && publicKeys.length === 0) {
    const keys = acceptedSecrets(settings).map(secretKey);
    return { signing: keys[0], accepted: byId(keys), jwks: { keys: [] } };
  }
  const signing =
    privateKey === undefined ? undefined : { ...publicKey(privateKey), key: parsePem(createPrivateKey, privateKey) };
  const accepted = [...(privateKey === undefined ? [] : [privateKey]), ...publicKeys].map(publicKey);
  const keys = accepted.map(({ key, kid, algorithm }) => ({
    ...key.export({ format: 'jwk' }),
    kid,
    alg: algorithm,
    use: 'sig',
  }));
  return { signing, accepted: byId(accepted), jwks: { keys } };
}

const byId = (keys: readonly TokenKey[]) => new Map(keys.map((key) => [key.kid, key]));

/** A symmetric key; its id does not tell the secret. */
function secretKey(secret: string): TokenKey {
  const kid = keyedHash(secret, 'key id').slice(0, 12);
  return { kid, algorithm: 'HS256', key: createSecretKey(secret, 'utf8') };
}

/** The public key of a PEM file; its id is its thumbprint (RFC 7638). */
function publicKey(pem: string): TokenKey {
  const key = parsePem(createPublicKey, pem);
  const { kty, crv, x, y, n, e } = key.export({ format: 'jwk' });
  const algorithm = kty === 'RSA' ? 'RS256' : kty === 'EC' && crv === 'P-256' ? 'ES256' : undefined;
  if (!algorithm) throw new StartError('a key of access tokens must be RSA or P-256');
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (algorithm === 'RS256' && modulusLength < MIN_RSA_BITS) {
    throw new StartError(
      `an RSA key of access tokens must have ${MIN_RSA_BITS} bits or more, but has ${modulusLength}`,
    );
  }
  const members = algorithm === 'RS256' ? { e, kty, n } : { crv, kty, x, y };
  return { kid: createHash('sha256').update(JSON.stringify(members)).digest('base64url'), algorithm, key };
}

function parsePem(make: (pem: string) => KeyObject, pem: string): KeyObject {
  try {
    return make(pem);
  } catch {
    throw new StartError('a key of access tokens is not a key in PEM format');
  }
}
