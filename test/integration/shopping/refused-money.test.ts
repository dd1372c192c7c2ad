import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { stopAndAudit, storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { eventually, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

const { products } = await sampleCatalogue('EUR');
const [MUG = ''] = products
  .flatMap(({ variants }) => variants.filter(({ stock }) => stock > 100))
  .map(({ sku }) => sku);

eachEngine('money that the payment provider moves by itself, or will not move', (engine) => {
  let shop: TestShop;
  let ada: Shopper;
  let staff: Shopper;

  beforeAll(async () => {
    shop = await startShop(engine.config({ SEED: 'true', LOG_LEVEL: 'fatal' }));
    staff = await staffAt(shop);
  });
  beforeEach(async () => {
    ada = await Shopper.at(shop.url);
  });
  afterAll(async () => {
    expect(await stopAndAudit(shop)).toEqual([]);
  });

  const order = async (paymentMethod: string) => {
    await ada.put(MUG, 2);
    const body = { addressId: ada.addressId, paymentMethod };
    return (await ada.ask('POST /v1/orders', body, { 'idempotency-key': randomUUID() })).body;
  };
  const admin = (id: string, what: string, body: object = {}) =>
    staff.ask(`POST /v1/admin/orders/${id}/${what}`, body, { 'idempotency-key': randomUUID() });
  const read = async (id: string) => (await staff.ask(`GET /v1/admin/orders/${id}`)).body;
  const until = (id: string, is: (body: Awaited<ReturnType<typeof read>>) => boolean) => eventually(() => read(id), is);
  const atRest = (id: string) =>
    eventually(
      () => storeOf(shop, 'order').get(id),
      (one) => one?.nextAt === null,
    );
  const mailsOf = async (id: string) => {
    const mails = await storeOf(shop, 'mail').find({ 'request.order.id': id });
    return mails.map(({ request }) => request.kind);
  };
  const needingAttention = async (id: string) => {
    const { body } = await staff.ask('GET /v1/admin/orders?attention=true&limit=100');
    return body.items.some((one: { id: string }) => one.id === id);
  };
  const sold = async () => (await storeOf(shop, 'inventory').get(MUG))?.sold ?? 0;
  const events = ({ history }: { history: { event: string }[] }, name: string) =>
    history.filter(({ event }) => event === name).length;

  describe("a refund on the provider's own pages", () => {
    test('is taken off what was paid once, is credited, and a cancellation refunds the rest', async () => {
      const { id, totals } = await order('tok_refunded_elsewhere');
      const half = Math.floor(totals.total.amount / 2);
      const seen = await until(id, ({ refunds }) => refunds.length > 0);
      expect(seen).toMatchObject({ status: 'PAID', attention: [], payment: { refunded: { amount: half } } });
      expect(seen.refunds).toMatchObject([{ status: 'DONE', amount: { amount: half } }]);
      await shop.broker.call('order.reconcile', { orderId: id });
      await shop.broker.call('order.reconcile', { reference: seen.payment.reference });
      await admin(id, 'cancel', { reason: 'too warm' });
      const done = await until(id, ({ status }) => status === 'CANCELLED');
      expect(
        done.refunds.map(({ amount, status }: { amount: { amount: number }; status: string }) => [
          status,
          amount.amount,
        ]),
      ).toEqual([
        ['DONE', half],
        ['DONE', totals.total.amount - half],
      ]);
      expect(await storeOf(shop, 'sandbox').get(id)).toMatchObject({ refunded: totals.total.amount });
      await atRest(id);
      const { items } = (await staff.ask(`GET /v1/admin/orders/${id}/credit-notes`)).body;
      expect(items.map(({ amount }: { amount: { amount: number } }) => amount.amount)).toEqual([
        half,
        totals.total.amount - half,
      ]);
    });

    test('of which the webhook was lost is found before the order is cancelled, and no more than is left goes back', async () => {
      const { id, totals } = await order('tok_approve');
      const { amount } = totals.total;
      await storeOf(shop, 'sandbox').change(id, () => ({
        answer: undefined,
        patch: { refunded: amount - 100, 'refunds.elsewhere': amount - 100 },
      }));
      const before = await sold();
      await admin(id, 'cancel', { reason: 'too warm' });
      const done = await until(id, ({ status }) => status === 'CANCELLED');
      const amounts = done.refunds.map((one: { amount: { amount: number } }) => one.amount.amount).sort();
      expect(amounts).toEqual([100, amount - 100].sort());
      expect(await sold()).toBeLessThanOrEqual(before);
      expect(done.payment.refunded.amount).toBe(amount);
    });

    test('of everything leaves a cancellation nothing to pay back, and the goods return', async () => {
      const { id, totals } = await order('tok_approve');
      const { amount } = totals.total;
      await atRest(id);
      await storeOf(shop, 'sandbox').change(id, () => ({
        answer: undefined,
        patch: { refunded: amount, 'refunds.elsewhere': amount },
      }));
      const before = await sold();
      await admin(id, 'cancel', { reason: 'too warm' });
      const done = await until(id, ({ status }) => status === 'CANCELLED');
      expect(done.refunds).toMatchObject([{ status: 'WAIVED', failure: 'already_refunded' }, { status: 'DONE' }]);
      expect([done.attention, done.payment.refunded.amount]).toEqual([[], amount]);
      expect(await sold()).toBe(before - 2);
    });
  });

  describe('a refund that the bank sends back later', () => {
    test('is not done: staff and customer hear of it, what was refunded is corrected, and staff settles it once', async () => {
      const { id } = await order('tok_refund_fails');
      await admin(id, 'refunds', { amount: 500, reason: 'scratched' });
      const failed = await until(id, ({ refunds }) => refunds[0]?.status === 'FAILED');
      expect(failed).toMatchObject({ attention: ['refund-failed'], payment: { refunded: { amount: 0 } } });
      expect(failed.refunds[0].failure).toBe('expired_or_canceled_card');
      expect(await needingAttention(id)).toBe(true);
      await atRest(id);
      expect((await mailsOf(id)).sort()).toEqual(['order-confirmed', 'order-refunded', 'refund-failed']);
      // What was credited is owed: another refund cannot take its money.
      const total = failed.totals.total.amount;
      const tooMuch = await admin(id, 'refunds', { amount: total - 499, reason: 'all' });
      expect(tooMuch).toMatchObject({ status: 422, body: { type: '/problems/refund-too-high' } });

      const [{ id: refundId }] = failed.refunds;
      const waived = await admin(id, `refunds/${refundId}/settle`, { outcome: 'not-owed', reason: 'no' });
      expect(waived).toMatchObject({ status: 409, body: { type: '/problems/wrong-state' } });
      for (const _ of [1, 2]) {
        const { status, body } = await admin(id, `refunds/${refundId}/settle`, { reason: 'by bank transfer' });
        expect([status, body.refunds[0]]).toMatchObject([200, { status: 'SETTLED', settledFor: 'by bank transfer' }]);
        expect(body).toMatchObject({ attention: [], payment: { refunded: { amount: 500 } } });
        expect(events(body, 'refund-settled')).toBe(1);
      }
      expect(await needingAttention(id)).toBe(false);
      await atRest(id);
      expect((await staff.ask(`GET /v1/admin/orders/${id}/credit-notes`)).body.items).toHaveLength(1);
      const log = (await storeOf(shop, 'order').get(id))?.refunds[0];
      expect(log).toMatchObject({ settlement: { by: { role: 'staff', id: staff.id } } });
    });

    test('can be tried again, under another key', async () => {
      const { id } = await order('tok_refund_fails');
      await admin(id, 'refunds', { amount: 500, reason: 'scratched' });
      const failed = await until(id, ({ refunds }) => refunds[0]?.status === 'FAILED');
      await storeOf(shop, 'sandbox').change(id, () => ({ answer: undefined, patch: { method: 'tok_approve' } }));
      const again = await admin(id, `refunds/${failed.refunds[0].id}/retry`);
      expect(again).toMatchObject({ status: 200, body: { attention: [] } });
      const done = await until(id, ({ refunds }) => refunds[0]?.status === 'DONE');
      expect(done.payment.refunded.amount).toBe(500);
      await atRest(id);
      expect((await staff.ask(`GET /v1/admin/orders/${id}/credit-notes`)).body.items).toHaveLength(1);
      expect((await mailsOf(id)).filter((kind) => kind === 'order-refunded')).toHaveLength(2);
      expect(await admin(id, `refunds/${failed.refunds[0].id}/retry`)).toMatchObject({ status: 409 });
    });
  });

  describe('goods that come back, though the provider refuses the money for good,', () => {
    test('are in the stock once their return is approved; the refund has failed with the reason', async () => {
      const { id } = await order('tok_refund_refused');
      await admin(id, 'pack');
      await admin(id, 'ship', { carrier: 'Post', trackingNumber: 'RR1' });
      await atRest(id);
      const before = await sold();
      const asked = await ada.ask(
        `POST /v1/orders/${id}/returns`,
        { items: [{ sku: MUG, quantity: 1 }], reason: 'too big' },
        { 'idempotency-key': randomUUID() },
      );
      await admin(id, `returns/${asked.body.returns[0].id}/approve`);
      const done = await until(id, ({ refunds }) => refunds[0]?.status === 'FAILED');
      expect(done).toMatchObject({ attention: ['refund-failed'], parked: null, payment: { refunded: { amount: 0 } } });
      expect(done.refunds[0].failure).toBe('charge_too_old');
      await eventually(sold, (now) => now === before - 1);
      await atRest(id);
      expect(await mailsOf(id)).not.toContain('order-refunded');
      const settled = await admin(id, `refunds/${done.refunds[0].id}/settle`, { reason: 'in cash' });
      expect(settled.body).toMatchObject({ attention: [], refunds: [{ status: 'SETTLED' }] });
      await atRest(id);
      expect((await staff.ask(`GET /v1/admin/orders/${id}/credit-notes`)).body.items).toHaveLength(1);
    });

    test('are in the stock when an order is cancelled, which is CANCELLED then, and its account can be closed', async () => {
      const { id } = await order('tok_refund_refused');
      await atRest(id);
      const before = await sold();
      await ada.ask(`POST /v1/orders/${id}/cancel`, {});
      const done = await until(id, ({ status }) => status === 'CANCELLED');
      expect(done).toMatchObject({ attention: ['refund-failed'], refunds: [{ status: 'FAILED' }] });
      expect(await sold()).toBe(before - 2);
      await atRest(id);
      // Never credited: staff may say that nothing is owed.
      const { body } = await admin(id, `refunds/${done.refunds[0].id}/settle`, {
        outcome: 'not-owed',
        reason: 'fraud',
      });
      expect(body).toMatchObject({
        attention: [],
        refunds: [{ status: 'WAIVED' }],
        payment: { refunded: { amount: 0 } },
      });
      const password = ada.password;
      expect((await ada.ask('DELETE /v1/me', { password })).status).toBeLessThan(300);
    });
  });

  describe('a payment that is disputed', () => {
    const disputed = async (method: string, is: string) => {
      const { id } = await order(method);
      await admin(id, 'pack');
      await until(id, ({ disputes }) => disputes[0]?.status === is);
      return id;
    };
    const ship = (id: string, part: object = {}) =>
      admin(id, 'ship', { carrier: 'Post', trackingNumber: 'RR1', ...part });

    test('says so, is listed for staff, and its order is not shipped unless staff says so', async () => {
      const id = await disputed('tok_disputed', 'OPEN');
      expect(await read(id)).toMatchObject({ status: 'PACKED', attention: ['dispute-open'] });
      expect(await needingAttention(id)).toBe(true);
      expect(await ship(id)).toMatchObject({
        status: 409,
        body: { type: '/problems/order-disputed', disputes: [{ status: 'OPEN' }] },
      });
      expect(await ship(id, { despiteDispute: true })).toMatchObject({ status: 200, body: { status: 'SHIPPED' } });
      expect(await ship(id)).toMatchObject({ status: 200, body: { status: 'SHIPPED' } });
    });

    test('and its order cancelled: the goods return, the refund has failed, and nothing waits', async () => {
      const id = await disputed('tok_disputed', 'OPEN');
      const before = await sold();
      await admin(id, 'cancel', { reason: 'disputed' });
      const done = await until(id, ({ status }) => status === 'CANCELLED');
      expect(done.refunds).toMatchObject([{ status: 'FAILED', failure: 'charge_disputed' }]);
      expect(await sold()).toBe(before - 2);
    });

    test('and won can be shipped', async () => {
      const id = await disputed('tok_dispute_won', 'WON');
      expect(await read(id)).toMatchObject({ attention: [] });
      expect(await ship(id)).toMatchObject({ status: 200 });
      expect(events(await read(id), 'dispute-won')).toBe(1);
    });

    test('and lost is money that is gone: nothing of it can be refunded', async () => {
      const id = await disputed('tok_dispute_lost', 'LOST');
      expect(await ship(id)).toMatchObject({ status: 409, body: { type: '/problems/order-disputed' } });
      expect(await admin(id, 'refunds', { reason: 'all' })).toMatchObject({
        status: 422,
        body: { type: '/problems/refund-too-high', left: { amount: 0 } },
      });
      await admin(id, 'cancel', { reason: 'charged back' });
      const done = await until(id, ({ status }) => status === 'CANCELLED');
      expect(done).toMatchObject({ refunds: [], attention: [], payment: { refunded: { amount: 0 } } });
      expect((await shop.broker.call('order.books', { after: id.slice(0, -1) })).items[0]?.chargedBack).toBe(
        done.totals.total.amount,
      );
    });
  });

  test('pending, and declined later: the order waits; once it is cancelled, its stock is free', async () => {
    const { id } = await order('tok_late_decline');
    await until(id, ({ payment }) => payment.status === 'failed');
    expect((await storeOf(shop, 'inventory').get(MUG))?.res).toHaveProperty(id);
    expect((await ada.ask(`POST /v1/orders/${id}/cancel`, {})).status).toBe(200);
    await until(id, ({ status }) => status === 'REJECTED');
    expect((await storeOf(shop, 'inventory').get(MUG))?.res).not.toHaveProperty(id);
    expect((await ada.ask('GET /v1/cart')).body.items).toHaveLength(1);
  });
});
