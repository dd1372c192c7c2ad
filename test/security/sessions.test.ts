import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eachEngine } from '../support/engines.ts';
import { request, Shopper, startShop, type TestShop } from '../support/shop.ts';

const REFUSED = { status: 401, body: { type: '/problems/invalid-token' } };

eachEngine('sessions', (engine) => {
  let shop: TestShop;
  let ada: Shopper;
  let bob: Shopper;
  const refresh = (refreshToken: unknown) => request(shop.url, 'POST /v1/auth/refresh', { body: { refreshToken } });
  const logout = (body?: unknown, token?: string) =>
    request(shop.url, 'POST /v1/auth/logout', { body, ...(token ? { token } : {}) });
  const write = (text: string) => Buffer.from(text).toString('base64url');
  /** Opens one more session for Ada. */
  const login = async () => {
    const { body } = await request(shop.url, 'POST /v1/auth/login', {
      body: { email: ada.email, password: ada.password },
    });
    return body as { accessToken: string; refreshToken: string };
  };

  beforeAll(async () => {
    shop = await startShop(engine.config());
    [ada, bob] = await Promise.all([Shopper.at(shop.url), Shopper.at(shop.url)]);
  });
  afterAll(() => shop.stop());

  test('a refresh token is exchanged for new ones, which work', async () => {
    const { refreshToken } = await login();
    const first = await refresh(refreshToken);
    expect(first).toMatchObject({ status: 200, body: { expiresIn: 600 } });
    expect(first.body.refreshToken).not.toBe(refreshToken);
    const me = await request(shop.url, 'GET /v1/me', { token: first.body.accessToken });
    expect(me).toMatchObject({ status: 200, body: { id: ada.id } });
    expect((await refresh(first.body.refreshToken)).status).toBe(200);
  });

  test('a refresh token that was used before is refused, and ends its session but no other', async () => {
    const [stolen, other] = [await login(), await login()];
    const next = (await refresh(stolen.refreshToken)).body;
    const last = (await refresh(next.refreshToken)).body;
    expect(await refresh(stolen.refreshToken)).toMatchObject(REFUSED);
    for (const { refreshToken } of [next, last]) expect(await refresh(refreshToken)).toMatchObject(REFUSED);
    // Its access tokens end with it.
    for (const { accessToken: token } of [next, last]) {
      expect((await request(shop.url, 'GET /v1/me', { token })).status).toBe(401);
    }
    expect((await refresh(other.refreshToken)).status).toBe(200);
  });

  test('the same refresh token 20 times at once has one successor, with which all go on', async () => {
    const { refreshToken } = await login();
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(refreshToken)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const [successor, ...others] = new Set(answers.map(({ body }) => body.refreshToken));
    expect(others).toEqual([]);
    for (const { body } of answers) {
      expect((await request(shop.url, 'GET /v1/me', { token: body.accessToken })).status).toBe(200);
    }
    // All of them at once again, as tabs of one browser would.
    const next = await Promise.all(answers.map(() => refresh(successor)));
    expect(next.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(new Set(next.map(({ body }) => body.refreshToken)).size).toBe(1);
    expect((await refresh(next[0]?.body.refreshToken)).status).toBe(200);
  });

  test('a refresh token made up from the ids of an access token is refused, and ends nothing', async () => {
    const { accessToken, refreshToken } = await login();
    const { sub, sid } = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString());
    const [, , secret, seal] = Buffer.from((await login()).refreshToken, 'base64url')
      .toString()
      .split('.');
    for (const parts of [[secret], [secret, seal], ['guess'], ['guess', seal], ['guess', 'x']]) {
      const made = write([sub, sid, ...parts].join('.'));
      expect(await refresh(made)).toMatchObject(REFUSED);
      expect((await logout({ refreshToken: made })).status).toBe(204);
    }
    expect((await request(shop.url, 'GET /v1/me', { token: accessToken })).status).toBe(200);
    expect((await refresh(refreshToken)).status).toBe(200);
  });

  test('logging out with a refresh token that another tab has exchanged ends the session', async () => {
    const { refreshToken } = await login();
    const next = (await refresh(refreshToken)).body.refreshToken;
    expect((await logout({ refreshToken })).status).toBe(204);
    expect(await refresh(next)).toMatchObject(REFUSED);
  });

  test('logging out with the refresh token ends that session alone', async () => {
    const [session, other] = [await login(), await login()];
    expect(await logout({ refreshToken: session.refreshToken })).toMatchObject({ status: 204, body: '' });
    expect(await refresh(session.refreshToken)).toMatchObject(REFUSED);
    expect((await refresh(other.refreshToken)).status).toBe(200);
  });

  test('logging out with the access token ends that session alone', async () => {
    const [session, other] = [await login(), await login()];
    expect((await logout(undefined, session.accessToken)).status).toBe(204);
    expect(await refresh(session.refreshToken)).toMatchObject(REFUSED);
    expect((await refresh(other.refreshToken)).status).toBe(200);
  });

  test('logging out again changes nothing, and is no error', async () => {
    const { refreshToken } = await login();
    expect((await logout({ refreshToken })).status).toBe(204);
    expect((await logout({ refreshToken })).status).toBe(204);
  });

  test('logging out with nothing is refused', async () => {
    expect(await logout()).toMatchObject({ status: 401, body: { type: '/problems/unauthenticated' } });
    expect((await logout({})).status).toBe(401);
  });

  test.each([
    ['words', 'garbage'],
    ['an access token', 'access'],
    ['two parts', write('cus_01.ses_01')],
    ['four parts', write('cus_01.ses_01.secret.more')],
    ['a customer who is not there', write('cus_01JNVVWZEZHWMHB63K63A6KM7H.ses_01.secret')],
    ['a query', write('{"$ne":null}.ses_01.secret')],
  ])('a refresh token made of %s is refused, and means nothing to a logout', async (_name, text) => {
    const refreshToken = text === 'access' ? ada.token : text;
    expect(await refresh(refreshToken)).toMatchObject(REFUSED);
    expect((await logout({ refreshToken })).status).toBe(204);
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['an object', { $gt: '' }],
    ['no text', ''],
  ])('a refresh token that is %s is a malformed request', async (_name, refreshToken) => {
    const answer = await refresh(refreshToken);
    expect(answer).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: expect.stringMatching(/^\/refreshToken/) }] },
    });
    if (refreshToken !== undefined) expect((await logout({ refreshToken })).status).toBe(400);
  });

  test("a session's secret cannot be guessed, and is no use with another customer's session", async () => {
    const { refreshToken } = await login();
    const [customerId, sessionId] = Buffer.from(refreshToken, 'base64url').toString().split('.');
    const [, , secret] = Buffer.from(bob.refreshToken, 'base64url').toString().split('.');
    // Not by a logout: who does not have the secret cannot end the session.
    expect((await logout({ refreshToken: write(`${customerId}.${sessionId}.${secret}`) })).status).toBe(204);
    expect((await refresh(refreshToken)).status).toBe(200);
    expect(await refresh(write(`${bob.id}.${sessionId}.${secret}`))).toMatchObject(REFUSED);
    expect((await refresh(bob.refreshToken)).status).toBe(200);
  });
});
