import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { createKeyRing } from '../../../lib/auth/token-keys.ts';
import { signAccessToken, verifyAccessToken } from '../../../lib/auth/tokens.ts';

const ada = { id: 'cus_1', sessionId: 'ses_1', role: 'customer' } as const;
const secrets = (tokenSecret: string, previousSecret?: string) =>
  createKeyRing({ tokenSecret, publicKeys: [], ...(previousSecret ? { previousSecret } : {}) });
const [OLD, NEW] = ['old secret '.repeat(4), 'new secret '.repeat(4)];

const pem = { type: 'spki', format: 'pem' } as const;
const secret = { type: 'pkcs8', format: 'pem' } as const;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: pem, privateKeyEncoding: secret });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256', publicKeyEncoding: pem, privateKeyEncoding: secret });

describe('rotating the secret', () => {
  test('accepts tokens of both while both are set, and signs with the new one', () => {
    const token = signAccessToken(ada, secrets(OLD));
    expect(verifyAccessToken(token, secrets(NEW, OLD)).identity).toEqual(ada);
    expect(verifyAccessToken(signAccessToken(ada, secrets(NEW, OLD)), secrets(NEW)).identity).toEqual(ada);
  });

  test('refuses tokens of the old one once it is not set any more', () => {
    const token = signAccessToken(ada, secrets(OLD));
    expect(() => verifyAccessToken(token, secrets(NEW))).toThrow(expect.objectContaining({ type: 'invalid-token' }));
  });
});

describe.each([
  ['RS256', rsa],
  ['ES256', ec],
])('a private key, %s', (algorithm, { privateKey, publicKey }) => {
  const ring = createKeyRing({ tokenSecret: NEW, privateKey, publicKeys: [] });
  const checking = createKeyRing({ tokenSecret: NEW, publicKeys: [publicKey] });

  test('signs, and its public key verifies', () => {
    const token = signAccessToken(ada, ring);
    expect(jwt.decode(token, { complete: true })?.header).toMatchObject({ alg: algorithm, typ: 'at+jwt' });
    for (const keys of [ring, checking]) expect(verifyAccessToken(token, keys).identity).toEqual(ada);
    expect(() => signAccessToken(ada, checking)).toThrow('public keys only');
  });

  test('is published as its public key alone, under the id that tokens name', () => {
    const [key] = ring.jwks.keys;
    expect(key).toMatchObject({ alg: algorithm, use: 'sig' });
    expect(key).not.toHaveProperty('d');
    expect(jwt.decode(signAccessToken(ada, ring), { complete: true })?.header.kid).toBe(key?.kid);
  });

  test('is no secret: a token signed with the public key, or the shop secret, is refused', () => {
    const kid = ring.jwks.keys[0]?.kid ?? '';
    const payload = { sub: 'cus_1', sid: 'ses_1', jti: '1', iss: 'shop', aud: 'shop-api', exp: 4e9 };
    const forge = (key: string) => jwt.sign(payload, key, { header: { alg: 'HS256', typ: 'at+jwt', kid } });
    for (const key of [NEW, publicKey]) expect(() => verifyAccessToken(forge(key), ring)).toThrow();
    expect(() => verifyAccessToken(signAccessToken(ada, secrets(NEW)), ring)).toThrow();
  });
});

test('a key of another kind is refused at the start', () => {
  const { privateKey } = generateKeyPairSync('ed25519', { publicKeyEncoding: pem, privateKeyEncoding: secret });
  expect(() => createKeyRing({ tokenSecret: NEW, privateKey, publicKeys: [] })).toThrow('RSA or P-256');
  expect(() => createKeyRing({ tokenSecret: NEW, privateKey: 'no key', publicKeys: [] })).toThrow(
    'not a key in PEM format',
  );
});
