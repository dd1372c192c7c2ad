import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Config } from '../../../lib/process/config.ts';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { stopAndAudit, storeOf } from '../../support/books.ts';
import { RULES, SHIPPING, TEXT } from '../../support/currencies.ts';
import { eachEngine } from '../../support/engines.ts';
import { decoded } from '../../support/mailbox.ts';
import { pdfText } from '../../support/pdf-text.ts';
import { ADDRESS, eventually, request, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

const { products } = await sampleCatalogue('EUR');
const PLENTY = products.filter(({ variants }) => variants.every(({ stock }) => stock > 30));
const [MUG, BOWL, EUROPEAN, REDUCED] = PLENTY.map((product) => ({ ...product, sku: product.variants[0]?.sku ?? '' }));
if (!MUG || !BOWL || !EUROPEAN || !REDUCED) throw new Error('the sample has too little');

eachEngine('a shop that sells in EUR, USD and JPY', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'shop-rules-'));
  let config: Config;
  let shop: TestShop;
  let staff: Shopper;
  let ada: Shopper;

  beforeAll(async () => {
    const file = join(folder, 'rules.json');
    writeFileSync(file, JSON.stringify(RULES));
    config = engine.config({ SEED: 'true', CURRENCIES: 'USD,JPY', PRICING_FILE: file });
    shop = await startShop(config);
    staff = await staffAt(shop);
    await change(EUROPEAN._id, (variant) => ({ prices: { EUR: variant.prices.EUR } }));
    await change(REDUCED._id, () => ({}), { taxClass: 'reduced' });
  });
  beforeEach(async () => {
    ada = await Shopper.at(shop.url);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    expect(await stopAndAudit(shop)).toEqual([]);
  });

  /** Changes a product as staff would, and waits until the shop goes by it. */
  async function change(
    id: string,
    ofVariant: (variant: { prices: Record<string, unknown> }) => object,
    ofProduct: object = {},
  ): Promise<void> {
    await storeOf(shop, 'product').change(id, ({ variants }, updatedAt) => ({
      answer: undefined,
      patch: { ...ofProduct, variants: variants.map((one) => ({ ...one, ...ofVariant(one) })), updatedAt },
    }));
    const { updatedAt } = (await storeOf(shop, 'product').get(id)) ?? {};
    await eventually(
      () => request(shop.url, `GET /v1/products/${id}`),
      ({ body }) => body.updatedAt === updatedAt?.toISOString(),
    );
  }
  const choose = (currency: unknown, shopper = ada) => shopper.ask('PUT /v1/cart/currency', { currency });
  const quote = (body: object = {}) => ada.ask('POST /v1/checkout/quote', { addressId: ada.addressId, ...body });
  const order = (body: object = {}) =>
    ada.ask('POST /v1/orders', { addressId: ada.addressId, ...body }, { 'idempotency-key': randomUUID() });
  const shownIn = async (id: string, currency: string) =>
    (await request(shop.url, `GET /v1/products/${id}?currency=${currency}`)).body.variants[0].price;

  describe.each(['EUR', 'USD', 'JPY'] as const)('in %s', (currency) => {
    test('the price shown is the price charged, invoiced and refunded', async () => {
      const shown = await shownIn(MUG._id, currency);
      expect(shown.currency).toBe(currency);
      const { body: list } = await request(
        shop.url,
        `GET /v1/products?category=${MUG.category}&limit=100&currency=${currency}`,
      );
      const listed = list.items.find(({ id }: { id: string }) => id === MUG._id);
      expect(listed.price).toEqual(shown);

      expect((await choose(currency)).body.currency).toBe(currency);
      const goods = { amount: 2 * shown.amount, currency };
      const { body: cart } = await ada.put(MUG.sku, 2);
      expect(cart).toMatchObject({ currency, items: [{ unitPrice: shown }], totals: { total: goods } });

      const total = { amount: goods.amount + SHIPPING[currency], currency };
      const { body: quoted } = await quote();
      expect(quoted).toMatchObject({ items: [{ unitPrice: shown }], totals: { subtotal: goods, total } });
      expect(quoted.shippingMethods).toEqual([
        { method: 'post', title: 'Post', price: { amount: SHIPPING[currency], currency } },
      ]);

      const placed = await order({ expectedTotal: total });
      expect(placed).toMatchObject({ status: 201, body: { totals: { total }, payment: { captured: total } } });
      const { id } = placed.body;
      const ledger = () => storeOf(shop, 'sandbox').get(id);
      expect(await ledger()).toMatchObject({ amount: total, captured: total.amount });

      const text = TEXT[currency](total.amount);
      expect((await ada.ask(`GET /v1/orders/${id}/invoice?format=html`)).body).toContain(`<td>${text}</td>`);
      const paper = await fetch(`${shop.url}/v1/orders/${id}/invoice`, {
        headers: { authorization: `Bearer ${ada.token}` },
      });
      expect(pdfText(Buffer.from(await paper.arrayBuffer()))).toContain(text);
      const { body: csv } = await staff.ask('GET /v1/admin/orders.csv');
      expect(csv).toMatch(new RegExp(`^${id},.*,DE,${total.amount},${currency}\\r?$`, 'm'));
      const letter = join(config.dataDir, 'outbox-mail', `${id}-order-confirmed.eml`);
      const mail = await eventually(
        () => readFile(letter, 'utf8').catch(() => ''),
        (found) => found !== '',
      );
      expect(decoded(mail)).toContain(text);

      await staff.ask(
        `POST /v1/admin/orders/${id}/refunds`,
        { amount: 123, reason: 'late' },
        { 'idempotency-key': 'one' },
      );
      const { body: refunded } = await eventually(
        () => ada.ask(`GET /v1/orders/${id}`),
        ({ body }) => body.refunds[0]?.status === 'DONE',
      );
      expect(refunded.refunds[0].amount).toEqual({ amount: 123, currency });
      expect(refunded.payment.refunded).toEqual({ amount: 123, currency });
      expect(refunded.history.at(-1).note).toBe(currency === 'JPY' ? '123 JPY' : `1.23 ${currency}`);
      expect(await ledger()).toMatchObject({ refunded: 123 });
    });
  });

  describe('the cart', () => {
    test('is priced anew when its currency is changed, and keeps its lines', async () => {
      await ada.put(MUG.sku, 3);
      for (const currency of ['JPY', 'USD', 'EUR']) {
        const unitPrice = await shownIn(MUG._id, currency);
        const answer = await choose(currency);
        const total = { amount: 3 * unitPrice.amount, currency };
        expect(answer).toMatchObject({
          status: 200,
          body: { currency, items: [{ sku: MUG.sku, quantity: 3, unitPrice }], totals: { total } },
        });
        expect((await ada.ask('GET /v1/cart')).body).toEqual(answer.body);
      }
    });

    test('takes no currency in which the shop has no prices', async () => {
      await choose('USD');
      expect(await choose('GBP')).toMatchObject({ status: 422, body: { type: '/problems/unknown-currency' } });
      for (const wrong of ['usd', '', null, undefined, 1]) {
        expect(await choose(wrong)).toMatchObject({ status: 400, body: { errors: [{ pointer: '/currency' }] } });
      }
      expect((await ada.ask('GET /v1/cart')).body.currency).toBe('USD');
    });

    test('marks items that are not sold in its currency, which can be neither added nor ordered', async () => {
      await ada.put(EUROPEAN.sku, 1);
      await ada.put(MUG.sku, 1);
      const { body } = await choose('USD');
      const line = { sku: EUROPEAN.sku, quantity: 1, availability: 'not_sold' };
      expect(body.items.find(({ sku }: { sku: string }) => sku === EUROPEAN.sku)).toEqual(line);
      expect(body.totals.total).toEqual(await shownIn(MUG._id, 'USD'));
      const refused = { status: 422, body: { type: '/problems/cart-not-orderable', items: [{ sku: EUROPEAN.sku }] } };
      expect(await quote()).toMatchObject(refused);
      expect(await order()).toMatchObject(refused);
      expect(await ada.put(EUROPEAN.sku, 2)).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });
      await choose('EUR');
      expect((await order()).status).toBe(201);
    });

    test("of a guest keeps the currency that was chosen first, and brings it into an empty customer's cart", async () => {
      const first = await request(shop.url, 'PUT /v1/cart/currency', { body: { currency: 'JPY' } });
      expect(first).toMatchObject({ status: 200, body: { currency: 'JPY', items: [] } });
      const headers = { 'x-cart-token': first.headers.get('x-cart-token') ?? '' };
      const put = await request(shop.url, `PUT /v1/cart/items/${MUG.sku}`, { body: { quantity: 1 }, headers });
      expect(put.body).toMatchObject({ currency: 'JPY', totals: { total: await shownIn(MUG._id, 'JPY') } });
      const quoted = await request(shop.url, 'POST /v1/checkout/quote', { body: { address: ADDRESS }, headers });
      expect(quoted.body.totals.total.currency).toBe('JPY');
      const login = { email: ada.email, password: ada.password };
      await request(shop.url, 'POST /v1/auth/login', { body: login, headers });
      expect((await ada.ask('GET /v1/cart')).body).toMatchObject({ currency: 'JPY', items: [{ sku: MUG.sku }] });
    });

    test("of a customer keeps its own when a guest's comes in", async () => {
      await choose('USD');
      await ada.put(MUG.sku, 1);
      const first = await request(shop.url, `PUT /v1/cart/items/${BOWL.sku}`, { body: { quantity: 1 } });
      const headers = { 'x-cart-token': first.headers.get('x-cart-token') ?? '' };
      await request(shop.url, 'PUT /v1/cart/currency', { body: { currency: 'JPY' }, headers });
      await request(shop.url, 'POST /v1/auth/login', { body: { email: ada.email, password: ada.password }, headers });
      const { body } = await ada.ask('GET /v1/cart');
      expect([body.currency, body.items.length]).toEqual(['USD', 2]);
    });
  });

  describe('an order', () => {
    test('that expects its total in another currency is refused with the new total', async () => {
      await ada.put(MUG.sku, 1);
      const expectedTotal = (await quote()).body.totals.total;
      await choose('USD');
      const { total } = (await quote()).body.totals;
      for (const wrong of [expectedTotal, { ...total, currency: 'EUR' }]) {
        const refused = { status: 409, body: { type: '/problems/price-changed', total } };
        expect(await order({ expectedTotal: wrong })).toMatchObject(refused);
      }
      expect((await order({ expectedTotal: total })).status).toBe(201);
    });

    test('has what its cart has on hold, in the currency chosen since', async () => {
      await ada.put(MUG.sku, 1);
      const { body: held } = await ada.ask('POST /v1/checkout/hold', {});
      await choose('JPY');
      const { body } = await order();
      expect([body.id, body.totals.total.currency]).toEqual([held.id, 'JPY']);
    });

    test('is taxed by the class of its goods, the shipping as standard', async () => {
      await ada.put(MUG.sku, 1);
      await ada.put(REDUCED.sku, 1);
      const { body } = await order();
      const rates = body.items.map(({ taxClass, tax }: { taxClass: string; tax: { rate: number } }) => [
        taxClass,
        tax.rate,
      ]);
      expect(Object.fromEntries(rates)).toEqual({ standard: 1900, reduced: 700 });
      expect(body.shipping.tax.rate).toBe(1900);
    });

    test('from before there were tax classes can be read, shipped and invoiced', async () => {
      await ada.put(MUG.sku, 1);
      const { id } = (await order()).body;
      await storeOf(shop, 'order').change(id, ({ lines }) => ({
        answer: undefined,
        patch: { lines: lines.map(({ taxClass: _, ...line }) => line) },
      }));
      const { body } = await ada.ask(`GET /v1/orders/${id}`);
      expect(body.items[0]).not.toHaveProperty('taxClass');
      await staff.ask(`POST /v1/admin/orders/${id}/pack`, {});
      await staff.ask(`POST /v1/admin/orders/${id}/ship`, { carrier: 'Post', trackingNumber: 'RR1' });
      expect((await ada.ask(`GET /v1/orders/${id}/invoice?format=html`)).status).toBe(200);
    });

    test('is charged in its own currency: the auditor sees one that was charged in another', async () => {
      await choose('USD');
      await ada.put(MUG.sku, 1);
      const { id } = (await order()).body;
      await eventually(
        () => storeOf(shop, 'order').get(id),
        (one) => one?.outbox.length === 0,
      );
      const say = (currency: string) =>
        storeOf(shop, 'sandbox').change(id, () => ({ answer: undefined, patch: { 'amount.currency': currency } }));
      const found = async () => (await shop.broker.call('audit.run', { atRest: true, acknowledged: [] })).violations;
      await say('JPY');
      expect(await found()).toMatchObject([{ invariant: 'I6', documents: [id], detail: `${id} is in USD and JPY` }]);
      await say('USD');
      expect(await found()).toEqual([]);
    });
  });

  test('a coupon with an amount or a minimum is for orders in its currency; a percentage is for all', async () => {
    const put = (code: string, terms: object) => staff.ask(`PUT /v1/admin/coupons/${code}`, terms);
    expect((await put('EURO', { kind: 'fixed', amount: 100 })).body.currency).toBe('EUR');
    expect((await put('YEN', { kind: 'fixed', amount: 100, currency: 'JPY' })).body.currency).toBe('JPY');
    await put('DOLLARS', { kind: 'percentage', percent: 1000, minimum: 1, currency: 'USD' });
    expect((await put('TENTH', { kind: 'percentage', percent: 1000 })).body).not.toHaveProperty('currency');
    expect(await put('NONE', { kind: 'fixed', amount: 1, currency: 'GBP' })).toMatchObject({
      status: 422,
      body: { type: '/problems/unknown-currency' },
    });
    await ada.put(MUG.sku, 1);
    await choose('USD');
    for (const code of ['EURO', 'YEN']) {
      const refused = { status: 422, body: { type: '/problems/coupon-refused', code, reason: 'currency' } };
      expect(await quote({ couponCodes: [code] })).toMatchObject(refused);
      expect(await order({ couponCodes: [code] })).toMatchObject(refused);
    }
    const { body } = await order({ couponCodes: ['DOLLARS', 'TENTH'] });
    const tenth = Math.round(body.totals.subtotal.amount / 10);
    expect(body.totals.discount).toEqual({ amount: 2 * tenth, currency: 'USD' });
    // From before coupons had a currency: the shop's own.
    await storeOf(shop, 'coupon').change('EURO', ({ input }) => {
      const { currency: _, ...old } = input ?? { kind: 'fixed' };
      return { answer: undefined, patch: { input: old } };
    });
    await ada.put(MUG.sku, 1);
    expect((await quote({ couponCodes: ['EURO'] })).body.reason).toBe('currency');
    await choose('EUR');
    expect((await quote({ couponCodes: ['EURO'] })).body.totals.discount).toEqual({ amount: 100, currency: 'EUR' });
  });
});
