import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type KeyObject,
} from 'node:crypto';
import type { Config } from '../process/config.ts';
import { StartError } from '../process/start-error.ts';

/** RFC 7518 §3.3. */
const SHORTEST_RSA = 2048;

type Algorithm = 'HS256' | 'RS256' | 'ES256';

interface Key {
  kid: string;
  algorithm: Algorithm;
  key: KeyObject;
}

/**
 * The keys of access tokens: the one that signs, and all that are taken. A key has one algorithm, so that no token can
 * choose how it is checked.
 */
export interface KeyRing {
  signing: Key | undefined;
  taken: ReadonlyMap<string, Key>;
  /** The public ones, as RFC 7517 has them. */
  jwks: { keys: Record<string, string>[] };
}

type Settings = Pick<Config, 'tokenSecret' | 'previousSecret' | 'privateKey' | 'publicKeys'>;

/**
 * With a private key (RSA or P-256) that one signs, and the secrets are not taken; public keys alone make a process that
 * checks tokens and cannot make any. @throws {StartError} for a key of another kind
 */
export function keyRing({ tokenSecret, previousSecret, privateKey, publicKeys }: Settings): KeyRing {
  if (privateKey === undefined && publicKeys.length === 0) {
    const keys = [tokenSecret, ...(previousSecret ? [previousSecret] : [])].map(secretKey);
    return { signing: keys[0], taken: byId(keys), jwks: { keys: [] } };
  }
  const signing =
    privateKey === undefined ? undefined : { ...publicKey(privateKey), key: read(createPrivateKey, privateKey) };
  const taken = [...(privateKey === undefined ? [] : [privateKey]), ...publicKeys].map(publicKey);
  const keys = taken.map(({ key, kid, algorithm }) => ({
    ...key.export({ format: 'jwk' }),
    kid,
    alg: algorithm,
    use: 'sig',
  }));
  return { signing, taken: byId(taken), jwks: { keys } };
}

const byId = (keys: readonly Key[]) => new Map(keys.map((key) => [key.kid, key]));

/** Its id says nothing of the secret. */
function secretKey(secret: string): Key {
  const kid = createHmac('sha256', secret).update('key id').digest('base64url').slice(0, 12);
  return { kid, algorithm: 'HS256', key: createSecretKey(secret, 'utf8') };
}

/** The public half, by its thumbprint (RFC 7638). */
function publicKey(pem: string): Key {
  const key = read(createPublicKey, pem);
  const { kty, crv, x, y, n, e } = key.export({ format: 'jwk' });
  const algorithm = kty === 'RSA' ? 'RS256' : kty === 'EC' && crv === 'P-256' ? 'ES256' : undefined;
  if (!algorithm) throw new StartError('a key of access tokens must be RSA or P-256');
  const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  if (algorithm === 'RS256' && modulusLength < SHORTEST_RSA) {
    throw new StartError(
      `an RSA key of access tokens must have ${SHORTEST_RSA} bits or more, but has ${modulusLength}`,
    );
  }
  const members = algorithm === 'RS256' ? { e, kty, n } : { crv, kty, x, y };
  return { kid: createHash('sha256').update(JSON.stringify(members)).digest('base64url'), algorithm, key };
}

function read(make: (pem: string) => KeyObject, pem: string): KeyObject {
  try {
    return make(pem);
  } catch {
    throw new StartError('a key of access tokens is no PEM file of a key');
  }
}
