import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { stopAndAudit, storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { Follower } from '../../support/events.ts';
import { eventually, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

const { products } = await sampleCatalogue('EUR');
const PLENTY = products.flatMap(({ variants }) => variants).filter(({ stock }) => stock > 60);
const [MUG, BOWL] = PLENTY.map(({ sku }) => sku) as [string, string];

eachEngine('after an order was paid', (engine) => {
  let shop: TestShop;
  let ada: Shopper;
  let staff: Shopper;
  let id: string;
  let total: number;

  beforeAll(async () => {
    shop = await startShop(engine.config({ SEED: 'true', LOG_LEVEL: 'error' }));
    staff = await staffAt(shop);
  });
  afterAll(async () => {
    expect(await stopAndAudit(shop)).toEqual([]);
  });
  beforeEach(async () => {
    ada = await Shopper.at(shop.url);
    await ada.put(MUG, 3);
    await ada.put(BOWL, 1);
    const { body } = await ada.order();
    id = body.id;
    total = body.totals.total.amount;
  });

  const admin = (what: string, body: object = {}, headers: Record<string, string> = {}) =>
    staff.ask(`POST /v1/admin/orders/${id}/${what}`, body, headers);
  const mine = async () => (await ada.ask(`GET /v1/orders/${id}`)).body;
  const until = (is: (order: Awaited<ReturnType<typeof mine>>) => boolean) => eventually(mine, is);
  const ship = async () => {
    await admin('pack');
    return admin('ship', { carrier: 'Post', trackingNumber: 'RR1' });
  };
  const stockOf = async (sku: string) => {
    const stock = await storeOf(shop, 'inventory').get(sku);
    return { available: stock?.available ?? 0, sold: stock?.sold ?? 0 };
  };
  const ledger = async () => {
    const { captured, refunded } = (await storeOf(shop, 'sandbox').get(id)) ?? {};
    return { captured, refunded };
  };

  describe('staff', () => {
    test('packs, ships with carrier and tracking number, and delivers it; each step is in its history', async () => {
      expect(await admin('pack')).toMatchObject({ status: 200, body: { status: 'PACKED' } });
      const shipped = await admin('ship', { carrier: 'Post', trackingNumber: 'RR1', note: 'two boxes' });
      const shipment = { carrier: 'Post', trackingNumber: 'RR1' };
      expect(shipped).toMatchObject({ status: 200, body: { status: 'SHIPPED', shipment, customerId: ada.id } });
      expect(await admin('deliver')).toMatchObject({ status: 200, body: { status: 'DELIVERED' } });
      const { history } = await mine();
      expect(history.map(({ status, by }: { status: string; by: string }) => [status, by])).toEqual([
        ['PENDING', 'customer'],
        ['PAID', 'system'],
        ['PACKED', 'staff'],
        ['SHIPPED', 'staff'],
        ['DELIVERED', 'staff'],
      ]);
      expect(history[3]).toMatchObject({ id: 4, note: 'two boxes' });
      expect(history[3]).not.toHaveProperty('staffId');
      const { body } = await staff.ask(`GET /v1/admin/orders/${id}`);
      expect(body.history[3]).toMatchObject({ staffId: staff.id });
    });

    test('may ask for a step again, and cannot skip one', async () => {
      const skipped = await admin('ship', { carrier: 'Post', trackingNumber: 'RR1' });
      expect(skipped).toMatchObject({ status: 409, body: { type: '/problems/wrong-state', orderStatus: 'PAID' } });
      await ship();
      const again = await admin('ship', { carrier: 'Post', trackingNumber: 'RR1' });
      expect(again).toMatchObject({ status: 200, body: { status: 'SHIPPED' } });
      expect(again.body.history).toHaveLength(4);
      expect((await admin('ship', { carrier: 'Post', trackingNumber: 'RR2' })).status).toBe(409);
      expect((await admin('cancel', { reason: 'late' })).status).toBe(409);
    });

    test('finds orders by status, newest first', async () => {
      await admin('pack');
      const { body } = await staff.ask('GET /v1/admin/orders?status=PACKED&limit=5');
      expect(body.items[0]).toMatchObject({ id, status: 'PACKED' });
      expect(body.items.every(({ status }: { status: string }) => status === 'PACKED')).toBe(true);
    });

    test('alone may do so: to a customer there is no such route, and a guest is asked to log in', async () => {
      const pack = `POST /v1/admin/orders/${id}/pack`;
      expect(await ada.ask(pack, {})).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });
      expect((await new Shopper(shop.url).ask(pack, {})).status).toBe(401);
      expect((await ada.ask('GET /v1/admin/orders')).status).toBe(404);
      expect((await mine()).status).toBe('PAID');
    });
  });

  describe('a cancellation before shipping', () => {
    test('gives the money and the goods back', async () => {
      await until(({ history }) => history.length === 2);
      await eventually(
        () => storeOf(shop, 'order').get(id),
        (order) => order?.nextAt === null,
      );
      const before = await stockOf(MUG);
      const { status, body } = await ada.ask(`POST /v1/orders/${id}/cancel`, { reason: 'changed my mind' });
      expect(status).toBe(200);
      expect(['CANCELLING', 'CANCELLED']).toContain(body.status);
      const { refunds, payment } = await until((order) => order.status === 'CANCELLED');
      expect(refunds).toMatchObject([{ amount: { amount: total }, status: 'DONE', reason: 'changed my mind' }]);
      expect(payment.refunded.amount).toBe(total);
      expect(await ledger()).toEqual({ captured: total, refunded: total });
      expect(await stockOf(MUG)).toEqual({ available: before.available + 3, sold: before.sold - 3 });
    });

    test('asked for many times at once, by customer and staff, happens once', async () => {
      const answers = await Promise.all([
        ...Array.from({ length: 10 }, () => ada.ask(`POST /v1/orders/${id}/cancel`, {})),
        ...Array.from({ length: 10 }, () => admin('cancel', { reason: 'fraud' })),
      ]);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      const { refunds, history } = await until((order) => order.status === 'CANCELLED');
      expect(refunds).toHaveLength(1);
      expect(history.filter(({ status }: { status: string }) => status === 'CANCELLED')).toHaveLength(1);
      expect(await ledger()).toEqual({ captured: total, refunded: total });
    });

    test('is no longer possible once it was shipped', async () => {
      await ship();
      const refused = await ada.ask(`POST /v1/orders/${id}/cancel`, {});
      expect(refused).toMatchObject({ status: 409, body: { type: '/problems/wrong-state' } });
      expect(await ledger()).toEqual({ captured: total, refunded: 0 });
    });

    test("is not there for another customer's order", async () => {
      const eve = await Shopper.at(shop.url);
      expect((await eve.ask(`POST /v1/orders/${id}/cancel`, {})).status).toBe(404);
    });
  });

  describe('a return', () => {
    const back = (items: object[], key: string = randomUUID()) =>
      ada.ask(`POST /v1/orders/${id}/returns`, { items, reason: 'too small' }, { 'idempotency-key': key });

    test('is asked for after shipping, never for more than was bought', async () => {
      expect((await back([{ sku: MUG, quantity: 1 }])).body.type).toBe('/problems/wrong-state');
      await ship();
      const tooMany = await back([{ sku: MUG, quantity: 4 }]);
      expect(tooMany).toMatchObject({
        status: 422,
        body: { type: '/problems/not-returnable', items: [{ sku: MUG, requested: 4, returnable: 3 }] },
      });
      const key = randomUUID();
      const [one, two] = [await back([{ sku: MUG, quantity: 2 }], key), await back([{ sku: MUG, quantity: 2 }], key)];
      expect([one.status, two.status]).toEqual([201, 201]);
      expect(two.body.returns).toHaveLength(1);
      expect((await back([{ sku: MUG, quantity: 2 }])).body.items).toMatchObject([{ returnable: 1 }]);
    });

    test('is approved with partial quantities: what was paid for them is refunded, and they are sold again', async () => {
      await ship();
      const { body } = await back([{ sku: MUG, quantity: 2 }]);
      const [{ id: returnId }] = body.returns;
      const line = body.items.find(({ sku }: { sku: string }) => sku === MUG);
      const before = await stockOf(MUG);
      const approval = { items: [{ sku: MUG, quantity: 1 }], note: 'one is worn' };
      expect((await admin(`returns/${returnId}/approve`, approval)).status).toBe(200);
      const order = await until(({ refunds }) => refunds[0]?.status === 'DONE');
      expect(order.refunds[0].amount.amount).toBe(Math.floor(line.total.amount / 3));
      expect(order.returns[0]).toMatchObject({ status: 'APPROVED', approved: [{ sku: MUG, quantity: 1 }] });
      const after = await eventually(
        () => stockOf(MUG),
        ({ available }) => available > before.available,
      );
      expect(after).toEqual({ available: before.available + 1, sold: before.sold - 1 });
      expect((await admin(`returns/${returnId}/approve`, approval)).body.refunds).toHaveLength(1);
      // Parts together are worth what the line cost.
      const rest = await back([{ sku: MUG, quantity: 2 }]);
      await admin(`returns/${rest.body.returns[1].id}/approve`);
      const { refunds } = await until((order) => order.refunds.length === 2 && order.refunds[1].status === 'DONE');
      expect(refunds[0].amount.amount + refunds[1].amount.amount).toBe(line.total.amount);
    });

    test('is refused with a reason, and can be asked for again', async () => {
      await ship();
      const { body } = await back([{ sku: BOWL, quantity: 1 }]);
      const returnId = body.returns[0].id;
      const refused = await admin(`returns/${returnId}/refuse`, { reason: 'used' });
      expect(refused.body.returns).toMatchObject([{ status: 'REFUSED' }]);
      expect((await admin(`returns/${returnId}/approve`)).status).toBe(409);
      expect((await back([{ sku: BOWL, quantity: 1 }])).status).toBe(201);
      expect(await ledger()).toEqual({ captured: total, refunded: 0 });
    });
  });

  describe('a refund', () => {
    const refund = (body: object, key: string = randomUUID()) =>
      admin('refunds', { reason: 'scratched', ...body }, { 'idempotency-key': key });

    test('is partial or full, and never above what was captured, however many are asked for at once', async () => {
      const answers = await Promise.all(Array.from({ length: 12 }, () => refund({ amount: Math.ceil(total / 5) })));
      const accepted = answers.filter(({ status }) => status === 201).length;
      const refused = answers.filter(({ status }) => status === 422);
      expect(accepted).toBeLessThanOrEqual(5);
      expect(accepted + refused.length).toBe(12);
      expect(refused[0]?.body.type).toBe('/problems/refund-too-high');
      await refund({});
      await until(({ refunds }) => refunds.every(({ status }: { status: string }) => status === 'DONE'));
      expect(await ledger()).toEqual({ captured: total, refunded: total });
      expect((await refund({})).status).toBe(422);
    });

    test('happens once for a key, whatever is repeated', async () => {
      const key = randomUUID();
      const answers = await Promise.all(Array.from({ length: 10 }, () => refund({ amount: 100 }, key)));
      expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
      expect((await refund({ amount: 200 }, key)).body.type).toBe('/problems/idempotency-key-reused');
      await until(({ refunds }) => refunds.length === 1 && refunds[0].status === 'DONE');
      expect(await ledger()).toEqual({ captured: total, refunded: 100 });
    });

    test('needs a key, and a positive whole amount', async () => {
      expect((await admin('refunds', { reason: 'x' })).body.type).toBe('/problems/missing-idempotency-key');
      for (const amount of [0, -1, 1.5, '5']) expect((await refund({ amount })).status).toBe(400);
    });
  });

  describe('whoever follows it', () => {
    test('sees what has happened and what happens, and comes back with Last-Event-ID', async () => {
      const follower = await Follower.of(ada, id);
      expect(follower.response.headers['content-type']).toMatch(/^text\/event-stream/);
      const seen = (from: Follower, count: number) =>
        eventually(
          async () => from.events,
          (events) => events.length >= count,
        );
      expect((await seen(follower, 2)).map(({ data }) => data.status)).toEqual(['PENDING', 'PAID']);
      await admin('pack');
      expect((await seen(follower, 3)).at(-1)).toMatchObject({ id: '3', event: 'status', data: { status: 'PACKED' } });
      follower.close();
      await admin('ship', { carrier: 'Post', trackingNumber: 'RR1' });
      const again = await Follower.of(ada, id, '3');
      expect(await seen(again, 1)).toMatchObject([{ id: '4', data: { status: 'SHIPPED' } }]);
      await admin('deliver');
      await eventually(
        async () => again.ended,
        (ended) => ended,
      );
      expect(again.events.map((event) => event.id)).toEqual(['4', '5']);
    });

    test("sees nothing of another customer's order, and sends a Last-Event-ID that can be one", async () => {
      const eve = await Shopper.at(shop.url);
      expect((await eve.ask(`GET /v1/orders/${id}/events`)).status).toBe(404);
      const odd = await ada.ask(`GET /v1/orders/${id}/events`, undefined, { 'last-event-id': 'x' });
      expect(odd.status).toBe(400);
    });

    test('may do so five times at once', async () => {
      const followers = await Promise.all(Array.from({ length: 5 }, () => Follower.of(ada, id)));
      const sixth = await ada.ask(`GET /v1/orders/${id}/events`);
      expect(sixth).toMatchObject({ status: 422, body: { type: '/problems/limit-reached' } });
      for (const follower of followers) follower.close();
      await eventually(
        () => Follower.of(ada, id),
        (follower) => {
          follower.close();
          return follower.response.statusCode === 200;
        },
      );
    });
  });
});
