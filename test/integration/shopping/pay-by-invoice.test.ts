import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { stopAndAudit, storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { PAYING_ENV, PaymentDesk } from '../../support/paying-shop.ts';
import { Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

eachEngine('paying by invoice', (engine) => {
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
  const allow = (invoice: boolean) => desk.staff.ask(`PUT /v1/admin/customers/${ada.id}/payment-terms`, { invoice });
  const invoiceOrder = async () => {
    await allow(true);
    const order = await desk.order(ada, 'invoice');
    await desk.atRest(order.id);
    return { ...order, total: order.totals.total.amount as number };
  };
  const overdue = async () => {
    const { body } = await desk.staff.ask('GET /v1/admin/payments?due=overdue&limit=100');
    return body.items.map(({ orderId }: { orderId: string }) => orderId);
  };
  const refund = async (id: string, amount: number) => {
    const body = { amount, reason: 'a scratch' };
    await desk.staff.ask(`POST /v1/admin/orders/${id}/refunds`, body, { 'idempotency-key': randomUUID() });
    await desk.until(id, ({ refunds }) => refunds.every((one: { status: string }) => one.status === 'DONE'));
  };

  test('is for customers whom staff allows, and only as long as staff allows them', async () => {
    const refused = { type: '/problems/payment-method-unavailable', method: 'invoice', reason: 'not-allowed' };
    expect(await desk.order(ada, 'invoice')).toMatchObject(refused);
    expect((await allow(true)).body).toEqual({ invoice: true });
    expect(await desk.order(ada, 'invoice')).toMatchObject({ status: 'PAID' });
    expect((await allow(false)).body).toEqual({ invoice: false });
    expect(await desk.order(ada, 'invoice')).toMatchObject(refused);
    expect((await desk.staff.ask(`GET /v1/admin/customers/${ada.id}/payment-terms`)).body).toEqual({ invoice: false });
  });

  test('is allowed by staff alone', async () => {
    const route = `PUT /v1/admin/customers/${ada.id}/payment-terms`;
    expect((await ada.ask(route, { invoice: true })).status).toBe(404);
    const nobody = 'PUT /v1/admin/customers/cus_01M8HGBCPQ6AVHMPBHWPA5CC5B/payment-terms';
    expect((await desk.staff.ask(nobody, { invoice: true })).status).toBe(404);
  });

  test('a repeated request is answered as before, also after the permission has ended', async () => {
    await allow(true);
    const { id } = await desk.order(ada, 'tok_approve');
    await desk.atRest(id);
    await ada.put((await ada.ask(`GET /v1/orders/${id}`)).body.items[0].sku, 1);
    const body = { addressId: ada.addressId, paymentMethod: 'invoice' };
    const key = { 'idempotency-key': randomUUID() };
    const first = await ada.ask('POST /v1/orders', body, key);
    await allow(false);
    const again = await ada.ask('POST /v1/orders', body, key);
    expect([again.status, again.body.id]).toEqual([first.status, first.body.id]);
  });

  test('an order is authorised at once, and is shipped before the money has come', async () => {
    const before = Date.now();
    const { id, status, payment, total } = await invoiceOrder();
    expect([status, payment.status, payment.provider]).toEqual(['PAID', 'authorised', 'invoice']);
    expect((Date.parse(payment.dueAt) - before) / 86_400_000).toBeGreaterThan(13.9);
    const [mail] = await desk.mails(id, 'order-confirmed');
    expect(mail?.request.payUntil).toBe(payment.dueAt);
    await desk.staff.ask(`POST /v1/admin/orders/${id}/pack`, {});
    const parcel = { carrier: 'DHL', trackingNumber: '1' };
    expect((await desk.staff.ask(`POST /v1/admin/orders/${id}/ship`, parcel)).body.status).toBe('SHIPPED');
    expect((await desk.book(id, 100)).body).toMatchObject({ missing: euros(total - 100) });
    expect((await ada.ask(`GET /v1/orders/${id}`)).body.payment.status).toBe('authorised');
    expect((await desk.book(id, total - 100)).body).toMatchObject({ missing: euros(0) });
    await desk.until(id, (order) => order.payment.status === 'captured');
  });

  test('what is not paid in time is listed for staff until it is', async () => {
    const { id, total } = await invoiceOrder();
    expect(await overdue()).not.toContain(id);
    await storeOf(shop, 'receivable').change(id, ({ claims }, now) => ({
      answer: undefined,
      patch: { payableUntil: now, claims: claims.map((claim) => ({ ...claim, dueAt: now })) },
    }));
    expect(await overdue()).toContain(id);
    await desk.book(id, total - 1);
    expect(await overdue()).toContain(id);
    await desk.book(id, 1);
    expect(await overdue()).not.toContain(id);
  });

  test('a refund before the money has come is owed no more; what was paid beyond has to be sent back', async () => {
    const { id, total } = await invoiceOrder();
    await refund(id, 300);
    expect(await desk.account(id)).toMatchObject({ missing: euros(total - 300), surplus: euros(0) });
    await desk.book(id, total - 300);
    await desk.until(id, (order) => order.payment.status === 'captured');
    await refund(id, 200);
    expect(await desk.account(id)).toMatchObject({ missing: euros(0), surplus: euros(200) });
  });

  test('a cancelled order is owed no more', async () => {
    const { id } = await invoiceOrder();
    await ada.ask(`POST /v1/orders/${id}/cancel`, {});
    const cancelled = await desk.until(id, (order) => order.status === 'CANCELLED');
    expect(cancelled.payment.status).toBe('refunded');
    expect(await desk.account(id)).toMatchObject({ missing: euros(0), surplus: euros(0) });
  });
});
