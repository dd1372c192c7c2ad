import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { complaintsOf, inBrowser, openBrowser } from '../support/browser.ts';
import { cleanUp, engines } from '../support/engines.ts';
import { request, startShop, type TestShop } from '../support/shop.ts';

inBrowser('the documentation, read in a browser', () => {
  let shop: TestShop;
  let browser: Browser;
  let page: Page;
  let complaints: readonly string[];

  beforeAll(async () => {
    const config = engines[0]?.config();
    if (!config) throw new Error('there is no embedded engine');
    shop = await startShop(config);
    browser = await openBrowser();
    page = await browser.newPage();
    // As long as the test may take: a busy machine draws the page slowly.
    page.setDefaultTimeout(0);
    complaints = complaintsOf(page);
  });
  afterAll(async () => {
    await browser?.close();
    await shop?.stop();
    await cleanUp();
  });

  /** The page lists only what is in sight: a link leads to an operation. */
  async function open(path: string, method: string) {
    const { body } = await request(shop.url, 'GET /openapi.json');
    const { operationId, tags, summary } = body.paths[path][method];
    await page.goto(`${shop.url}/docs#/${tags[0]}/${operationId}`);
    const operation = page.locator('.opblock.is-open');
    await operation.locator('tr.response').first().waitFor();
    return { operation, summary };
  }

  test('shows an operation with its answers, and an example of the schemas that they refer to', async () => {
    const { operation, summary } = await open('/v1/checkout/hold', 'post');
    expect(await operation.locator('.opblock-summary-description').textContent()).toBe(summary);
    const statuses = await operation.locator('tr.response').evaluateAll((rows) => rows.map((row) => row.dataset.code));
    expect(statuses).toEqual(expect.arrayContaining(['201', '401', '409', '422', '503']));
    const example = (status: string) => operation.locator(`tr.response[data-code="${status}"] .example`).textContent();
    expect(await example('201')).toContain('"remainingSeconds"');
    expect(await example('409')).toContain('"/problems/out-of-stock"');
  });

  test('lists the schemas by name', async () => {
    const names = page.locator('.models .json-schema-2020-12__title');
    await names.first().waitFor();
    expect(await names.allTextContents()).toEqual(expect.arrayContaining(['Address', 'Cart', 'Category']));
  });

  test('has no error', () => expect(complaints).toEqual([]));
});
