import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { ActionContract } from '../../../lib/contract/contract.ts';
import { contracts } from '../../../services/contracts.ts';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { stopAndAudit, storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { PAYING_ENV } from '../../support/paying-shop.ts';
import { ADDRESS, type Answer, eventually, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

const { products } = await sampleCatalogue('EUR');
const VARIANTS = products.flatMap(({ variants }) => variants);
const [MUG, BOWL] = VARIANTS.filter(({ stock }) => stock > 100).map(({ sku }) => sku) as [string, string];
const SOLD_OUT = String(VARIANTS.find(({ stock }) => stock === 0)?.sku);

/** What a client goes by: `instance` is the request's own. */
const shown = ({ status, body: { instance, ...body }, headers }: Answer) => ({
  ...{ status, body, location: headers.get('location'), retryAfter: headers.get('retry-after') },
});

const REUSED = [422, '/problems/idempotency-key-reused'];

/** Every route that takes an Idempotency-Key. */
const KEYED = contracts.flatMap((contract) =>
  Object.entries(contract.actions).flatMap(([action, one]): [string, ActionContract][] =>
    one.rest && Object.values(one.headers ?? {}).includes('Idempotency-Key')
      ? [[`${contract.name}.${action}`, one]]
      : [],
  ),
);

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
    shop = await startShop(engine.config(PAYING_ENV));
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
    const soldStock = () =>
      eventually(
        () => storeOf(shop, 'inventory').get(MUG),
        (stock) => stock?.reserved === 0,
      );
    const before = await soldStock();
    await ada.put(MUG, 3);
    const answers = await Promise.all(Array.from({ length: 50 }, () => ada.order(key)));
    const placed = answers.filter(({ status }) => status === 201);
    expect(placed).toHaveLength(50);
    for (const answer of placed) expect(shown(answer)).toEqual(shown(placed[0] as Answer));
    const again = await Promise.all(Array.from({ length: 50 }, () => ada.order(key)));
    for (const answer of again) expect(shown(answer)).toEqual(shown(placed[0] as Answer));
    expect(await ordersOf(ada)).toHaveLength(1);
    await emptied();
    expect(await soldStock()).toMatchObject({ available: (before?.available ?? 0) - 3, sold: (before?.sold ?? 0) + 3 });
  });

  test.each(KEYED)(
    '%s: a key with the same body is one request, with a field left out, added or changed it is refused',
    async (name, contract) => {
      const staff = await staffAt(shop);
      await ada.put(MUG, 2);
      const key = randomUUID();
      const { asker, path, body, others, idOf } = await scenarioOf(name, ada, staff);
      const [method] = String(contract.rest).split(' ');
      const ask = (sent: object, at = path) => asker.ask(`${method} ${at}`, sent, { 'idempotency-key': key });
      const first = await ask(body);
      expect([200, 201]).toContain(first.status);
      const again = await Promise.all([ask(body), ask(Object.fromEntries(Object.entries(body).reverse()))]);
      for (const { status, headers, body: same } of again) {
        expect([status, headers.get('location'), idOf(same)]).toEqual([
          ...[first.status, first.headers.get('location'), idOf(first.body)],
        ]);
      }
      const inPath = new Set(String(contract.rest).match(/(?<=:)\w+/g));
      const fields = Object.keys(contract.params).filter((field) => field !== 'idempotencyKey' && !inPath.has(field));
      for (const field of fields) {
        const { [field]: given, ...rest } = body as Record<string, unknown>;
        const changed = await ask({ ...body, [field]: others[field] });
        expect([field, 'changed or added', changed.status, changed.body.type]).toEqual([
          field,
          'changed or added',
          ...REUSED,
        ]);
        if (given === undefined) continue;
        const without = await ask(rest);
        const isNeeded = (contract.params[field] as { optional?: boolean }).optional !== true;
        expect([field, 'left out', without.status, without.body.type]).toEqual([
          ...[field, 'left out', ...(isNeeded ? [400, '/problems/invalid-request'] : REUSED)],
        ]);
      }
      expect(idOf((await ask(body)).body)).toEqual(idOf(first.body));
    },
  );
});

