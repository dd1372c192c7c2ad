import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { createKeyRing } from '../../lib/auth/token-keys.ts';
import { loadConfig } from '../../lib/process/config.ts';
import { StartError } from '../../lib/process/start-error.ts';
import { eachEngine } from '../support/engines.ts';
import { request, Shopper, startShop } from '../support/shop.ts';

const folder = mkdtempSync(join(tmpdir(), 'shop-keys-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rsa = (modulusLength: number) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  return {
    private: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    public: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
};
const fileOf = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

eachEngine('the keys of access tokens', (engine) => {
  test('two secrets are good at once while they are changed, and the old one is not after that', async () => {
    const [old, fresh] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
    const config = engine.config({ TOKEN_SECRET: old });
    const before = await startShop(config);
    const ada = await Shopper.at(before.url);
    await before.stop();
    for (const [previousSecret, status] of [
      [old, 200],
      [undefined, 401],
    ] as const) {
      const after = await startShop({ ...config, tokenSecret: fresh, ...(previousSecret ? { previousSecret } : {}) });
      try {
        expect((await request(after.url, 'GET /v1/me', { token: ada.token })).status).toBe(status);
        const { body } = await request(after.url, 'POST /v1/auth/refresh', {
          body: { refreshToken: ada.refreshToken },
        });
        ada.refreshToken = body.refreshToken;
        expect((await request(after.url, 'GET /v1/me', { token: body.accessToken })).status).toBe(200);
      } finally {
        await after.stop();
      }
    }
  });

  test('with a private key others check tokens by what is published, and no token chooses its algorithm', async () => {
    const key = rsa(2048);
    const shop = await startShop(engine.config({ TOKEN_PRIVATE_KEY_FILE: fileOf('key.pem', key.private) }));
    try {
      const ada = await Shopper.at(shop.url);
      const { header } = jwt.decode(ada.token, { complete: true }) ?? { header: { alg: '', kid: '' } };
      expect(header).toMatchObject({ alg: 'RS256', typ: 'at+jwt' });
      const { body } = await request(shop.url, 'GET /.well-known/jwks.json');
      expect(body.keys).toEqual([expect.objectContaining({ kid: header.kid, kty: 'RSA', alg: 'RS256', use: 'sig' })]);
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) expect(body.keys[0]).not.toHaveProperty(secret);
      expect(jwt.verify(ada.token, key.public, { algorithms: ['RS256'], audience: 'shop-api' })).toMatchObject({
        sub: ada.id,
      });
      // What is public is no secret to sign with.
      const claims = { sub: ada.id, sid: 'ses_1', jti: 'x', iss: 'shop', aud: 'shop-api' };
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      const forged = [
        jwt.sign(claims, Buffer.from(key.public), {
          algorithm: 'HS256',
          expiresIn: 600,
          header: { ...header, alg: 'HS256' },
        }),
        jwt.sign(claims, privateKey, { algorithm: 'RS256', expiresIn: 600, header: { ...header, alg: 'RS256' } }),
      ];
      for (const token of forged) expect((await request(shop.url, 'GET /v1/me', { token })).status).toBe(401);
    } finally {
      await shop.stop();
    }
  });
});

test('a private key that is too short is refused at start, not at the first login', () => {
  const load = (bits: number) =>
    createKeyRing(
      loadConfig({
        DATA_DIR: folder,
        TOKEN_SECRET: randomBytes(32).toString('hex'),
        TOKEN_PRIVATE_KEY_FILE: fileOf(`${bits}.pem`, rsa(bits).private),
      }),
    );
  expect(() => load(1024)).toThrow(StartError);
  expect(() => load(1024)).toThrow(/2048 bits/);
  expect(load(2048).signing?.algorithm).toBe('RS256');
});
