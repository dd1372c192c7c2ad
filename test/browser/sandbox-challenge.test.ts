import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { freePort } from '../../scripts/servers/ports.ts';
import { sampleCatalogue } from '../../services/product/seed/catalogue.ts';
import { complaintsOf, inBrowser, openBrowser } from '../support/browser.ts';
import { cleanUp, engines } from '../support/engines.ts';
import { Shopper, startShop, type TestShop } from '../support/shop.ts';

const { products } = await sampleCatalogue('EUR');
const [MUG = ''] = products
  .flatMap(({ variants }) => variants.filter(({ stock }) => stock > 100))
  .map(({ sku }) => sku);

inBrowser('the page of a challenge, on a phone', () => {
  let shop: TestShop;
  let browser: Browser;
  let page: Page;
  let complaints: readonly string[];

  beforeAll(async () => {
    const config = engines[0]?.config({ SEED: 'true', LOG_LEVEL: 'fatal', PORT: String(await freePort()) });
    if (!config) throw new Error('there is no embedded engine');
    shop = await startShop(config);
    browser = await openBrowser();
    page = await (await browser.newContext({ viewport: { width: 360, height: 640 } })).newPage();
    complaints = complaintsOf(page);
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.stop();
    await cleanUp();
  });

  /** What the page needs is within the width of the phone. */
  const isWithin = () => page.evaluate('document.documentElement.scrollWidth <= window.innerWidth');

  test('a person declines, chooses another method, approves, and has paid', async () => {
    const ada = await Shopper.at(shop.url);
    await ada.put(MUG, 1);
    const challenge = { addressId: ada.addressId, paymentMethod: 'tok_challenge' };
    const placed = await ada.ask('POST /v1/orders', challenge, { 'idempotency-key': randomUUID() });
    await page.goto(placed.body.payment.action.url);
    expect(await isWithin()).toBe(true);
    await page.getByRole('button', { name: 'Decline' }).click();
    await page.getByRole('heading', { name: 'You have declined the payment.' }).waitFor();
    expect(await page.getByRole('link', { name: 'Back to the shop' }).getAttribute('href')).toBe(
      `${shop.url}/orders/${placed.body.id}`,
    );

    const path = `/v1/orders/${placed.body.id}/payment`;
    expect((await ada.ask(`POST ${path}/complete`, {})).body.payment.status).toBe('failed');
    const again = await ada.ask(`POST ${path}`, { paymentMethod: 'tok_redirect' }, { 'idempotency-key': randomUUID() });
    expect(again.body.payment.status).toBe('requires-action');
    await page.goto(again.body.payment.action.url);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByRole('heading', { name: 'You have approved the payment.' }).waitFor();
    expect(await isWithin()).toBe(true);
    expect((await ada.ask(`POST ${path}/complete`, {})).body).toMatchObject({
      status: 'PAID',
      payment: { status: 'captured', method: 'tok_redirect' },
    });
    expect(complaints).toEqual([]);
  });
});
