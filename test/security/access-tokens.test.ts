import { afterAll, beforeAll, expect, test } from '@jest/globals';
import jwt, { type Algorithm } from 'jsonwebtoken';
import { createKeyRing } from '../../lib/auth/token-keys.ts';
import { signAccessToken } from '../../lib/auth/tokens.ts';
import type { Config } from '../../lib/process/config.ts';
import { eachEngine } from '../support/engines.ts';
import { ADDRESS, request, Shopper, startShop, type TestShop } from '../support/shop.ts';

interface Making {
  algorithm?: Algorithm;
  secret?: string;
  typ?: string;
  kid?: string | null;
  claims?: Record<string, unknown>;
}

eachEngine('access tokens', (engine) => {
  let config: Config;
  let shop: TestShop;
  let ada: Shopper;

  /** A token as the shop makes it, but for what is named. */
  const forged = ({ algorithm = 'HS256', secret, typ = 'at+jwt', kid, claims = {} }: Making = {}) => {
    const exp = Math.floor(Date.now() / 1000) + 600;
    const good = { sub: ada.id, sid: 'ses_1', jti: 'one', iss: 'shop', aud: 'shop-api', exp };
    // What is undefined is left out.
    const payload = JSON.parse(JSON.stringify({ ...good, ...claims }));
    const key = algorithm === 'none' ? '' : (secret ?? config.tokenSecret);
    const own = createKeyRing(config).signing?.kid;
    return jwt.sign(payload, key, {
      algorithm,
      header: { alg: algorithm, typ, ...(kid === null ? {} : { kid: kid ?? own }) },
    });
  };
  const me = (authorization?: string) =>
    request(shop.url, 'GET /v1/me', authorization === undefined ? {} : { headers: { authorization } });

  beforeAll(async () => {
    config = engine.config();
    shop = await startShop(config);
    ada = await Shopper.at(shop.url);
  });
  afterAll(() => shop.stop());

  test('one that the shop signed is accepted, with the scheme in any case', async () => {
    expect(await me(`Bearer ${forged()}`)).toMatchObject({ status: 200, body: { id: ada.id } });
    expect(await me(`bearer ${forged()}`)).toMatchObject({ status: 200, body: { id: ada.id } });
  });

  const hour = 3600;
  const forgeries: [string, Making][] = [
    ['unsigned', { algorithm: 'none' }],
    ['signed with another key', { secret: 'another secret of more than 32 characters' }],
    ['signed with another algorithm', { algorithm: 'HS512' }],
    ['expired', { claims: { exp: Math.floor(Date.now() / 1000) - 1 } }],
    ['not valid yet', { claims: { nbf: Math.floor(Date.now() / 1000) + hour } }],
    ['of a plain JWT type', { typ: 'JWT' }],
    ['of an id token type', { typ: 'id+jwt' }],
    ["another issuer's", { claims: { iss: 'elsewhere' } }],
    ['without an issuer', { claims: { iss: undefined } }],
    ['for another audience', { claims: { aud: 'another-api' } }],
    ['without an audience', { claims: { aud: undefined } }],
    ['without a subject', { claims: { sub: undefined } }],
    ['without an id of its own', { claims: { jti: undefined } }],
    ['for ever', { claims: { exp: undefined } }],
    ['of a key that nobody knows', { kid: 'another' }],
    ['without a key id', { kid: null }],
    ['without a session', { claims: { sid: undefined } }],
    ['with a session that is no text', { claims: { sid: { $ne: null } } }],
  ];
  test.each(forgeries)('one that is %s is refused', async (_name, making) => {
    const { status, headers, body } = await me(`Bearer ${forged(making)}`);
    expect({ status, type: body.type }).toEqual({ status: 401, type: '/problems/invalid-token' });
    expect(headers.get('www-authenticate')).toBe('Bearer');
  });

  test('a refresh token is no access token, nor is anything else', async () => {
    const changed = `${forged().slice(0, -2)}AA`;
    for (const token of [ada.refreshToken, 'garbage', changed, forged().split('.').slice(0, 2).join('.'), 'null']) {
      expect(await me(`Bearer ${token}`)).toMatchObject({ status: 401, body: { type: '/problems/invalid-token' } });
    }
  });

  test('without one, or in another scheme, the answer is to log in first', async () => {
    for (const authorization of [undefined, '', 'Bearer', 'Bearer ', `Basic ${btoa('ada:secret')}`, forged()]) {
      const { status, headers, body } = await me(authorization);
      expect({ status, type: body.type }).toEqual({ status: 401, type: '/problems/unauthenticated' });
      expect(headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  test('a guest is refused before the content of the request is checked', async () => {
    const answer = await request(shop.url, 'PATCH /v1/me', { body: { nonsense: true } });
    expect(answer).toMatchObject({ status: 401, body: { type: '/problems/unauthenticated' } });
  });

  test('a public route treats an invalid one as none', async () => {
    expect((await request(shop.url, 'GET /v1/categories', { token: 'garbage' })).status).toBe(200);
  });

  test('one of an unknown customer is refused, for reading and for changing', async () => {
    const token = signAccessToken(
      { id: 'cus_01JNVVWZEZHWMHB63K63A6KM7H', sessionId: 'ses_1', role: 'customer' },
      createKeyRing(config),
    );
    const answers = await Promise.all([
      request(shop.url, 'GET /v1/me', { token }),
      request(shop.url, 'PATCH /v1/me', { token, body: { name: 'Nobody' } }),
      request(shop.url, 'GET /v1/me/addresses', { token }),
      request(shop.url, 'POST /v1/me/addresses', { token, body: ADDRESS }),
      request(shop.url, `PUT /v1/me/addresses/${ada.addressId}`, { token, body: ADDRESS }),
      request(shop.url, `DELETE /v1/me/addresses/${ada.addressId}`, { token }),
    ]);
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 401, body: { type: '/problems/invalid-token' } });
    }
  });
});
