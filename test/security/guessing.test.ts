import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eachEngine } from '../support/engines.ts';
import { type Answer, request, Shopper, startShop, type TestShop } from '../support/shop.ts';

eachEngine('guessing passwords', (engine) => {
  let shop: TestShop;
  let ada: Shopper;
  /** As from another address: the gateway is told to trust this one. */
  const login = (email: string, password: string, from = '192.0.2.1') =>
    request(shop.url, 'POST /v1/auth/login', { body: { email, password }, headers: { 'x-forwarded-for': from } });

  /** Tries until it is told to wait: the pauses double, so that no machine is too slow to meet one. */
  async function slowedDown(attempt: () => Promise<Answer>): Promise<Answer> {
    for (let n = 0; n < 20; n++) {
      const answer = await attempt();
      if (answer.status === 429) return answer;
      expect(answer.status).toBe(401);
    }
    throw new Error('20 attempts, and none had to wait');
  }

  beforeAll(async () => {
    shop = await startShop(engine.config({ TRUSTED_PROXIES: '127.0.0.1' }));
  });
  afterAll(() => shop.stop());

  describe('brute force', () => {
    test('50 at once against one account: no more than a few are looked at, and the rest is told when to come back', async () => {
      ada = await Shopper.at(shop.url);
      const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => login(ada.email, `guess number ${n}`)));
      const of = (status: number) => answers.filter((answer) => answer.status === status);
      // Five, and one after each pause that has passed meanwhile: those double.
      expect(of(401).length).toBeLessThanOrEqual(10);
      // More at once than can be hashed soon are told to come back, too.
      expect(of(401).length + of(429).length + of(503).length).toBe(50);
      for (const { headers, body } of [...of(429), ...of(503)]) {
        expect(body.type).toMatch(/^\/problems\/(too-many-attempts|unavailable)$/);
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      }
    });

    test('the owner logs in meanwhile, from where they were before', async () => {
      const bob = await Shopper.at(shop.url);
      expect((await login(bob.email, bob.password, '192.0.2.50')).status).toBe(200);
      for (let n = 0; n < 30; n++) await login(bob.email, 'wrong password', `198.51.100.${n}`);
      let n = 100;
      await slowedDown(() => login(bob.email, 'wrong password', `198.51.100.${n++}`));
      expect((await login(bob.email, bob.password, '192.0.2.50')).status).toBe(200);
    });

    test('one address against many accounts is slowed down too', async () => {
      let n = 0;
      const next = () => login(`somebody-${n++}@example.com`, 'summer of 1969', '192.0.2.60');
      for (let free = 0; free < 49; free++) expect((await next()).status).toBe(401);
      await slowedDown(next);
      expect((await login('somebody-1@example.com', 'summer of 1969', '192.0.2.61')).status).toBe(401);
    });

    test('an IPv6 client is slowed down as one, whichever address of its network it uses', async () => {
      const mia = await Shopper.at(shop.url);
      let n = 0;
      const answer = await slowedDown(() => login(mia.email, 'wrong password', `[2001:db8:1:2::${n++}]:443`));
      expect(answer.body.type).toBe('/problems/too-many-attempts');
      expect((await login(mia.email, mia.password, '2001:db8:1:3::1')).status).toBe(200);
    });

    test('the same holds where a password is asked again', async () => {
      const eve = await Shopper.at(shop.url);
      const change = () =>
        request(shop.url, 'PUT /v1/me/password', {
          token: eve.token,
          body: { currentPassword: 'a stolen token guesses', password: 'a stolen account' },
          headers: { 'x-forwarded-for': '192.0.2.70' },
        });
      expect((await slowedDown(change)).body.type).toBe('/problems/too-many-attempts');
    });
  });

  test('an unknown e-mail is slowed down as one that is registered', async () => {
    await slowedDown(() => login('unknown@example.com', 'wrong password', '192.0.2.90'));
  });
});
