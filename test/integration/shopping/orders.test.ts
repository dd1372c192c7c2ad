import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Variant } from '../../../services/product/product/product.ts';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { newId } from '../../../services/shared/ids.ts';
import { availableOf, stopAndAudit, storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { ADDRESS, type Answer, eventually, request, Shopper, startShop, type TestShop } from '../../support/shop.ts';

const { products } = await sampleCatalogue('EUR');
const VARIANTS = products.flatMap(({ _id: productId, title: name, variants }) =>
  variants.map(({ sku, price, stock, title }) => ({ sku, productId, name, title, price: price.amount, stock })),
);
/** Plenty of each, at prices with odd cents. */
const PLENTY = VARIANTS.filter(({ stock, price }) => stock > 100 && price % 10 > 0);
const FEW = VARIANTS.find(({ stock }) => stock > 1 && stock < 5) as (typeof VARIANTS)[number];
const [MUG, BOWL, CUP] = PLENTY as [(typeof VARIANTS)[number], (typeof VARIANTS)[number], (typeof VARIANTS)[number]];

const money = (amount: number) => ({ amount, currency: 'EUR' });
const idsOf = ({ body }: Answer): string[] => body.items.map(({ id }: { id: string }) => id);

eachEngine('orders', (engine) => {
  let shop: TestShop;
  let ada: Shopper;
  let eve: Shopper;
  const cartOf = async (shopper: Shopper) => (await shopper.ask('GET /v1/cart')).body.items;

  beforeAll(async () => {
    shop = await startShop(engine.config({ SEED: 'true' }));
    [ada, eve] = await Promise.all([Shopper.at(shop.url), Shopper.at(shop.url)]);
  });
  afterAll(async () => {
    expect(await stopAndAudit(shop)).toEqual([]);
  });

  describe('are refused', () => {
    test('to those who are not logged in', async () => {
      for (const route of ['POST /v1/orders', 'GET /v1/orders', `GET /v1/orders/${newId('ord')}`]) {
        const body = route.startsWith('POST') ? { addressId: ada.addressId } : undefined;
        const answer = await request(shop.url, route, { body, headers: { 'idempotency-key': 'key' } });
        expect(answer).toMatchObject({ status: 401, body: { type: '/problems/unauthenticated' } });
      }
    });

    test('without an Idempotency-Key, or with one that is too long', async () => {
      const body = { addressId: ada.addressId };
      const missing = { status: 400, body: { type: '/problems/missing-idempotency-key' } };
      expect(await ada.ask('POST /v1/orders', body)).toMatchObject(missing);
      expect(await ada.ask('POST /v1/orders', body, { 'idempotency-key': '' })).toMatchObject(missing);
      const long = await ada.order('k'.repeat(256));
      expect(long).toMatchObject({ status: 400, body: { type: '/problems/invalid-request' } });
    });

    test('with an empty cart', async () => {
      expect(await ada.order()).toMatchObject({ status: 422, body: { type: '/problems/empty-cart' } });
    });

    test('to an address that does not exist, or of another customer', async () => {
      await ada.put(MUG.sku, 1);
      const notFound = { status: 404, body: { type: '/problems/not-found' } };
      expect(await ada.order('one', newId('adr'))).toMatchObject(notFound);
      expect(await ada.order('two', eve.addressId)).toMatchObject(notFound);
      expect(await ada.order('three', 'home')).toMatchObject(notFound);
      const invalid = await ada.ask('POST /v1/orders', { addressId: 7 }, { 'idempotency-key': 'four' });
      expect(invalid).toMatchObject({ status: 400, body: { errors: [{ pointer: '/addressId' }] } });
      expect(await cartOf(ada)).toHaveLength(1);
      expect((await ada.ask('GET /v1/orders')).body).toEqual({ items: [], nextCursor: null });
      await ada.ask('DELETE /v1/cart');
    });
  });

  test('are paid, take the stock and what was in the cart, and can be read at their Location', async () => {
    const before = await Promise.all([MUG, CUP].map(({ sku }) => availableOf(shop, sku)));
    expect(before).toEqual([MUG.stock, CUP.stock]);
    await ada.put(MUG.sku, 3);
    await ada.put(CUP.sku, 7);
    const { status, headers, body } = await ada.order();
    const total = money(3 * MUG.price + 7 * CUP.price);
    const line = (variant: typeof MUG, quantity: number) => ({
      ...{ sku: variant.sku, productId: variant.productId, title: variant.name, variant: variant.title, quantity },
      ...{ unitPrice: money(variant.price), lineTotal: money(quantity * variant.price) },
    });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/orders/${body.id}`);
    expect(body).toMatchObject({
      id: expect.stringMatching(/^ord_[0-9A-HJKMNP-TV-Z]{26}$/),
      number: expect.stringMatching(/^\d{6}-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/),
      status: 'PAID',
      items: expect.arrayContaining([line(MUG, 3), line(CUP, 7)].map((each) => expect.objectContaining(each))),
      totals: { quantity: 10, subtotal: total, shipping: money(0), total },
      shippingAddress: ADDRESS,
      payment: { provider: 'sandbox', reference: `sandbox_${body.id}`, captured: total },
      history: [
        { status: 'PENDING', at: expect.stringMatching(/^\d{4}-.*Z$/) },
        { status: 'PAID', at: expect.stringMatching(/^\d{4}-.*Z$/) },
      ],
      createdAt: body.history[0].at,
    });
    expect(body.items).toHaveLength(2);
    expect(await ada.ask(String(`GET ${headers.get('location')}`))).toMatchObject({ status: 200, body });
    await eventually(
      () => cartOf(ada),
      (items) => items.length === 0,
    );
    for (const [{ sku, stock }, quantity] of [
      [MUG, 3],
      [CUP, 7],
    ] as const) {
      const level = await eventually(
        () => availableOf(shop, sku),
        (available) => available < stock,
      );
      expect(level).toBe(stock - quantity);
    }
  });

  test('keep the prices and the address they were placed with', async () => {
    await ada.put(BOWL.sku, 2);
    const { body: placed } = await ada.order();
    const doubled = (variants: Variant[]) =>
      variants.map((variant) => ({ ...variant, prices: { EUR: { amount: 2 * (variant.prices.EUR?.amount ?? 0) } } }));
    await storeOf(shop, 'product').change(BOWL.productId, ({ variants }, updatedAt) => ({
      answer: undefined,
      patch: { variants: doubled(variants), updatedAt },
    }));
    await ada.ask(`PUT /v1/me/addresses/${ada.addressId}`, { ...ADDRESS, city: 'Potsdam' });
    await eventually(
      () => ada.put(BOWL.sku, 2),
      ({ body }) => body.totals.total.amount === 4 * BOWL.price,
    );
    expect((await ada.ask(`GET /v1/orders/${placed.id}`)).body).toEqual(placed);
    const { body: dearer } = await ada.order();
    expect(dearer).toMatchObject({ totals: { total: money(4 * BOWL.price) }, shippingAddress: { city: 'Potsdam' } });
  });

  test('add up to the cent over many lines of odd prices', async () => {
    const chosen = PLENTY.slice(3, 15).map((variant, n) => ({ ...variant, quantity: n + 1 }));
    expect(chosen.length).toBeGreaterThan(5);
    await Promise.all(chosen.map(({ sku, quantity }) => eve.put(sku, quantity)));
    const { status, body } = await eve.order();
    expect(status).toBe(201);
    const exact = chosen.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
    expect(body.totals).toMatchObject({ subtotal: money(exact), total: money(exact) });
    const lines = body.items.map(({ lineTotal }: { lineTotal: { amount: number } }) => lineTotal.amount);
    expect(lines.reduce((a: number, b: number) => a + b, 0)).toBe(exact);
    expect(body.payment.captured).toEqual(money(exact));
  });

  test('of more than there is are rejected by name, charge nothing, keep the cart and hold back no other line', async () => {
    const bob = await Shopper.at(shop.url);
    await bob.put(FEW.sku, FEW.stock + 1);
    await bob.put(MUG.sku, 2);
    const before = await eventually(
      () => storeOf(shop, 'inventory').get(MUG.sku),
      (stock) => stock?.reserved === 0,
    );
    const { status, body } = await bob.order();
    expect(status).toBe(409);
    expect(body).toMatchObject({
      type: '/problems/out-of-stock',
      items: [{ sku: FEW.sku, requested: FEW.stock + 1, available: FEW.stock }],
    });
    const [rejected] = (await bob.ask('GET /v1/orders')).body.items;
    expect(rejected).toMatchObject({ status: 'REJECTED', payment: { status: 'failed', reason: 'out-of-stock' } });
    expect(rejected.history.map((entry: { status: string }) => entry.status)).toEqual([
      'PENDING',
      'REJECTING',
      'REJECTED',
    ]);
    expect(rejected.history[1].note).toBe('out-of-stock');
    const { available, reserved, res } = (await storeOf(shop, 'inventory').get(MUG.sku)) ?? {};
    expect({ available, reserved, res }).toEqual({ available: before?.available, reserved: 0, res: {} });
    expect(await cartOf(bob)).toHaveLength(2);

    await bob.put(FEW.sku, FEW.stock);
    expect(await bob.order()).toMatchObject({ status: 201, body: { totals: { quantity: FEW.stock + 2 } } });
  });

  test('are listed newest first, a page after the other, each exactly once', async () => {
    const bob = await Shopper.at(shop.url);
    const placed: string[] = [];
    for (let n = 0; n < 5; n++) {
      await bob.put(CUP.sku, n + 1);
      placed.unshift((await bob.order()).body.id);
      await eventually(
        () => cartOf(bob),
        (items) => items.length === 0,
      );
    }
    const all = await bob.ask('GET /v1/orders');
    expect(all).toMatchObject({ status: 200, body: { nextCursor: null } });
    expect(idsOf(all)).toEqual(placed);
    const pages: string[][] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await bob.ask(`GET /v1/orders?limit=2${cursor && `&cursor=${cursor}`}`);
      pages.push(idsOf(page));
      cursor = page.body.nextCursor;
    }
    expect(pages).toEqual([placed.slice(0, 2), placed.slice(2, 4), placed.slice(4)]);
    for (const cursor of [
      'x',
      Buffer.from('[1]').toString('base64url'),
      Buffer.from('["a","b"]').toString('base64url'),
    ]) {
      const answer = await bob.ask(`GET /v1/orders?cursor=${cursor}`);
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/cursor' }] } });
    }
  });

  test('of another customer are not found', async () => {
    const [mine] = idsOf(await ada.ask('GET /v1/orders'));
    const answer = await eve.ask(`GET /v1/orders/${mine}`);
    expect(answer).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });
    expect(idsOf(await eve.ask('GET /v1/orders'))).not.toContain(mine);
    expect((await ada.ask(`GET /v1/orders/${newId('ord')}`)).status).toBe(404);
    expect((await ada.ask(`GET /v1/orders/${mine}`)).status).toBe(200);
  });
});