interface Scenario {
  asker: Shopper;
  path: string;
  body: object;
  /** Another value of each field, of those too that the body has not. */
  others: Record<string, unknown>;
  /** What the request made. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a body
  idOf(body: any): unknown;
}

async function scenarioOf(name: string, ada: Shopper, staff: Shopper): Promise<Scenario> {
  const placed = async () => (await ada.order()).body.id as string;
  const money = { amount: 1, currency: 'EUR' };
  switch (name) {
    case 'order.place': {
      const body = { addressId: ada.addressId, note: 'ring twice' };
      const others = {
        email: 'other@example.com',
        addressId: 'adr_other',
        ...{ country: 'FR', region: 'IDF', postcode: '75001' },
        ...{ billingAddressId: ada.addressId, billingAddress: ADDRESS },
        address: ADDRESS,
        shippingMethod: 'express',
        paymentMethod: 'tok_of_mine',
      };
      const more = { expectedTotal: money, couponCodes: ['SAVE'], note: 'ring once' };
      return { asker: ada, path: '/v1/orders', body, others: { ...others, ...more }, idOf: ({ id }) => id };
    }
    case 'order.pay': {
      await ada.put(MUG, 1);
      const declined = { addressId: ada.addressId, paymentMethod: 'tok_decline' };
      const placing = await ada.ask('POST /v1/orders', declined, { 'idempotency-key': randomUUID() });
      const path = `/v1/orders/${placing.body.id}/payment`;
      const idOf: Scenario['idOf'] = ({ history }) =>
        history.filter(({ event }: { event: string }) => event === 'payment-tried').length;
      return {
        asker: ada,
        path,
        body: { paymentMethod: 'tok_decline' },
        others: { paymentMethod: 'tok_of_mine' },
        idOf,
      };
    }
    case 'order.requestReturn': {
      const id = await placed();
      await staff.ask(`POST /v1/admin/orders/${id}/pack`, {});
      await staff.ask(`POST /v1/admin/orders/${id}/ship`, { carrier: 'Post', trackingNumber: 'RR1' });
      const body = { items: [{ sku: MUG, quantity: 1 }], reason: 'too small' };
      const others = { items: [{ sku: MUG, quantity: 2 }], reason: 'too large' };
      const idOf: Scenario['idOf'] = ({ returns }) => returns.map((one: { id: string }) => one.id);
      return { asker: ada, path: `/v1/orders/${id}/returns`, body, others, idOf };
    }
    case 'order.refund': {
      const path = `/v1/admin/orders/${await placed()}/refunds`;
      const body = { amount: 500, reason: 'scratched' };
      const others = { amount: 501, lines: [{ sku: MUG, amount: 500 }], shipping: 0, reason: 'late' };
      const idOf: Scenario['idOf'] = ({ refunds }) => refunds.map((one: { id: string }) => one.id);
      return { asker: staff, path, body, others, idOf };
    }
    case 'receivable.bookReceipt':
    case 'receivable.bookPayout': {
      const asked = { addressId: ada.addressId, paymentMethod: 'transfer' };
      const { id, totals } = (await ada.ask('POST /v1/orders', asked, { 'idempotency-key': randomUUID() })).body;
      const body = { amount: totals.total.amount, date: '2026-11-20', bankReference: 'NTRF 4711' };
      const others = { amount: 1, date: '2026-11-19', bankReference: 'NTRF 4712' };
      const payments = `/v1/admin/orders/${id}/payments`;
      const idOf: Scenario['idOf'] = ({ bookings }) => bookings;
      if (name === 'receivable.bookReceipt') return { asker: staff, path: payments, body, others, idOf };
      const twice = { ...body, amount: 2 * body.amount };
      await staff.ask(`POST ${payments}`, twice, { 'idempotency-key': randomUUID() });
      return { asker: staff, path: `/v1/admin/orders/${id}/payouts`, body, others, idOf };
    }
    case 'posting.move': {
      const body = { kind: 'adjust', quantity: 1, reason: 'found' };
      const others = { kind: 'receive', quantity: 2, reason: 'correction' };
      return { asker: staff, path: `/v1/admin/inventory/${MUG}/movements`, body, others, idOf: ({ seq }) => seq };
    }
    case 'posting.stocktake': {
      const body = { lines: [{ sku: SOLD_OUT, counted: 0 }] };
      const others = { lines: [{ sku: SOLD_OUT, counted: 1 }] };
      return { asker: staff, path: '/v1/admin/inventory/stocktakes', body, others, idOf: ({ id }) => id };
    }
    default:
      throw new Error(`${name} takes an Idempotency-Key: say here how it is asked for`);
  }
}
