import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { availableOf, stopAndAudit, storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { PAYING_ENV, PaymentDesk, PLENTIFUL_SKU } from '../../support/paying-shop.ts';
import { eventually, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

eachEngine('paying by bank transfer in advance', (engine) => {
  let shop: TestShop;
  let desk: PaymentDesk;
  let ada: Shopper;

  beforeAll(async () => {
    shop = await startShop(engine.config(PAYING_ENV));
    desk = new PaymentDesk(shop, await staffAt(shop));
  });
  beforeEach(async () => {
    ada = await Shopper.at(shop.url);
  });
  afterAll(async () => {
    expect(await stopAndAudit(shop)).toEqual([]);
  });

  const euros = (amount: number) => ({ amount, currency: 'EUR' });
  const transferOrder = async () => {
    const order = await desk.order(ada, 'transfer');
    return { ...order, total: order.totals.total.amount as number };
  };
  /** The order's time is over. */
  const expire = (id: string) =>
    storeOf(shop, 'order').change(id, (_, now) => ({ answer: undefined, patch: { expiresAt: now, nextAt: now } }));

  test('an order answers with the bank account, the amount and its number as reference, and mails them', async () => {
    const before = Date.now();
    const { id, number, status, payment, total } = await transferOrder();
    expect(status).toBe('PENDING');
    expect(payment).toMatchObject({ status: 'requires-action', provider: 'transfer', method: 'transfer' });
    expect(payment.action).toEqual({
      ...{ type: 'transfer', iban: 'DE02120300000000202051', bic: 'BYLADEM1001', holder: 'Shop Ltd' },
      ...{ reference: number, amount: euros(total), received: euros(0), missing: euros(total) },
    });
    const days = (Date.parse(payment.expiresAt) - before) / 86_400_000;
    expect(days).toBeGreaterThan(6.9);
    const [mail] = await desk.mails(id, 'transfer-instructions');
    expect(mail?.request.transfer).toMatchObject({ reference: number, missing: euros(total) });
    await ada.ask(`POST /v1/orders/${id}/cancel`, {});
    await desk.until(id, (order) => order.status === 'REJECTED');
  });

  test('money that is booked in full pays the order', async () => {
    const { id, total } = await transferOrder();
    const { status, body } = await desk.book(id, total);
    expect(status).toBe(201);
    expect(body).toMatchObject({ received: euros(total), missing: euros(0), surplus: euros(0) });
    const paid = await desk.until(id, (order) => order.status === 'PAID');
    expect(paid.payment).toMatchObject({ status: 'captured', provider: 'transfer', captured: euros(total) });
    await desk.mails(id, 'order-confirmed');
  });

  test('money in part leaves the order open, shows what is missing, and mails it; the rest pays it', async () => {
    const { id, total } = await transferOrder();
    await desk.book(id, 100);
    const open = (await ada.ask(`GET /v1/orders/${id}`)).body;
    expect(open).toMatchObject({ status: 'PENDING', payment: { status: 'requires-action' } });
    expect(open.payment.action).toMatchObject({ received: euros(100), missing: euros(total - 100) });
    const mailed = async () => (await desk.mails(id, 'transfer-instructions')).map(({ request }) => request.transfer);
    await eventually(mailed, (mails) => mails.some((one) => one?.received.amount === 100));
    await desk.book(id, total - 100);
    await desk.until(id, (order) => order.status === 'PAID');
  });

  test('too much money pays the order, and the surplus is listed until staff has sent it back, and no more', async () => {
    const { id, total } = await transferOrder();
    expect((await desk.book(id, total + 250)).body).toMatchObject({ missing: euros(0), surplus: euros(250) });
    const paid = await desk.until(id, (order) => order.status === 'PAID');
    expect(paid.payment.captured).toEqual(euros(total));
    const listed = async () => {
      const { body } = await desk.staff.ask('GET /v1/admin/payments?due=surplus&limit=100');
      return body.items.map(({ orderId }: { orderId: string }) => orderId);
    };
    expect(await listed()).toContain(id);
    const tooHigh = await desk.book(id, 251, randomUUID(), 'payouts');
    expect(tooHigh).toMatchObject({ status: 422, body: { type: '/problems/refund-too-high', left: euros(250) } });
    expect((await desk.book(id, 250, randomUUID(), 'payouts')).body).toMatchObject({ surplus: euros(0) });
    expect(await listed()).not.toContain(id);
  });

  test('a booking that is repeated with its key is booked once, also at the same time', async () => {
    const { id, total } = await transferOrder();
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 5 }, () => desk.book(id, 100, key)));
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(201));
    expect(await desk.account(id)).toMatchObject({ received: euros(100) });
    expect(await desk.book(id, 101, key)).toMatchObject({
      status: 422,
      body: { type: '/problems/idempotency-key-reused' },
    });
    await Promise.all([desk.book(id, 50), desk.book(id, 50), desk.book(id, total - 200)]);
    expect(await desk.account(id)).toMatchObject({ received: euros(total), missing: euros(0) });
    await desk.until(id, (order) => order.status === 'PAID');
  });

  test('an order whose time is over is rejected, its stock goes back, and money that comes later has to be sent back', async () => {
    const available = await availableOf(shop, PLENTIFUL_SKU);
    const { id } = await transferOrder();
    await desk.book(id, 100);
    await expire(id);
    await desk.until(id, (order) => order.status === 'REJECTED');
    expect(await availableOf(shop, PLENTIFUL_SKU)).toBe(available);
    await desk.mails(id, 'payment-failed');
    expect((await desk.book(id, 400)).body).toMatchObject({ missing: euros(0), surplus: euros(500) });
    await desk.book(id, 500, randomUUID(), 'payouts');
    expect(await desk.account(id)).toMatchObject({ received: euros(0), surplus: euros(0) });
    expect((await ada.ask(`GET /v1/orders/${id}`)).body.status).toBe('REJECTED');
  });

  test('a cancelled order that was paid owes its money to the customer, which staff sends back', async () => {
    const { id, total } = await transferOrder();
    await desk.book(id, total);
    await desk.until(id, (order) => order.status === 'PAID');
    await ada.ask(`POST /v1/orders/${id}/cancel`, {});
    const cancelled = await desk.until(id, (order) => order.status === 'CANCELLED');
    expect(cancelled.payment).toMatchObject({ status: 'refunded', refunded: euros(total) });
    expect(await desk.account(id)).toMatchObject({ missing: euros(0), surplus: euros(total) });
    await desk.book(id, total, randomUUID(), 'payouts');
    expect(await desk.account(id)).toMatchObject({ received: euros(0), surplus: euros(0) });
  });

  describe('several providers at once', () => {
    const pay = (id: string, paymentMethod: string) =>
      ada.ask(`POST /v1/orders/${id}/payment`, { paymentMethod }, { 'idempotency-key': randomUUID() });

    test('a declined card is followed by a transfer, which makes the time to pay longer', async () => {
      const { id, payment, totals } = await desk.order(ada, 'tok_decline');
      expect(payment).toMatchObject({ status: 'failed', provider: 'sandbox' });
      const { body } = await pay(id, 'transfer');
      expect(body.payment).toMatchObject({ status: 'requires-action', provider: 'transfer' });
      expect(Date.parse(body.payment.expiresAt)).toBeGreaterThan(Date.parse(payment.expiresAt) + 6 * 86_400_000);
      await desk.book(id, totals.total.amount);
      expect((await desk.until(id, (order) => order.status === 'PAID')).payment.provider).toBe('transfer');
    });

    test('a transfer in part is followed by a card: the card pays, and the part has to be sent back', async () => {
      const { id, total } = await transferOrder();
      await desk.book(id, 100);
      await pay(id, 'tok_approve');
      const paid = await desk.until(id, (order) => order.status === 'PAID');
      expect(paid.payment).toMatchObject({ provider: 'sandbox', captured: euros(total) });
      expect(await desk.account(id)).toMatchObject({ missing: euros(0), surplus: euros(100) });
    });

    test('a transfer in part counts for the transfer that follows a card', async () => {
      const { id, total } = await transferOrder();
      await desk.book(id, 100);
      await pay(id, 'tok_decline');
      const { body } = await pay(id, 'transfer');
      expect(body.payment.action).toMatchObject({ received: euros(100), missing: euros(total - 100) });
      await desk.book(id, total - 100);
      await desk.until(id, (order) => order.status === 'PAID');
    });

    test('each refund goes to the provider that is stored with the order', async () => {
      const byCard = await desk.order(ada, 'tok_approve');
      await desk.atRest(byCard.id);
      const byTransfer = await transferOrder();
      await desk.book(byTransfer.id, byTransfer.total);
      await desk.until(byTransfer.id, (order) => order.status === 'PAID');
      for (const { id } of [byCard, byTransfer]) {
        const refund = { amount: 100, reason: 'a scratch' };
        await desk.staff.ask(`POST /v1/admin/orders/${id}/refunds`, refund, { 'idempotency-key': randomUUID() });
        await desk.until(id, ({ refunds }) => refunds[0]?.status === 'DONE');
      }
      expect(await storeOf(shop, 'sandbox').get(byCard.id)).toMatchObject({ refunded: 100 });
      expect(await storeOf(shop, 'receivable').get(byCard.id)).toBeNull();
      expect(await desk.account(byTransfer.id)).toMatchObject({ surplus: euros(100) });
      expect(await storeOf(shop, 'sandbox').get(byTransfer.id)).toBeNull();
    });
  });

  describe('is refused', () => {
    test('to customers, and for orders that are not paid like that', async () => {
      const { id, total } = await transferOrder();
      const body = { amount: total, date: '2026-11-20', bankReference: 'mine' };
      const key = () => ({ 'idempotency-key': randomUUID() });
      expect((await ada.ask(`POST /v1/admin/orders/${id}/payments`, body, key())).status).toBe(404);
      expect((await ada.ask(`GET /v1/admin/orders/${id}/payments`)).status).toBe(404);
      await desk.book(id, total);
      const byCard = await desk.order(await Shopper.at(shop.url), 'tok_approve');
      expect((await desk.book(byCard.id, 100)).status).toBe(404);
      await desk.until(id, (order) => order.status === 'PAID');
    });

    test.each([
      ['a day that does not exist', { date: '2026-02-31' }],
      ['a day in the future', { date: '2999-01-01' }],
      ['an amount of zero', { amount: 0 }],
      ['a part of a cent', { amount: 0.5 }],
    ])('with %s', async (_, wrong) => {
      const { id } = await transferOrder();
      const body = { amount: 100, date: '2026-11-20', bankReference: 'E2E', ...wrong };
      const { status } = await desk.staff.ask(`POST /v1/admin/orders/${id}/payments`, body, {
        'idempotency-key': randomUUID(),
      });
      expect(status).toBe(400);
      expect(await desk.account(id)).toMatchObject({ received: euros(0) });
      await ada.ask(`POST /v1/orders/${id}/cancel`, {});
      await desk.until(id, (order) => order.status === 'REJECTED');
    });
  });
});
