import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { stopAndAudit, storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { Follower } from '../../support/events.ts';
import { orderDesk } from '../../support/order-desk.ts';
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

  const { admin, mine, until, ship, stockOf, ledger } = orderDesk(() => ({ shop, staff, shopper: ada, id }));

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
      expect((await admin('ship', { carrier: 'Courier', trackingNumber: 'RR1' })).status).toBe(409);
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

  describe('a client that follows it', () => {
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
