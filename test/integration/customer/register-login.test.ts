import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eachEngine } from '../../support/engines.ts';
import { Mailbox } from '../../support/mailbox.ts';
import { type Answer, request, Shopper, startShop, type TestShop } from '../../support/shop.ts';

const REGISTER = 'POST /v1/auth/register';
const LOGIN = 'POST /v1/auth/login';
const PASSWORD = 'correct horse battery staple';

const problem = (code: string) => expect.objectContaining({ type: `/problems/${code}` });
const pointers = ({ body }: Answer) => body.errors?.map(({ pointer }: { pointer: string }) => pointer);

eachEngine('registering and logging in', (engine) => {
  let shop: TestShop;
  let ada: Shopper;
  let mails: Mailbox;
  const ask = (route: string, body?: unknown) => request(shop.url, route, { body });

  beforeAll(async () => {
    const config = engine.config();
    mails = new Mailbox(config.dataDir);
    shop = await startShop(config);
    ada = await Shopper.at(shop.url);
  });
  afterAll(() => shop.stop());

  test('registering answers 201 with the customer and tokens that work, and says where the customer is', async () => {
    const { status, headers, body } = await ask(REGISTER, {
      email: '  Grace.Hopper@Example.COM ',
      password: PASSWORD,
      name: '  Grace Hopper ',
    });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe('/v1/me');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      customer: {
        id: expect.stringMatching(/^cus_[0-9A-HJKMNP-TV-Z]{26}$/),
        email: 'grace.hopper@example.com',
        name: 'Grace Hopper',
        emailVerified: false,
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      },
      accessToken: expect.any(String),
      refreshToken: expect.any(String),
      expiresIn: 600,
    });
    const me = await request(shop.url, 'GET /v1/me', { token: body.accessToken });
    expect(me.body).toEqual(body.customer);
    expect((await ask('POST /v1/auth/refresh', { refreshToken: body.refreshToken })).status).toBe(200);
  });

  test.each([
    ['as it is', (email: string) => email],
    ['in another case', (email: string) => email.toUpperCase()],
    ['with spaces around it', (email: string) => `  ${email} `],
  ])('an e-mail that is registered is refused %s', async (_name, written) => {
    const answer = await ask(REGISTER, { email: written(ada.email), password: PASSWORD, name: 'Eve' });
    expect(answer).toMatchObject({ status: 409, body: problem('email-taken') });
  });

  test('of two who register the same e-mail at once, one succeeds', async () => {
    const body = { email: 'twins@example.com', password: PASSWORD, name: 'Castor' };
    const answers = await Promise.all([ask(REGISTER, body), ask(REGISTER, { ...body, email: 'TWINS@example.com' })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  test.each([
    ['no e-mail', { email: undefined }, '/email'],
    ['an e-mail without a domain', { email: 'ada@' }, '/email'],
    ['a short password', { password: 'too short' }, '/password'],
    ['a password beyond 128 characters', { password: 'x'.repeat(129) }, '/password'],
    ['a name of spaces', { name: '   ' }, '/name'],
    ['null for a name', { name: null }, '/name'],
    ['a role it would like', { role: 'staff' }, '/role'],
  ])('registering with %s is refused', async (_name, change, pointer) => {
    const answer = await ask(REGISTER, { email: 'new@example.com', password: PASSWORD, name: 'New', ...change });
    expect(answer).toMatchObject({ status: 400, body: problem('invalid-request') });
    expect(pointers(answer)).toEqual([pointer]);
  });

  test.each([
    ['as it is', (email: string) => email],
    ['in another case and with spaces', (email: string) => ` ${email.toUpperCase()}  `],
  ])('logging in with the e-mail %s answers tokens that work', async (_name, written) => {
    const { status, headers, body } = await ask(LOGIN, { email: written(ada.email), password: ada.password });
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({ accessToken: expect.any(String), refreshToken: expect.any(String), expiresIn: 600 });
    const me = await request(shop.url, 'GET /v1/me', { token: body.accessToken });
    expect(me.body.id).toBe(ada.id);
  });

  test('an internationalised domain is one account in both spellings, everywhere', async () => {
    const [unicode, ascii] = ['Zoe@Bücher.example', 'zoe@xn--bcher-kva.example'];
    const registered = await ask(REGISTER, { email: unicode, password: PASSWORD, name: 'Zoë' });
    expect(registered).toMatchObject({ status: 201, body: { customer: { email: ascii } } });
    for (const email of [unicode, ascii, 'ZOE@BU\u0308CHER.EXAMPLE', 'zoe@XN--BCHER-KVA.example']) {
      expect((await ask(LOGIN, { email, password: PASSWORD })).status).toBe(200);
      const again = await ask(REGISTER, { email, password: PASSWORD, name: 'Eve' });
      expect(again).toMatchObject({ status: 409, body: problem('email-taken') });
      expect((await ask('POST /v1/auth/password/forgot', { email })).status).toBe(204);
    }
    const mailed = await mails.links(ascii, 'reset-password');
    expect(mailed[0]).toContain('/account/reset-password#token=');
    await shop.broker.call('customer.appoint', { email: 'eva@bücher.example', role: 'staff', password: PASSWORD });
    expect((await ask(LOGIN, { email: 'eva@xn--bcher-kva.example', password: PASSWORD })).status).toBe(200);
  });

  test('100 logins at once with the right password: each is let in, or told when to come back and let in then', async () => {
    const eve = await Shopper.at(shop.url);
    /** Comes back when it is told to, for as long as it is told to. */
    async function persist(): Promise<void> {
      const { status, headers } = await ask(LOGIN, { email: eve.email, password: eve.password });
      if (status === 200) return;
      expect([429, 503]).toContain(status);
      const retryAfter = Number(headers.get('retry-after'));
      expect(retryAfter).toBeGreaterThan(0);
      await sleep(retryAfter * 1000);
      return persist();
    }
    await Promise.all(Array.from({ length: 100 }, persist));
  }, 300_000);

  test('a wrong password and an unknown e-mail get the same answer', async () => {
    const wrong = await ask(LOGIN, { email: ada.email, password: `${ada.password}!` });
    const unknown = await ask(LOGIN, { email: 'nobody@example.com', password: ada.password });
    expect(wrong).toMatchObject({ status: 401, body: problem('wrong-credentials') });
    expect(wrong.body.instance).not.toBe(unknown.body.instance);
    expect({ ...unknown.body, instance: '' }).toEqual({ ...wrong.body, instance: '' });
    expect(unknown.headers.get('www-authenticate')).toBe('Bearer');
  });

  test.each([
    ['no password', { password: undefined }, '/password'],
    ['no e-mail', { email: undefined }, '/email'],
    ['a query for an e-mail', { email: { $ne: null } }, '/email/$ne'],
    ['a list of passwords', { password: ['a', 'b'] }, '/password'],
    ['null for a password', { password: null }, '/password'],
  ])('logging in with %s is refused, and the shop goes on', async (_name, change, pointer) => {
    const answer = await ask(LOGIN, { email: ada.email, password: ada.password, ...change });
    expect(answer).toMatchObject({ status: 400, body: problem('invalid-request') });
    expect(pointers(answer)).toEqual([pointer]);
    expect((await ask('GET /readyz?deep=true')).status).toBe(200);
  });

  test('no answer, and no stored document, has the password', async () => {
    const { body } = await ada.ask('GET /v1/me');
    expect(Object.keys(body).sort()).toEqual(['createdAt', 'email', 'emailVerified', 'id', 'name']);
    const { store } = shop.broker.getLocalService('customer') as unknown as {
      store: { get(id: string): Promise<unknown> };
    };
    const stored = JSON.stringify(await store.get(ada.id));
    expect(stored).toContain('$argon2id$');
    expect(stored).not.toContain(ada.password);
    expect(stored).not.toContain(ada.refreshToken);
  });
});
