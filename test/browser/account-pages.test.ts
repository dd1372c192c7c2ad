import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { freePort } from '../../scripts/servers/ports.ts';
import { inBrowser, openBrowser } from '../support/browser.ts';
import { cleanUp, engines } from '../support/engines.ts';
import { Mailbox } from '../support/mailbox.ts';
import { request, Shopper, startShop, type TestShop } from '../support/shop.ts';

inBrowser('a mailed link, followed in a browser', () => {
  let shop: TestShop;
  let mails: Mailbox;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** What the browser asked for, and what it complained of. */
  let asked: string[];
  let complaints: string[];

  beforeAll(async () => {
    // As by default: PUBLIC_URL is the gateway itself.
    const config = engines[0]?.config({ PORT: String(await freePort()) });
    if (!config) throw new Error('there is no embedded engine');
    mails = new Mailbox(config.dataDir);
    shop = await startShop(config);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.stop();
    await cleanUp();
  });

  beforeEach(async () => {
    [asked, complaints] = [[], []];
    context = await browser.newContext();
    page = await context.newPage();
    page.on('request', (sent) => asked.push(sent.url()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (line) => {
      // The answers that a page reckons with are lines of the console, too.
      if (line.type() === 'error' && !/the server responded with a status of 4/.test(line.text())) {
        complaints.push(line.text());
      }
    });
  });
  afterEach(async () => {
    await context.close();
    expect(complaints).toEqual([]);
    // Nothing of another host, and no address that tells the token.
    for (const url of asked) {
      expect(url).toMatch(new RegExp(`^${shop.url}/`));
      expect(url).not.toMatch(/token/);
    }
  });

  const news = async (text: RegExp) => {
    await page.locator('#news', { hasText: text }).waitFor();
    return page.locator('#news').textContent();
  };
  const linkOf = async (email: string, kind: string) => (await mails.links(email, kind))[0] ?? '';

  test('confirms the e-mail address, and leaves no token in the address bar', async () => {
    const ada = await Shopper.at(shop.url);
    await page.goto(await linkOf(ada.email, 'verify-email'));
    await news(/is confirmed/);
    expect(page.url()).toBe(`${shop.url}/account/verify-email`);
    expect((await ada.ask('GET /v1/me')).body.emailVerified).toBe(true);
  });

  test('that was followed before says so, and mails another one', async () => {
    const ada = await Shopper.at(shop.url);
    const link = await linkOf(ada.email, 'verify-email');
    const body = { token: link.slice(link.indexOf('=') + 1) };
    expect((await request(shop.url, 'POST /v1/auth/email/verify', { body })).status).toBe(204);
    await page.goto(link);
    await news(/used already, or has expired/);
    await page.getByLabel('Your e-mail address').fill(ada.email);
    await page.getByRole('button', { name: 'Mail me a link' }).click();
    await news(/is on its way/);
  });

  test('confirms a changed address', async () => {
    const ada = await Shopper.at(shop.url);
    const email = `new-${ada.email}`;
    await ada.ask('POST /v1/me/email', { email, password: ada.password });
    await page.goto(await linkOf(email, 'change-email'));
    await news(/e-mail address of your account/);
    expect((await ada.ask('GET /v1/me')).body.email).toBe(email);
  });

  test('sets a new password, once it is a good one', async () => {
    const ada = await Shopper.at(shop.url);
    await request(shop.url, 'POST /v1/auth/password/forgot', { body: { email: ada.email } });
    await page.goto(await linkOf(ada.email, 'reset-password'));
    const [field, button] = [page.getByLabel('New password'), page.getByRole('button', { name: 'Set the password' })];
    for (const rule of ['10 to 128 characters', 'most used passwords', 'your name']) {
      expect(await page.locator('#rules').textContent()).toContain(rule);
    }
    await field.fill('aaaaaaaaaaaa');
    await button.click();
    await page.getByRole('alert').filter({ hasText: 'five different characters' }).waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    await field.fill('a better password than before');
    await button.click();
    await news(/Your password is set/);
    expect(await field.isVisible()).toBe(false);
    const login = (password: string) =>
      request(shop.url, 'POST /v1/auth/login', { body: { email: ada.email, password } });
    expect((await login('a better password than before')).status).toBe(200);
    expect((await login(ada.password)).status).toBe(401);
  });

  test('without its token helps to get another', async () => {
    await page.goto(`${shop.url}/account/reset-password`);
    await news(/Follow the link in the mail/);
    expect(await page.getByRole('button', { name: 'Mail me a link' }).isVisible()).toBe(true);
    expect(await page.getByLabel('New password').isVisible()).toBe(false);
  });

  test('while the shop does not answer says so, and can be tried again', async () => {
    const ada = await Shopper.at(shop.url);
    await page.route('**/v1/auth/email/verify', (route) => route.abort());
    await page.goto(await linkOf(ada.email, 'verify-email'));
    await news(/does not answer right now/);
    await page.unroute('**/v1/auth/email/verify');
    complaints = [];
    await page.getByRole('button', { name: 'Try again' }).click();
    await news(/is confirmed/);
  });
});
