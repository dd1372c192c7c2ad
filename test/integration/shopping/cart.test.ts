import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { type Answer, eventually, request, Shopper, startShop, type TestShop } from '../../support/shop.ts';

const { products } = await sampleCatalogue('EUR');
const VARIANTS = products.flatMap((product) => product.variants.map((variant) => ({ ...variant, product })));
const skuOf = (n: number) => String(VARIANTS[n]?.sku);

const quantities = ({ body }: Answer) =>
  Object.fromEntries(body.items.map(({ sku, quantity }: { sku: string; quantity: number }) => [sku, quantity]));

eachEngine('the cart', (engine) => {
  let shop: TestShop;
  let ada: Shopper;
  let eve: Shopper;

  beforeAll(async () => {
    shop = await startShop(engine.config({ SEED: 'true' }));
    [ada, eve] = await Promise.all([Shopper.at(shop.url), Shopper.at(shop.url)]);
  });
  beforeEach(async () => {
    expect((await ada.ask('DELETE /v1/cart')).status).toBe(200);
  });
  afterAll(() => shop.stop());

  test('is empty at first, and worth nothing', async () => {
    const none = { amount: 0, currency: 'EUR' };
    const answer = await (await Shopper.at(shop.url)).ask('GET /v1/cart');
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ currency: 'EUR', items: [], totals: { quantity: 0, subtotal: none, total: none } });
  });

  test('belongs to one customer: a guest has another one', async () => {
    await ada.put(skuOf(0), 2);
    expect((await request(shop.url, 'GET /v1/cart')).body.items).toEqual([]);
    await request(shop.url, `PUT /v1/cart/items/${skuOf(0)}`, { body: { quantity: 1 } });
    await request(shop.url, `DELETE /v1/cart/items/${skuOf(0)}`);
    expect((await ada.ask('GET /v1/cart')).body.items).toMatchObject([{ sku: skuOf(0), quantity: 2 }]);
  });

  test('has each line with what it is, its price now and what that comes to', async () => {
    const [variant] = VARIANTS;
    const answer = await ada.put(skuOf(0), 3);
    const { product, sku, title, price, stock } = variant as NonNullable<typeof variant>;
    const total = { amount: 3 * price.amount, currency: 'EUR' };
    const availability = stock === 0 ? 'out_of_stock' : stock < 5 ? 'low_stock' : 'in_stock';
    const what = { productId: product._id, slug: product.slug, title: product.title, variant: title };
    const line = { sku, quantity: 3, ...what, unitPrice: price, lineTotal: total, availability };
    const had = { available: 3, isShort: false, requiresShipping: true };
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      currency: 'EUR',
      items: [{ ...line, ...had }],
      totals: { quantity: 3, subtotal: total, total },
    });
    expect((await ada.ask('GET /v1/cart')).body).toEqual(answer.body);
  });

  test('does not take a SKU that there is not', async () => {
    const unknown = await ada.put('NO-SUCH-SKU', 1);
    expect(unknown.body.detail).toContain('NO-SUCH-SKU');
    // Names that no SKU can have are refused before anybody looks for them.
    for (const answer of [unknown, await ada.put('constructor', 1), await ada.put('toString', 1)]) {
      expect(answer).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });
    }
    expect((await ada.ask('GET /v1/cart')).body.items).toEqual([]);
  });

  test.each([
    [-1, '/quantity'],
    [0, '/quantity'],
    [1.5, '/quantity'],
    ['2', '/quantity'],
    [100, '/quantity'],
    [null, '/quantity'],
    [undefined, '/quantity'],
    [[1], '/quantity'],
  ])('does not take the quantity %j', async (quantity, pointer) => {
    expect((await ada.put(skuOf(0), 2)).status).toBe(200);
    const answer = await ada.ask(`PUT /v1/cart/items/${skuOf(0)}`, { quantity });
    expect(answer).toMatchObject({ status: 400, body: { type: '/problems/invalid-request' } });
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([pointer]);
    expect(quantities(await ada.ask('GET /v1/cart'))).toEqual({ [skuOf(0)]: 2 });
  });

  test('does not take a field it does not know, such as a price', async () => {
    const answer = await ada.ask(`PUT /v1/cart/items/${skuOf(0)}`, { quantity: 1, unitPrice: { amount: 1 } });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/unitPrice' }] } });
  });

  test('takes 1 to 99 of a SKU, and sets how many rather than adding', async () => {
    for (const quantity of [1, 99, 7, 7]) {
      expect(quantities(await ada.put(skuOf(0), quantity))).toEqual({ [skuOf(0)]: quantity });
    }
  });

  test('keeps items that are added at the same time', async () => {
    const skus = [0, 1, 2, 3, 4, 5, 6, 7].map(skuOf);
    const answers = await Promise.all(skus.map((sku, n) => ada.put(sku, n + 1)));
    expect(answers.map(({ status }) => status)).toEqual(skus.map(() => 200));
    const expected = Object.fromEntries(skus.map((sku, n) => [sku, n + 1]));
    const { body } = await ada.ask('GET /v1/cart');
    expect(quantities({ body } as Answer)).toEqual(expected);
    const exact = skus.reduce((sum, _, n) => sum + (n + 1) * (VARIANTS[n]?.price.amount ?? 0), 0);
    expect(body.totals).toMatchObject({ quantity: 36, total: { amount: exact } });
  });

  test('has a line taken out, as often as that is asked', async () => {
    await Promise.all([ada.put(skuOf(0), 1), ada.put(skuOf(1), 2)]);
    for (let again = 0; again < 2; again++) {
      const answer = await ada.ask(`DELETE /v1/cart/items/${skuOf(0)}`);
      expect(answer.status).toBe(200);
      expect(quantities(answer)).toEqual({ [skuOf(1)]: 2 });
    }
  });

  test('is emptied', async () => {
    await ada.put(skuOf(0), 1);
    for (let again = 0; again < 2; again++) {
      const answer = await ada.ask('DELETE /v1/cart');
      expect(answer).toMatchObject({ status: 200, body: { items: [], totals: { total: { amount: 0 } } } });
    }
    expect((await ada.ask('GET /v1/cart')).body.items).toEqual([]);
  });

  test("is each customer's own", async () => {
    await Promise.all([ada.put(skuOf(0), 1), eve.put(skuOf(1), 2)]);
    expect(quantities(await ada.ask('GET /v1/cart'))).toEqual({ [skuOf(0)]: 1 });
    expect(quantities(await eve.ask('GET /v1/cart'))).toEqual({ [skuOf(1)]: 2 });
    await eve.ask('DELETE /v1/cart');
    expect(quantities(await ada.ask('GET /v1/cart'))).toEqual({ [skuOf(0)]: 1 });
  });

  test('takes no more than 100 lines', async () => {
    const skus = VARIANTS.slice(0, 101).map(({ sku }) => sku);
    for (const sku of skus.slice(0, 100)) await ada.put(sku, 1);
    const answer = await ada.put(String(skus[100]), 1);
    expect(answer).toMatchObject({ status: 422, body: { type: '/problems/limit-reached' } });
    expect((await ada.put(String(skus[99]), 2)).status).toBe(200);
  });

  test('has current prices, and marks items that are no longer sold', async () => {
    const [first, second] = [products[10], products[11]].map((product) => product as NonNullable<typeof product>);
    const [dearer, gone] = [String(first?.variants[0]?.sku), String(second?.variants[0]?.sku)];
    await Promise.all([ada.put(dearer, 2), ada.put(gone, 5)]);
    const change = (id: unknown, patch: object) =>
      storeOf(shop, 'product').change(String(id), (_doc, updatedAt) => ({
        answer: undefined,
        patch: { ...patch, updatedAt },
      }));
    const price = { amount: 123_457, currency: 'EUR' };
    await change(first?._id, {
      variants: first?.variants.map((variant) => ({ ...variant, prices: { EUR: { amount: price.amount } } })),
    });
    await change(second?._id, { status: 'archived' });
    const { body } = await eventually(
      () => ada.ask('GET /v1/cart'),
      ({ body }) => body.totals.total.amount === 246_914,
    );
    const lines = Object.fromEntries(body.items.map((line: { sku: string }) => [line.sku, line]));
    expect(lines[dearer]).toMatchObject({ unitPrice: price, lineTotal: { amount: 246_914 } });
    expect(lines[gone]).toEqual({ sku: gone, quantity: 5, availability: 'not_sold' });
    expect(await ada.put(gone, 1)).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });

    const refused = await ada.order();
    expect(refused).toMatchObject({
      status: 422,
      body: { type: '/problems/cart-not-orderable', items: [{ sku: gone }] },
    });
    expect(await ada.ask(`DELETE /v1/cart/items/${gone}`)).toMatchObject({ status: 200 });
  });
});
