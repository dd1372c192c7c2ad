import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { stopAndAudit } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { orderDesk } from '../../support/order-desk.ts';
import { ADDRESS, eventually, request, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

const { products } = await sampleCatalogue('EUR');
const [MUG] = products
  .flatMap(({ variants }) => variants)
  .filter(({ stock, price }) => stock > 60 && price.amount < 4000);
if (!MUG) throw new Error('the sample has too little');
const EBOOK = { sku: 'EBOOK-1', price: 3000 };
const PAID_SHIPPING = 490;

eachEngine('goods that are not shipped', (engine) => {
  let shop: TestShop;
  let staff: Shopper;
  let ada: Shopper;
  let id: string;

  beforeAll(async () => {
    shop = await startShop(engine.config({ SEED: 'true', LOG_LEVEL: 'error', SELLER_VAT_ID: 'DE136695976' }));
    staff = await staffAt(shop);
    const created = await staff.ask('POST /v1/admin/products', {
      ...{ slug: 'ebook', title: 'An e-book', brand: 'Fernhollow', category: 'lighting', status: 'active' },
      requiresShipping: false,
      variants: [{ sku: EBOOK.sku, title: 'EPUB', prices: { EUR: { amount: EBOOK.price } }, weight: 0 }],
    });
    expect(created).toMatchObject({ status: 201, body: { requiresShipping: false } });
    const received = await staff.ask(
      `POST /v1/admin/inventory/${EBOOK.sku}/movements`,
      { kind: 'receive', quantity: 1000 },
      { 'idempotency-key': randomUUID() },
    );
    expect(received.status).toBe(201);
    await eventually(
      () => request(shop.url, 'GET /v1/products/ebook'),
      ({ body }) => body.availability === 'in_stock',
    );
  });
  afterAll(async () => {
    expect(await stopAndAudit(shop)).toEqual([]);
  });
  beforeEach(async () => {
    ada = await Shopper.at(shop.url);
  });

  const { admin, mine, until } = orderDesk(() => ({ shop, staff, shopper: ada, id }));
  const place = async (body: object) => {
    const placed = await ada.ask('POST /v1/orders', body, { 'idempotency-key': randomUUID() });
    id = placed.body.id;
    return placed;
  };

  test('say so on their page and in the cart; others are shipped', async () => {
    expect((await request(shop.url, 'GET /v1/products/ebook')).body.requiresShipping).toBe(false);
    await ada.put(EBOOK.sku, 1);
    const { body } = await ada.put(MUG.sku, 1);
    expect(body.items).toMatchObject([{ requiresShipping: false }, { sku: MUG.sku, requiresShipping: true }]);
  });

  describe('alone in a cart', () => {
    beforeEach(async () => {
      await ada.put(EBOOK.sku, 1);
    });

    test('are quoted and ordered for a country, without an address and without shipping', async () => {
      const quote = await ada.ask('POST /v1/checkout/quote', { country: 'FR' });
      expect(quote).toMatchObject({ status: 200, body: { shippingMethods: [], shipping: { method: 'none' } } });
      expect(quote.body.totals).toMatchObject({ shipping: { amount: 0 }, total: { amount: EBOOK.price } });
      const placed = await place({ country: 'FR', expectedTotal: quote.body.totals.total });
      expect(placed).toMatchObject({
        status: 201,
        body: {
          status: 'PAID',
          destination: { country: 'FR' },
          items: [{ requiresShipping: false, tax: { rate: 2000 } }],
        },
      });
      expect(placed.body).not.toHaveProperty('shippingAddress');
      expect(await mine()).toMatchObject({ destination: { country: 'FR' } });
      expect((await staff.ask('GET /v1/admin/orders.csv')).body).toMatch(new RegExp(`${id},.*,FR,${EBOOK.price},EUR`));
    });

    test('are sold without tax to a company in another member state, which is sent no parcel', async () => {
      const company = { ...ADDRESS, city: 'Paris', postcode: '75001', country: 'FR', vatId: 'FR40303265045' };
      const body = { country: 'FR', billingAddress: company };
      const { body: quoted } = await ada.ask('POST /v1/checkout/quote', body);
      expect(quoted).toMatchObject({ isReverseCharge: true, totals: { tax: { amount: 0 }, total: { amount: 2500 } } });
      const placed = await place({ ...body, expectedTotal: quoted.totals.total });
      const expected = { isReverseCharge: true, destination: { country: 'FR' }, billingAddress: company };
      expect(placed).toMatchObject({ status: 201, body: expected });
      const page: string = (await ada.ask(`GET /v1/orders/${id}/invoice?format=html`)).body;
      for (const part of ['75001 Paris', 'VAT id FR40303265045', 'Article 196']) expect(page).toContain(part);
    });

    test('may be ordered with an address, as before, and with a shipping method that is not needed', async () => {
      const placed = await place({ addressId: ada.addressId, shippingMethod: 'express' });
      expect(placed).toMatchObject({ status: 201, body: { shippingAddress: ADDRESS, shipping: { method: 'none' } } });
    });

    test('are delivered without a tracking number, have an invoice then, and can be returned', async () => {
      await place({ country: 'DE' });
      const shipped = await admin('ship', { carrier: 'Post', trackingNumber: 'RR1' });
      expect(shipped).toMatchObject({ status: 409, body: { type: '/problems/wrong-state' } });
      expect(await admin('deliver')).toMatchObject({ status: 200, body: { status: 'DELIVERED', shipment: null } });
      expect(await admin('deliver')).toMatchObject({ status: 200, body: { status: 'DELIVERED' } });
      const invoice = await ada.ask(`GET /v1/orders/${id}/invoice?format=html`);
      expect(invoice.status).toBe(200);
      expect(invoice.body).toContain('An e-book');
      expect(invoice.body).not.toContain('Shipping');
      const { body: order } = await ada.ask(
        `POST /v1/orders/${id}/returns`,
        { items: [{ sku: EBOOK.sku, quantity: 1 }], reason: 'cannot be opened' },
        { 'idempotency-key': randomUUID() },
      );
      await admin(`returns/${order.returns[0].id}/approve`);
      const { payment } = await until(({ refunds }) => refunds[0]?.status === 'DONE');
      expect(payment.refunded.amount).toBe(EBOOK.price);
    });

    test('can be cancelled before they are delivered, and have no address to correct', async () => {
      await place({ country: 'DE' });
      const corrected = await staff.ask(`PUT /v1/admin/orders/${id}/address`, { address: ADDRESS });
      expect(corrected).toMatchObject({ status: 409, body: { type: '/problems/wrong-state' } });
      expect((await ada.ask(`POST /v1/orders/${id}/cancel`)).status).toBe(200);
      await until(({ status }) => status === 'CANCELLED');
    });

    test('leave nothing of their customer behind when the account is erased', async () => {
      await place({ country: 'DE', region: 'Berlin', postcode: '10115' });
      await admin('deliver');
      await eventually(
        () => ada.ask(`GET /v1/orders/${id}/invoice?format=html`),
        ({ status }) => status === 200,
      );
      const erased = await ada.ask('DELETE /v1/me', { password: ada.password });
      expect(erased.status).toBeLessThan(300);
      const { body } = await eventually(
        () => staff.ask(`GET /v1/admin/orders/${id}`),
        (answer) => answer.body.destination?.postcode === undefined,
      );
      expect(body.destination).toEqual({ country: 'DE' });
    });
  });

  describe('beside others', () => {
    beforeEach(async () => {
      await ada.put(EBOOK.sku, 2);
      await ada.put(MUG.sku, 1);
    });

    test('add neither weight nor amount to the parcel, which has only the goods', async () => {
      const { body } = await ada.ask('POST /v1/checkout/quote', { country: 'DE' });
      // With the e-books, the goods would be above the amount from which the standard method is free.
      expect(body.totals.subtotal.amount).toBeGreaterThan(5000);
      expect(body.shipping).toMatchObject({ method: 'standard', price: { amount: PAID_SHIPPING } });
      expect((await place({ country: 'DE' })).status).toBe(400);
      expect(await place({ addressId: ada.addressId })).toMatchObject({ status: 201, body: { totals: body.totals } });
    });

    test('the order is shipped before it is delivered', async () => {
      await place({ addressId: ada.addressId });
      expect(await admin('deliver')).toMatchObject({ status: 409, body: { type: '/problems/wrong-state' } });
      await admin('pack');
      expect(await admin('deliver')).toMatchObject({ status: 409, body: { type: '/problems/wrong-state' } });
      expect((await admin('ship', { carrier: 'Post', trackingNumber: 'RR1' })).status).toBe(200);
      expect(await admin('deliver')).toMatchObject({ status: 200, body: { status: 'DELIVERED' } });
    });
  });
});
