import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { stopAndAudit, storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { ADDRESS, type Answer, eventually, Shopper, startShop, type TestShop } from '../../support/shop.ts';

const { products } = await sampleCatalogue('EUR');
const VARIANTS = products.flatMap(({ variants }) => variants);
const [MUG, BOWL] = VARIANTS.filter(({ stock }) => stock > 100).map(({ sku }) => sku) as [string, string];
const SOLD_OUT = String(VARIANTS.find(({ stock }) => stock === 0)?.sku);

/** What a client goes by: `instance` is the request's own. */
const shown = ({ status, body: { instance, ...body }, headers }: Answer) => ({
  ...{ status, body, location: headers.get('location'), retryAfter: headers.get('retry-after') },
});

eachEngine('an order whose request is sent again', (engine) => {
  let shop: TestShop;
  let ada: Shopper;
  const ordersOf = async (shopper: Shopper) => (await shopper.ask('GET /v1/orders?limit=100')).body.items;
  const emptied = () =>
    eventually(
      async () => (await ada.ask('GET /v1/cart')).body.items,
      (items) => items.length === 0,
    );

  beforeAll(async () => {
    shop = await startShop(engine.config({ SEED: 'true' }));
  });
  beforeEach(async () => {
    ada = await Shopper.at(shop.url);
  });
  afterAll(async () => {
    expect(await stopAndAudit(shop)).toEqual([]);
  });

  test('is placed once, and answered alike each time, also when the cart is another by then', async () => {
    const key = randomUUID();
    await ada.put(MUG, 2);
    const first = await ada.order(key);
    expect(first.status).toBe(201);
    expect(shown(await ada.order(key))).toEqual(shown(first));
    await emptied();
    expect(shown(await ada.order(key))).toEqual(shown(first));
    await ada.put(BOWL, 5);
    expect(shown(await ada.order(key))).toEqual(shown(first));
    expect(await ordersOf(ada)).toHaveLength(1);
    expect((await ada.ask('GET /v1/cart')).body.items).toMatchObject([{ sku: BOWL, quantity: 5 }]);
  });

  test('is refused each time as it was at first, although the cart could be ordered by then', async () => {
    const key = randomUUID();
    await ada.put(SOLD_OUT, 1);
    const first = await ada.order(key);
    expect(first).toMatchObject({ status: 409, body: { items: [{ sku: SOLD_OUT, requested: 1, available: 0 }] } });
    await ada.ask('DELETE /v1/cart');
    await ada.put(MUG, 1);
    expect(shown(await ada.order(key))).toEqual(shown(first));
    expect(await ordersOf(ada)).toMatchObject([{ status: 'REJECTED' }]);
    expect(await ada.order()).toMatchObject({ status: 201 });
  });

  test('is refused with another body, and goes on with the first', async () => {
    const key = randomUUID();
    const other = (await ada.ask('POST /v1/me/addresses', { ...ADDRESS, city: 'Potsdam' })).body.id;
    await ada.put(MUG, 1);
    const first = await ada.order(key);
    await ada.put(MUG, 1);
    const reused = { status: 422, body: { type: '/problems/idempotency-key-reused' } };
    expect(await ada.order(key, other)).toMatchObject(reused);
    expect(shown(await ada.order(key))).toEqual(shown(first));
    expect(await ordersOf(ada)).toHaveLength(1);
  });

  test('that was refused before it was accepted can be mended and sent with the same key', async () => {
    const key = randomUUID();
    expect(await ada.order(key)).toMatchObject({ status: 422, body: { type: '/problems/empty-cart' } });
    await ada.put(MUG, 1);
    expect((await ada.order(key)).status).toBe(201);
  });

  test("has nothing to do with another customer's of the same key", async () => {
    const eve = await Shopper.at(shop.url);
    await Promise.all([ada.put(MUG, 1), eve.put(BOWL, 2)]);
    const [mine, hers] = await Promise.all([ada.order('same'), eve.order('same')]);
    expect([mine.status, hers.status]).toEqual([201, 201]);
    expect(mine.body.id).not.toBe(hers.body.id);
    expect(hers.body.items).toMatchObject([{ sku: BOWL, quantity: 2 }]);
  });

  test('that still runs is answered with 409 and Retry-After, and with the same order in the end', async () => {
    const key = randomUUID();
    await ada.put(MUG, 1);
    const body = { addressId: ada.addressId, paymentMethod: 'tok_slow' };
    const ask = () => ada.ask('POST /v1/orders', body, { 'idempotency-key': key });
    const first = ask();
    // Sent before there is an order, the second request might be the one that places it.
    await eventually(
      () => ordersOf(ada),
      (orders) => orders.length === 1,
    );
    const early = await ask();
    expect(early).toMatchObject({ status: 409, body: { type: '/problems/request-in-progress' } });
    expect(early.headers.get('retry-after')).toBe('1');
    const { status, body: order } = await first;
    expect(status).toBe(201);
    expect((await ask()).body.id).toBe(order.id);
    await emptied();
  });

  test('50 parallel posts with one key: one order, 50 answers that agree', async () => {
    const key = randomUUID();
    const before = await storeOf(shop, 'inventory').get(MUG);
    await ada.put(MUG, 3);
    const answers = await Promise.all(Array.from({ length: 50 }, () => ada.order(key)));
    const placed = answers.filter(({ status }) => status === 201);
    expect(placed).toHaveLength(50);
    for (const answer of placed) expect(shown(answer)).toEqual(shown(placed[0] as Answer));
    const again = await Promise.all(Array.from({ length: 50 }, () => ada.order(key)));
    for (const answer of again) expect(shown(answer)).toEqual(shown(placed[0] as Answer));
    expect(await ordersOf(ada)).toHaveLength(1);
    await emptied();
    const stock = await eventually(
      () => storeOf(shop, 'inventory').get(MUG),
      (stock) => stock?.reserved === 0,
    );
    expect(stock).toMatchObject({ available: (before?.available ?? 0) - 3, sold: (before?.sold ?? 0) + 3 });
  });
});
