import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { stopAndAudit, storeOf } from '../../support/books.ts';
import { eachEngine, engines } from '../../support/engines.ts';
import { type Answer, eventually, Shopper, startShop, type TestShop } from '../../support/shop.ts';

const { products } = await sampleCatalogue('EUR');
const PLENTY = products.flatMap(({ variants }) => variants).filter(({ stock }) => stock > 100);
const [MUG, BOWL] = PLENTY.map(({ sku }) => sku) as [string, string];

const orderWith = (shopper: Shopper, paymentMethod: string, key: string = randomUUID()): Promise<Answer> =>
  shopper.ask('POST /v1/orders', { addressId: shopper.addressId, paymentMethod }, { 'idempotency-key': key });
const ordersOf = async (shopper: Shopper) => (await shopper.ask('GET /v1/orders')).body.items;
const cartOf = async (shopper: Shopper) => (await shopper.ask('GET /v1/cart')).body;
const orderOpen = (orderId: string, orderStatus: string) => ({
  status: 409,
  body: { type: '/problems/order-open', orderId, orderStatus },
});

/** Sends the same cart with several keys at once. Resolves to the one order, when all is as it should be. */
async function sentAtOnce(shoppers: readonly Shopper[]) {
  const answers = await Promise.all(shoppers.map((shopper) => shopper.order()));
  const placed = answers.filter(({ status }) => status === 201);
  const refused = answers.filter(({ body }) => body.type === '/problems/order-open');
  expect([placed.length, refused.length]).toEqual([1, shoppers.length - 1]);
  const id = placed[0]?.body.id;
  for (const answer of refused) expect(answer).toMatchObject({ status: 409, body: { orderId: id } });
  expect(await ordersOf(shoppers[0] as Shopper)).toMatchObject([{ id, status: 'PAID' }]);
}

