import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Actions } from '../../lib/contract/contract.ts';
import { newId } from '../../services/shared/ids.ts';
import { storeOf } from '../support/books.ts';
import { engines } from '../support/engines.ts';
import { ANSWERS, REQUESTS } from '../support/largest-answers.ts';
import { type LargestShop, long, startLargestShop } from '../support/largest-shop.ts';
import { bytesAt } from '../support/pictures.ts';
import { type Answer, eventually, send } from '../support/shop.ts';

/** The largest answers of the shop, through a gateway, NATS with its max_payload of a megabyte, and MongoDB. */
const mongo = engines.find(({ name }) => name === 'mongo');
const natsUrl = process.env.TEST_NATS_URL;
const suite = mongo?.skip || !natsUrl ? test.skip : test;
const MIB = 1024 ** 2;

let shop: LargestShop;
beforeAll(async () => {
  if (!mongo || mongo.skip || !natsUrl) return;
  shop = await startLargestShop(mongo, natsUrl);
  await eventually(
    () => ask('GET /v1/products?limit=1'),
    ({ body }) => body.total === 100,
  );
});
afterAll(() => shop?.stop());

/** As a client asks that comes back when it is told to. */
async function ask(route: string, token?: string, body?: unknown): Promise<Answer> {
  const headers = { 'if-match': '*', 'idempotency-key': 'largest' };
  const options = { ...(token ? { token } : {}), ...(body ? { body } : {}), headers };
  const answer = await eventually(
    () => send(shop.gateway.url, route, options),
    ({ status }) => status !== 503,
  );
  if (answer.status >= 300) throw new Error(`${route} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer;
}
/** The result of a call, which a busy machine may not give in time. */
const resultOf = async <T>(call: () => Promise<T>): Promise<T> => {
  const isLate = (error: { type?: string }) => error.type === 'REQUEST_TIMEOUT';
  const found = await eventually(
    () =>
      call().then(
        (result) => ({ result }),
        (error) => (isLate(error) ? undefined : Promise.reject(error)),
      ),
    (one) => one !== undefined,
  );
  return (found as { result: T }).result;
};
const sizeOf = (answer: unknown): number => Buffer.byteLength(JSON.stringify(answer));
const idOf = ({ id }: { id: string }): string => id;

/** Every item of a list, page by page; a page may be shorter than `limit`, but never larger than half a megabyte and an item. */
async function all(route: string, token?: string) {
  const items: { id: string; variants?: unknown[] }[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body }: Answer = await ask(`${route}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`, token);
    const largest = Math.max(...body.items.map(sizeOf));
    expect(sizeOf(body.items)).toBeLessThan(600_000 + largest);
    items.push(...body.items);
    cursor = body.nextCursor;
  }
  return items;
}

suite('lists of products are cut by bytes, and all of them can be reached', async () => {
  const expected = [...shop.ids].sort();
  for (const route of ['GET /v1/products?limit=100', 'GET /v1/products?limit=100&updatedSince=1970-01-01T00:00:00Z']) {
    expect((await all(route)).map(idOf).sort()).toEqual(expected);
  }
  const copies = await all('GET /v1/products?limit=100&updatedSince=1970-01-01T00:00:00Z');
  expect(copies.find(({ id }) => id === shop.product._id)?.variants).toHaveLength(200);
  expect((await all('GET /v1/admin/products?limit=100', shop.staff.token)).map(idOf).sort()).toEqual(expected);
});

/** What each action that takes several messages is asked for, once. @returns the size of the answer, in bytes */
const ASKED: Record<string, () => Promise<number>> = {
  async 'product.lookup'() {
    const { body } = await ask('POST /v1/products/lookup', undefined, { ids: shop.ids });
    expect(body.items.map(idOf)).toEqual(shop.ids);
    return sizeOf(body);
  },
  async 'product.related'() {
    const { body } = await ask(`GET /v1/products/full/related?limit=20`);
    expect(body.items).toHaveLength(20);
    return sizeOf(body);
  },
  async 'product.get'() {
    const { body } = await ask('GET /v1/products/full');
    expect(body.variants).toHaveLength(200);
    return sizeOf(body);
  },
  async 'product.edit'() {
    const { token } = shop.staff;
    const { body } = await ask(`PATCH /v1/admin/products/${shop.product._id}`, token, { title: 'Full' });
    expect(body.variants).toHaveLength(200);
    const log = await all('GET /v1/admin/audit-log?limit=100&action=product.edit', token);
    expect(log).toContainEqual(
      expect.objectContaining({ outcome: 'done', after: expect.objectContaining({ title: 'Full' }) }),
    );
    return sizeOf(body);
  },
  async 'product.offers'() {
    const skus = shop.product.variants.map(({ sku }) => sku);
    const offers = await resultOf(() => shop.gateway.broker.call('product.offers', { skus }));
    expect(offers.map(({ sku }) => sku)).toEqual(skus);
    return sizeOf(offers);
  },
  async 'category.list'() {
    const { body } = await ask('GET /v1/categories');
    expect(body.items).toHaveLength(2000);
    return sizeOf(body);
  },
  async 'category.get'() {
    const { body } = await ask('GET /v1/categories/all');
    expect(body.children).toHaveLength(1999);
    return sizeOf(body);
  },
  async 'customer.wishlist'() {
    const { body } = await ask('GET /v1/me/wishlist', shop.shopper.token);
    expect(body.items.map(({ product }: { product: { id: string } }) => product.id)).toEqual(shop.ids);
    return sizeOf(body);
  },
  async 'customer.addresses'() {
    const { body } = await ask('GET /v1/me/addresses', shop.shopper.token);
    expect(body.items).toHaveLength(50);
    return sizeOf(body);
  },
  async 'checkout.quote'() {
    const { addressId, token } = shop.shopper;
    const { body } = await ask('POST /v1/checkout/quote', token, { addressId });
    expect(body.items).toHaveLength(100);
    return sizeOf(body);
  },
  async 'order.place'() {
    const { addressId } = shop.shopper;
    const placed = await ask('POST /v1/orders', shop.shopper.token, { addressId });
    expect(placed.body.items).toHaveLength(100);
    const order = await eventually(
      () => ask(`GET /v1/orders/${placed.body.id}`, shop.shopper.token),
      ({ body }) => body.status === 'PAID',
    );
    return sizeOf(order.body);
  },
  async 'order.parked'() {
    const orders = storeOf(shop.nodes.shopping, 'order');
    const [order] = await orders.find({ customerId: shop.shopper.id });
    if (!order) throw new Error('no order was placed');
    const { cartClaim: _, rev: _r, ...copied } = order;
    const parked = { nextAt: null, outbox: [], parkedAt: new Date(), parkedError: 'x'.repeat(80_000) };
    await orders.insertNew(
      Array.from({ length: 15 }, (_, n) => ({ ...copied, ...parked, _id: newId('ord'), idemKey: `copy-${n}` })),
    );
    const { items } = await resultOf(() => shop.gateway.broker.call('order.parked', {}));
    expect(items).toHaveLength(15);
    expect(await all('GET /v1/orders?limit=100', shop.shopper.token)).toHaveLength(16);
    expect(await all('GET /v1/admin/orders?limit=100', shop.staff.token)).toHaveLength(16);
    return sizeOf(items);
  },
  async 'customer.export'() {
    const { body } = await ask('GET /v1/me/export', shop.shopper.token);
    expect([body.orders.length, body.wishlist.length]).toEqual([16, 100]);
    return sizeOf(body);
  },
  async 'audit.run'() {
    const acknowledged = Array.from({ length: 40_000 }, () => newId('ord'));
    const { violations } = await resultOf(() => shop.gateway.broker.call('audit.run', { acknowledged }));
    expect(violations.length).toBeGreaterThan(0);
    return sizeOf(acknowledged);
  },
  async 'mail.parked'() {
    const request = { customerId: shop.shopper.id, kind: 'password-changed' } as const;
    await storeOf(shop.nodes.customer, 'mail').insertNew(
      Array.from({ length: 1000 }, (_, n) => ({
        ...{ _id: `parked-${n}`, request: { ...request, id: `parked-${n}` }, state: 'PARKED' as const },
        ...{ failures: 20, error: long(500), nextAt: null, createdAt: new Date() },
      })),
    );
    const { items } = await resultOf(() => shop.gateway.broker.call('mail.parked', {}));
    expect(items).toHaveLength(1000);
    return sizeOf(items);
  },
  async 'customer.revocations'() {
    const at = new Date();
    await storeOf(shop.nodes.customer, 'customer').insertNew(
      Array.from({ length: 1000 }, (_, n) => ({
        ...{ _id: newId('cus'), email: `closed-${n}@example.com`, name: '', passwordHash: '', addresses: [] },
        ...{
          sessions: [],
          closed: Array.from({ length: 50 }, () => ({ id: newId('ses'), at })),
          closedAt: at,
          createdAt: at,
        },
      })),
    );
    const { sessions } = await resultOf(() => shop.gateway.broker.call('customer.revocations', { since: 0 }));
    expect(sessions).toHaveLength(50_000);
    return sizeOf(sessions);
  },
  async 'posting.stocktake'() {
    const { token } = shop.staff;
    const lines = Array.from({ length: 1000 }, (_, n) => ({ sku: String(n).padStart(64, 'n'), counted: 1 }));
    const { body } = await ask('POST /v1/admin/inventory/stocktakes', token, { lines });
    expect(body.lines).toHaveLength(1000);
    return sizeOf(body);
  },
};

const asked = [ANSWERS, REQUESTS].flatMap((table) =>
  (Object.keys(table) as (keyof Actions)[]).filter((name) => table[name] === 'asked'),
);

test('each answer that takes several messages is asked for here', () => {
  expect(Object.keys(ASKED).sort()).toEqual([...new Set<string>(asked)].sort());
});

/** Those that are larger than what NATS takes by the most. */
const ABOVE = [
  'product.lookup',
  'category.list',
  'category.get',
  'customer.wishlist',
  'customer.export',
  'order.parked',
];

suite.each(Object.entries(ASKED))('the largest answer of %s arrives in full', async (name, measure) => {
  const bytes = await measure();
  if (ABOVE.includes(name)) expect(bytes).toBeGreaterThan(MIB);
});

suite('a picture larger than a message arrives as it was', async () => {
  const { path, content } = shop.picture;
  expect((await bytesAt(shop.gateway.url, path)).equals(content)).toBe(true);
});
