import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eachEngine } from '../../support/engines.ts';
import { Mailbox } from '../../support/mailbox.ts';
import { request, Shopper, startShop, type TestShop } from '../../support/shop.ts';

const NOT_VERIFIED = { status: 403, body: { type: '/problems/email-not-verified' } };

eachEngine('where logging in takes a verified e-mail address', (engine) => {
  let shop: TestShop;
  let mails: Mailbox;
  beforeAll(async () => {
    const config = engine.config({ VERIFIED_LOGIN: 'true' });
    mails = new Mailbox(config.dataDir);
    shop = await startShop(config);
  });
  afterAll(() => shop.stop());

  const register = async () => {
    const { email, password } = new Shopper(shop.url);
    const answer = await request(shop.url, 'POST /v1/auth/register', { body: { email, password, name: 'Ada' } });
    expect(answer.status).toBe(201);
    expect(Object.keys(answer.body)).toEqual(['customer']);
    return { email, password };
  };
  const login = (body: { email: string; password: string }) => request(shop.url, 'POST /v1/auth/login', { body });

  test('registering gives no tokens, and the mailed link permits the login', async () => {
    const ada = await register();
    expect(await login(ada)).toMatchObject(NOT_VERIFIED);
    const token = await mails.token(ada.email, 'verify-email');
    expect((await request(shop.url, 'POST /v1/auth/email/verify', { body: { token } })).status).toBe(204);
    expect((await login(ada)).status).toBe(200);
  });

  test('a wrong password does not tell whether the address is verified', async () => {
    const { email } = await register();
    const wrong = await login({ email, password: 'wrong password' });
    expect(wrong).toMatchObject({ status: 401, body: { type: '/problems/wrong-credentials' } });
  });

  test('a new password set by the mailed link verifies the address', async () => {
    const { email } = await register();
    await request(shop.url, 'POST /v1/auth/password/forgot', { body: { email } });
    const token = await mails.token(email, 'reset-password');
    const password = 'another battery staple';
    expect((await request(shop.url, 'POST /v1/auth/password/reset', { body: { token, password } })).status).toBe(204);
    expect((await login({ email, password })).status).toBe(200);
  });
});