eachEngine('one cart', (engine) => {
  let shop: TestShop;
  let ada: Shopper;

  beforeAll(async () => {
    shop = await startShop(engine.config({ SEED: 'true' }));
  });
  beforeEach(async () => {
    ada = await Shopper.at(shop.url);
    await ada.put(MUG, 2);
  });
  afterAll(async () => {
    expect(await stopAndAudit(shop)).toEqual([]);
  });
  const ended = (id: string, status: string) =>
    eventually(
      () => ada.ask(`GET /v1/orders/${id}`),
      ({ body }) => body.status === status,
    );

  test('three orders with three keys at once are one paid order and two 409 order-open', async () => {
    await sentAtOnce([ada, ada, ada]);
    expect((await cartOf(ada)).items).toEqual([]);
  });

  test('three orders at once of a cart on hold are one, which has the held stock', async () => {
    const { available = 0 } = (await storeOf(shop, 'inventory').get(MUG)) ?? {};
    expect((await ada.ask('POST /v1/checkout/hold', {})).status).toBe(201);
    await sentAtOnce([ada, ada, ada]);
    const stock = await eventually(
      () => storeOf(shop, 'inventory').get(MUG),
      (stock) => stock?.reserved === 0,
    );
    expect(stock?.available).toBe(available - 2);
  });

  test('a new key while the first waits for the bank is answered 409 order-open, and the cart says so', async () => {
    const key = randomUUID();
    const first = await orderWith(ada, 'tok_late_webhook', key);
    expect(first).toMatchObject({ status: 202, body: { status: 'PENDING' } });
    const { id } = first.body;
    // The bank may have answered by now, and then the cart is empty.
    const second = await ada.order();
    expect(second.status).not.toBe(201);
    await ended(id, 'PAID');
    expect(await orderWith(ada, 'tok_late_webhook', key)).toMatchObject({ status: 201, body: { id } });
    expect(await cartOf(ada)).not.toHaveProperty('openOrder');
    expect((await cartOf(ada)).items).toEqual([]);
    expect(await ordersOf(ada)).toHaveLength(1);
  });

  test('tok_slow then a new key: the second is answered 409 order-open while the first is paid', async () => {
    const first = orderWith(ada, 'tok_slow');
    const [open] = await eventually(
      () => ordersOf(ada),
      (orders) => orders.length === 1,
    );
    expect(await ada.order()).toMatchObject(orderOpen(open.id, 'PENDING'));
    const cart = await cartOf(ada);
    expect(cart).toMatchObject({ openOrder: { id: open.id, status: 'PENDING' }, items: [{ sku: MUG, quantity: 2 }] });
    expect((await ada.put(BOWL, 1)).body.openOrder).toEqual({ id: open.id, status: 'PENDING' });
    expect(await ada.ask('POST /v1/checkout/hold', {})).toMatchObject(orderOpen(open.id, 'PENDING'));
    expect((await first).status).toBe(201);
    // What was put in meanwhile is left, and can be ordered.
    expect((await cartOf(ada)).items).toMatchObject([{ sku: BOWL, quantity: 1 }]);
    expect(await ada.order()).toMatchObject({ status: 201, body: { items: [{ sku: BOWL, quantity: 1 }] } });
  });

  describe('that was ordered is given back by', () => {
    test('a rejected order: it can be ordered again, also what was on hold', async () => {
      expect((await ada.ask('POST /v1/checkout/hold', {})).status).toBe(201);
      const declined = await orderWith(ada, 'tok_decline');
      expect((await ada.ask(`POST /v1/orders/${declined.body.id}/cancel`, {})).status).toBe(200);
      await ended(declined.body.id, 'REJECTED');
      expect(await cartOf(ada)).toMatchObject({ items: [{ sku: MUG, quantity: 2 }] });
      expect(await cartOf(ada)).not.toHaveProperty('openOrder');
      expect(await ada.order()).toMatchObject({ status: 201 });
      expect((await ordersOf(ada)).map(({ status }: { status: string }) => status)).toEqual(['PAID', 'REJECTED']);
    });

    test('an order that was cancelled before it was paid', async () => {
      const first = orderWith(ada, 'tok_slow');
      const [open] = await eventually(
        () => ordersOf(ada),
        (orders) => orders.length === 1,
      );
      expect((await ada.ask(`POST /v1/orders/${open.id}/cancel`, {})).status).toBe(200);
      expect(await ada.order()).toMatchObject({ status: 201 });
      expect(await first).toMatchObject({ status: 409, body: { type: '/problems/order-cancelled' } });
    });

    test('no order that was cancelled after it was paid: the cart stays as it is', async () => {
      const { body } = await ada.order();
      expect((await ada.ask(`POST /v1/orders/${body.id}/cancel`, {})).status).toBe(200);
      await ended(body.id, 'CANCELLED');
      expect((await cartOf(ada)).items).toEqual([]);
      await ada.put(MUG, 1);
      expect(await ada.order()).toMatchObject({ status: 201 });
    });
  });

  test('that is filled again right after each order can be ordered again, at any progress of the outbox', async () => {
    for (let nth = 0; nth < 5; nth += 1) {
      await ada.put(MUG, 1);
      expect(await ada.order()).toMatchObject({ status: 201, body: { items: [{ sku: MUG, quantity: 1 }] } });
      expect((await cartOf(ada)).items).toEqual([]);
    }
  });

  test('of a paid order whose outbox is late is empty all the same', async () => {
    const { body } = await ada.order();
    // As a process leaves it that dies between the payment and the outbox.
    const { cartClaim } = (await storeOf(shop, 'order').get(body.id)) ?? {};
    await cartOf(ada);
    await storeOf(shop, 'cart').change(ada.id, () => ({
      answer: null,
      patch: { items: { [MUG]: { quantity: 2 } }, generation: Number(cartClaim?.split(':')[1]), ordered: [] },
    }));
    expect(await ada.order()).toMatchObject(orderOpen(body.id, 'PAID'));
    await ada.put(MUG, 1);
    expect(await ada.order()).toMatchObject({ status: 201, body: { items: [{ quantity: 1 }] } });
  });
});

/** Two whole shops on one database: nothing but the unique claim keeps them apart. */
const mongo = engines.find(({ name }) => name === 'mongo');
(mongo?.skip ? test.skip : test)('one cart at two nodes at once is one order', async () => {
  const config = mongo?.config({ SEED: 'true', LOG_LEVEL: 'error' });
  if (!config) throw new Error('there is no MongoDB');
  const shops: TestShop[] = [];
  try {
    for (const nodeId of ['one', 'two']) shops.push(await startShop({ ...config, nodeId }));
    const ada = await Shopper.at(shops[0]?.url as string);
    for (let round = 0; round < 5; round += 1) {
      await ada.put(MUG, 1);
      const at = (url: string) => Object.assign(Object.create(ada), { url }) as Shopper;
      const tabs = [0, 1, 0, 1].map((nth) => at(shops[nth]?.url as string));
      const answers = await Promise.all(tabs.map((tab) => tab.order()));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(await ordersOf(ada)).toHaveLength(round + 1);
    }
  } finally {
    const [one, two] = shops;
    await two?.stop();
    if (one) expect(await stopAndAudit(one)).toEqual([]);
  }
});
