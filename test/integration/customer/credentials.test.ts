import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { Mailbox } from '../../support/mailbox.ts';
import { eventually, request, Shopper, startShop, type TestShop } from '../../support/shop.ts';

const NEW_PASSWORD = 'another horse and battery';
const EXPIRED = { status: 422, body: { type: '/problems/link-expired' } };

eachEngine('e-mail address and password', (engine) => {
  let shop: TestShop;
  let mails: Mailbox;
  const post = (path: string, body: unknown) => request(shop.url, `POST ${path}`, { body });
  const login = (email: string, password: string) => post('/v1/auth/login', { email, password });
  const refresh = ({ refreshToken }: Shopper) => post('/v1/auth/refresh', { refreshToken });
  const verify = (token: string) => post('/v1/auth/email/verify', { token });

  beforeAll(async () => {
    const config = engine.config();
    mails = new Mailbox(config.dataDir);
    shop = await startShop(config);
  });
  afterAll(() => shop.stop());

  test('registering sends a link that verifies the address, once', async () => {
    const ada = await Shopper.at(shop.url);
    expect((await ada.ask('GET /v1/me')).body.emailVerified).toBe(false);
    const token = await mails.token(ada.email, 'verify-email');
    expect((await verify(token)).status).toBe(204);
    expect((await ada.ask('GET /v1/me')).body.emailVerified).toBe(true);
    expect(await verify(token)).toMatchObject(EXPIRED);
  });

  test.each(['earlier', 'later'])(
    'a new link voids none: the %s one verifies, and then both are used',
    async (which) => {
      const ada = await Shopper.at(shop.url);
      const [earlier = ''] = await mails.tokens(ada.email, 'verify-email');
      expect((await post('/v1/auth/email/resend', { email: ada.email })).status).toBe(204);
      const tokens = await mails.tokens(ada.email, 'verify-email', 2);
      const later = tokens.find((token) => token !== earlier) ?? earlier;
      expect((await verify(which === 'earlier' ? earlier : later)).status).toBe(204);
      for (const token of [earlier, later]) expect(await verify(token)).toMatchObject(EXPIRED);
    },
  );

  test('a verified or an unknown address gets no link', async () => {
    const ada = await Shopper.at(shop.url);
    expect((await verify(await mails.token(ada.email, 'verify-email'))).status).toBe(204);
    for (const email of [ada.email, 'nobody@example.com']) {
      expect((await post('/v1/auth/email/resend', { email })).status).toBe(204);
    }
    expect(await mails.to('nobody@example.com', 'verify-email')).toEqual([]);
    expect(await mails.to(ada.email, 'verify-email')).toHaveLength(1);
  });

  test('a mailed link stays valid when others request one, and using one voids all', async () => {
    const ada = await Shopper.at(shop.url);
    await post('/v1/auth/password/forgot', { email: ada.email });
    const own = await mails.token(ada.email, 'reset-password');
    await post('/v1/auth/password/forgot', { email: ada.email });
    const tokens = await mails.tokens(ada.email, 'reset-password', 2);
    expect((await post('/v1/auth/password/reset', { token: own, password: NEW_PASSWORD })).status).toBe(204);
    for (const token of tokens) {
      expect(await post('/v1/auth/password/reset', { token, password: 'yet another horse' })).toMatchObject(EXPIRED);
    }
  });

  test('a link for a new address is void once another new address was asked for', async () => {
    const ada = await Shopper.at(shop.url);
    const ask = (email: string) => ada.ask('POST /v1/me/email', { email, password: ada.password });
    await ask(`typo-${ada.email}`);
    const typo = await mails.token(`typo-${ada.email}`, 'change-email');
    await ask(`right-${ada.email}`);
    const right = await mails.token(`right-${ada.email}`, 'change-email');
    expect(await verify(typo)).toMatchObject(EXPIRED);
    expect((await verify(right)).status).toBe(204);
  });

  test('however often they are requested, few mails go to one address, and the response does not tell', async () => {
    const ada = await Shopper.at(shop.url);
    await mails.token(ada.email, 'verify-email');
    const asked = [
      ...Array.from({ length: 30 }, () => post('/v1/auth/password/forgot', { email: ada.email })),
      ...Array.from({ length: 30 }, () => post('/v1/auth/email/resend', { email: ada.email })),
    ];
    for (const answer of await Promise.all(asked)) expect(answer).toMatchObject({ status: 204, body: '' });
    const shoppers = await Promise.all(Array.from({ length: 12 }, () => Shopper.at(shop.url)));
    const stranger = `stranger-${ada.email}`;
    for (const one of shoppers) {
      const answer = await one.ask('POST /v1/me/email', { email: stranger, password: one.password });
      expect(answer).toMatchObject({ status: 204, body: '' });
    }
    // Five of each kind in a quarter of an hour; these may have fallen into two of them.
    for (const [kind, to] of [
      ['reset-password', ada.email],
      ['verify-email', ada.email],
      ['change-email', stranger],
    ] as const) {
      const queued = await eventually(
        () => storeOf(shop, 'mail').find({ 'request.kind': kind, 'request.to': to }),
        (mails) => mails.length > 0,
      );
      expect([kind, queued.length <= 10]).toEqual([kind, true]);
    }
  });

  test('a link that is forged, or for another purpose, does nothing', async () => {
    const ada = await Shopper.at(shop.url);
    const token = await mails.token(ada.email, 'verify-email');
    for (const bad of ['garbage', `${token.slice(0, -3)}AAA`, ada.token, `${token}.x`]) {
      expect(await verify(bad)).toMatchObject(EXPIRED);
    }
    const reset = await post('/v1/auth/password/reset', { token, password: NEW_PASSWORD });
    expect(reset).toMatchObject(EXPIRED);
    expect((await login(ada.email, ada.password)).status).toBe(200);
  });

  test('a forgotten password is set by the mailed link, once; all sessions end', async () => {
    const ada = await Shopper.at(shop.url);
    expect((await post('/v1/auth/password/forgot', { email: ada.email.toUpperCase() })).status).toBe(204);
    const token = await mails.token(ada.email, 'reset-password');
    const weak = await post('/v1/auth/password/reset', { token, password: 'password123' });
    expect(weak).toMatchObject({ status: 422, body: { type: '/problems/weak-password' } });
    expect((await post('/v1/auth/password/reset', { token, password: NEW_PASSWORD })).status).toBe(204);
    expect((await ada.ask('GET /v1/me')).status).toBe(401);
    expect((await refresh(ada)).status).toBe(401);
    expect((await login(ada.email, ada.password)).status).toBe(401);
    expect((await login(ada.email, NEW_PASSWORD)).status).toBe(200);
    expect(await post('/v1/auth/password/reset', { token, password: 'yet another horse' })).toMatchObject(EXPIRED);
    await mails.token(ada.email, 'password-changed');
  });

  test('of 10 who follow one reset link at once, one sets the password', async () => {
    const ada = await Shopper.at(shop.url);
    await post('/v1/auth/password/forgot', { email: ada.email });
    const token = await mails.token(ada.email, 'reset-password');
    const passwords = Array.from({ length: 10 }, (_, n) => `horse number ${n} of ten`);
    const answers = await Promise.all(
      passwords.map((password) => post('/v1/auth/password/reset', { token, password })),
    );
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    const winner = passwords[answers.findIndex(({ status }) => status === 204)] as string;
    expect((await login(ada.email, winner)).status).toBe(200);
  });

  test('changing the password takes the old one, and ends all other sessions at once', async () => {
    const ada = await Shopper.at(shop.url);
    const elsewhere = (await login(ada.email, ada.password)).body;
    const change = (currentPassword: string, password: string) =>
      ada.ask('PUT /v1/me/password', { currentPassword, password });
    expect(await change('wrong', NEW_PASSWORD)).toMatchObject({
      status: 401,
      body: { type: '/problems/wrong-credentials' },
    });
    expect(await change(ada.password, ada.email)).toMatchObject({ body: { type: '/problems/weak-password' } });
    expect((await change(ada.password, NEW_PASSWORD)).status).toBe(204);
    expect((await request(shop.url, 'GET /v1/me', { token: elsewhere.accessToken })).status).toBe(401);
    expect((await post('/v1/auth/refresh', { refreshToken: elsewhere.refreshToken })).status).toBe(401);
    expect((await ada.ask('GET /v1/me')).status).toBe(200);
    expect((await refresh(ada)).status).toBe(200);
    expect((await login(ada.email, NEW_PASSWORD)).status).toBe(200);
  });

  test('a new e-mail address holds once its link was followed, and the old one is told', async () => {
    const ada = await Shopper.at(shop.url);
    const email = `new-${ada.email}`;
    expect((await ada.ask('POST /v1/me/email', { email, password: 'wrong' })).status).toBe(401);
    expect((await ada.ask('POST /v1/me/email', { email, password: ada.password })).status).toBe(204);
    expect((await ada.ask('GET /v1/me')).body.email).toBe(ada.email);
    expect((await verify(await mails.token(email, 'change-email'))).status).toBe(204);
    expect((await ada.ask('GET /v1/me')).body).toMatchObject({ email, emailVerified: true });
    expect((await login(email, ada.password)).status).toBe(200);
    expect((await login(ada.email, ada.password)).status).toBe(401);
    await expect(mails.token(ada.email, 'email-changed')).resolves.toBe('');
  });

  test("another customer's address cannot be taken, and the response does not tell that it is registered", async () => {
    const [ada, bob] = await Promise.all([Shopper.at(shop.url), Shopper.at(shop.url)]);
    const answer = await ada.ask('POST /v1/me/email', { email: bob.email, password: ada.password });
    expect(answer).toMatchObject({ status: 204, body: '' });
    // Registered by another customer before the link is followed.
    const email = `soon-${ada.email}`;
    await ada.ask('POST /v1/me/email', { email, password: ada.password });
    const token = await mails.token(email, 'change-email');
    await post('/v1/auth/register', { email, password: NEW_PASSWORD, name: 'First' });
    expect(await verify(token)).toMatchObject({ status: 409, body: { type: '/problems/email-taken' } });
    expect(await mails.to(bob.email, 'change-email')).toEqual([]);
  });

  test.each(['password12', 'Qwertyuiop', 'iloveyou2024!', 'aaaaaaaaaaaa', 'abababababab'])(
    'the password %s is refused as too easy',
    async (password) => {
      const answer = await post('/v1/auth/register', { email: 'x@example.com', password, name: 'X' });
      expect(answer).toMatchObject({ status: 422, body: { type: '/problems/weak-password' } });
    },
  );

  test('sessions are listed with their devices, and ended one by one or all', async () => {
    const ada = await Shopper.at(shop.url);
    const { email, password } = ada;
    const headers = { 'user-agent': 'Phone/1.0' };
    const phone = (await request(shop.url, 'POST /v1/auth/login', { body: { email, password }, headers })).body;
    const listed = async () => {
      const { body } = await ada.ask('GET /v1/me/sessions');
      expect(body.items).toHaveLength(2);
      expect(body.items.filter(({ current }: { current: boolean }) => current)).toHaveLength(1);
      return body.items.find(({ current }: { current: boolean }) => !current);
    };
    const other = await listed();
    expect(other).toMatchObject({ device: 'Phone/1.0', lastUsedAt: other.createdAt });
    // It is used when its tokens are renewed.
    const { refreshToken } = phone;
    phone.accessToken = (await request(shop.url, 'POST /v1/auth/refresh', { body: { refreshToken } })).body.accessToken;
    const used = await listed();
    expect(used).toMatchObject({ id: other.id, device: 'Phone/1.0', createdAt: other.createdAt });
    expect(Date.parse(used.lastUsedAt)).toBeGreaterThan(Date.parse(other.lastUsedAt));
    expect((await ada.ask(`DELETE /v1/me/sessions/${other.id}`)).status).toBe(204);
    expect((await ada.ask(`DELETE /v1/me/sessions/${other.id}`)).status).toBe(404);
    expect((await request(shop.url, 'GET /v1/me', { token: phone.accessToken })).status).toBe(401);
    expect((await ada.ask('DELETE /v1/me/sessions')).status).toBe(204);
    expect((await ada.ask('GET /v1/me')).status).toBe(401);
    expect((await refresh(ada)).status).toBe(401);
  });

  test('consents are recorded with the time, given and withdrawn', async () => {
    const ada = await Shopper.at(shop.url);
    const newsletter = async () =>
      (await ada.ask('GET /v1/me/consents')).body.items.find(
        ({ purpose }: { purpose: string }) => purpose === 'newsletter',
      );
    expect(await newsletter()).toEqual({ purpose: 'newsletter', granted: false, at: null });
    await ada.ask('PUT /v1/me/consents/newsletter', { granted: true });
    const granted = await newsletter();
    expect(granted).toEqual({ purpose: 'newsletter', granted: true, at: expect.stringMatching(/^\d{4}-/) });
    await ada.ask('PUT /v1/me/consents/newsletter', { granted: true });
    expect(await newsletter()).toEqual(granted);
    await ada.ask('PUT /v1/me/consents/newsletter', { granted: false });
    expect(await newsletter()).toMatchObject({ granted: false });
    expect((await ada.ask('PUT /v1/me/consents/everything', { granted: true })).status).toBe(400);
  });
});
