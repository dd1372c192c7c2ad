import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort } from '../../../scripts/servers/ports.ts';
import { eachEngine } from '../../support/engines.ts';
import { Mailbox } from '../../support/mailbox.ts';
import { request, Shopper, startShop, type TestShop } from '../../support/shop.ts';

const PAGES = ['verify-email', 'change-email', 'reset-password', 'order', 'guest-export', 'guest-erasure'];

eachEngine('the pages that mailed links lead to', (engine) => {
  let shop: TestShop;
  let mails: Mailbox;
  beforeAll(async () => {
    const config = engine.config({ PORT: String(await freePort()) });
    mails = new Mailbox(config.dataDir);
    shop = await startShop(config);
  });
  afterAll(() => shop.stop());

  test('are there in a shop that is told nothing of a front end: every kind of link is followed', async () => {
    const ada = await Shopper.at(shop.url);
    const email = `new-${ada.email}`;
    await ada.ask('POST /v1/me/email', { email, password: ada.password });
    await request(shop.url, 'POST /v1/auth/password/forgot', { body: { email: ada.email } });
    for (const [kind, to] of [
      ['verify-email', ada.email],
      ['change-email', email],
      ['reset-password', ada.email],
    ] as const) {
      const [link = ''] = await mails.links(to, kind);
      const { origin, pathname, search, hash } = new URL(link);
      expect([origin, pathname, search]).toEqual([shop.url, `/account/${kind}`, '']);
      expect(hash).toMatch(/^#token=[\w.-]{50,}$/);
      expect((await request(origin, `GET ${pathname}`)).status).toBe(200);
    }
  });

  test.each(PAGES)('%s runs our own script alone, and loads nothing else than what is there', async (name) => {
    const { status, headers, body } = await request(shop.url, `GET /account/${name}`);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const policy = headers.get('content-security-policy') ?? '';
    for (const rule of ["default-src 'none'", "script-src 'self'", "form-action 'none'", "frame-ancestors 'none'"]) {
      expect(policy).toContain(rule);
    }
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    // Neither a script, a style nor a handler inside the page.
    expect(body).not.toMatch(/<script(?![^>]* src=)|<style|\s(style|on\w+)=/);
    const parts = [...String(body).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, part]) => part as string);
    expect(parts).toHaveLength(2);
    for (const part of parts) {
      const answer = await request(shop.url, `GET ${part}`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toMatch(/^text\/(javascript|css); charset=utf-8$/);
    }
    // What JavaScript does not send must not end in an address.
    for (const [form] of String(body).matchAll(/<form[^>]*>/g)) expect(form).toContain('method="post"');
  });

  test.each(['login', 'account.html', 'verify-email.html', '..%2Fapi', '%2Fetc%2Fpasswd', 'constructor', '__proto__'])(
    'there is none at %s',
    async (name) => {
      expect((await request(shop.url, `GET /account/${name}`)).status).toBe(404);
    },
  );
});
