import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Config } from '../../../lib/process/config.ts';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { stopAndAudit, storeOf } from '../../support/books.ts';
import { manyCustomers } from '../../support/customers.ts';
import { eachEngine } from '../../support/engines.ts';
import { ADDRESS, type Answer, eventually, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

const { products } = await sampleCatalogue('EUR');
const VARIANTS = products.flatMap(({ variants }) => variants);
const [MUG, BOWL] = VARIANTS.filter(({ stock }) => stock > 100);
const SCARCE = VARIANTS.filter(({ stock }) => stock >= 4 && stock < 12);
if (!MUG || !BOWL) throw new Error('the sample has too little');

eachEngine('checking out', (engine) => {
  let config: Config;
  let shop: TestShop;
  let staff: Shopper;
  let ada: Shopper;

  beforeAll(async () => {
    config = engine.config({ SEED: 'true', LOG_LEVEL: 'error', HOLD_MINUTES: '0.05' });
    shop = await startShop(config);
    staff = await staffAt(shop);
  });
  beforeEach(async () => {
    ada = await Shopper.at(shop.url);
  });
  afterAll(async () => {
    expect(await stopAndAudit(shop)).toEqual([]);
  });

  const order = (body: object = {}, key: string = randomUUID()) =>
    ada.ask('POST /v1/orders', { addressId: ada.addressId, ...body }, { 'idempotency-key': key });
  const quote = (body: object = {}) => ada.ask('POST /v1/checkout/quote', { addressId: ada.addressId, ...body });
  const coupon = (code: string, body: object) => staff.ask(`PUT /v1/admin/coupons/${code}`, body);
  const stockOf = async (sku: string) => {
    const { available = 0, reserved = 0 } = (await storeOf(shop, 'inventory').get(sku)) ?? {};
    return { available, reserved };
  };
  /** Once the orders of earlier tests are sold: until then they hold stock. */
  const stockAtRest = (sku: string) =>
    eventually(
      () => stockOf(sku),
      ({ reserved }) => reserved === 0,
    );
  /** The customer gives up an order that waits for another method. */
  const giveUp = async (id: string) => {
    expect((await ada.ask(`POST /v1/orders/${id}/cancel`, {})).status).toBe(200);
    await eventually(
      () => ada.ask(`GET /v1/orders/${id}`),
      ({ body }) => body.status === 'REJECTED',
    );
  };

  describe('a quote', () => {
    test('is what the order then costs, for each way of shipping', async () => {
      await ada.put(MUG.sku, 1);
      const { body: quoted } = await quote({ shippingMethod: 'express' });
      expect(quoted.shipping.method).toBe('express');
      expect(quoted.shippingMethods.map(({ method }: { method: string }) => method)).toContain('standard');
      const { status, body } = await order({ shippingMethod: 'express', expectedTotal: quoted.totals.total });
      expect(status).toBe(201);
      expect(body.totals).toEqual(quoted.totals);
      expect(body.payment.captured).toEqual(quoted.totals.total);
    });

    test('takes an address as it is, and needs exactly one', async () => {
      await ada.put(MUG.sku, 1);
      const { addressId: _, ...none } = { addressId: '' };
      const inline = await ada.ask('POST /v1/checkout/quote', { ...none, address: { ...ADDRESS, country: 'FR' } });
      expect(inline).toMatchObject({ status: 200, body: { items: [{ tax: { rate: 2000 } }] } });
      expect((await quote({ address: ADDRESS })).status).toBe(400);
      expect((await ada.ask('POST /v1/checkout/quote', {})).status).toBe(400);
      const nowhere = await ada.ask('POST /v1/checkout/quote', { address: { ...ADDRESS, country: 'XX' } });
      expect(nowhere).toMatchObject({ status: 400, body: { errors: [{ pointer: '/address/country' }] } });
    });

    test('has a warning for what may be a mistake in the address, and none otherwise', async () => {
      await ada.put(MUG.sku, 1);
      const ask = (address: object) => ada.ask('POST /v1/checkout/quote', { address: { ...ADDRESS, ...address } });
      const doubtful = await ask({ country: 'IE', postcode: 'Dublin 4' });
      expect(doubtful).toMatchObject({
        status: 200,
        body: { warnings: [{ pointer: '/address/postcode', detail: expect.stringContaining('D02 AF30') }] },
      });
      for (const address of [
        { country: 'IE', postcode: 'd02af30' },
        { country: 'IE', postcode: '' },
        { country: 'IE', postcode: undefined },
      ]) {
        const { status, body } = await ask(address);
        expect([status, body.warnings]).toEqual([200, undefined]);
      }
      const saved = await ada.ask('POST /v1/me/addresses', { ...ADDRESS, country: 'IE', postcode: 'Dublin 4' });
      const { body } = await quote({ addressId: saved.body.id });
      expect(body.warnings).toMatchObject([{ pointer: '/addressId' }]);
      expect(await ask({ postcode: '1011' })).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '/address/postcode', detail: expect.stringContaining('10115') }] },
      });
      expect(await ask({ name: 'see http://evil.example' })).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '/address/name' }] },
      });
    });

    test('and an order take the address as people write it; invoice, order and table have company and phone', async () => {
      await ada.put(MUG.sku, 1);
      const written = {
        ...ADDRESS,
        country: 'NL',
        postcode: '1012jx',
        company: 'Engines & Sons',
        phone: '+49 30 123456',
      };
      const stored = { ...written, postcode: '1012 JX', phone: '+4930123456' };
      const placed = await ada.ask('POST /v1/orders', { address: written }, { 'idempotency-key': 'written' });
      expect(placed).toMatchObject({ status: 201, body: { shippingAddress: stored } });
      const { id } = placed.body;
      expect((await ada.ask(`GET /v1/orders/${id}`)).body.shippingAddress).toEqual(stored);
      expect((await staff.ask(`GET /v1/admin/orders/${id}`)).body.shippingAddress).toEqual(stored);
      const { body: paper } = await ada.ask(`GET /v1/orders/${id}/invoice?format=html`);
      for (const line of ['Engines &amp; Sons', '1012 JX Berlin', 'Phone +4930123456']) expect(paper).toContain(line);
      const table: string = (await staff.ask('GET /v1/admin/orders.csv')).body;
      const [heading = ''] = table.split('\n');
      expect(heading).toContain('name,company,phone,country');
      const row = table.split('\n').find((one) => one.startsWith(id));
      // A cell that begins with + would be run as a formula.
      expect(row).toContain(`Ada Byron,Engines & Sons,'+4930123456,NL`);
    });

    test('says which ways of shipping there are when the chosen one does not go there', async () => {
      await ada.put(MUG.sku, 1);
      const refused = await quote({ shippingMethod: 'pigeon' });
      expect(refused).toMatchObject({ status: 422, body: { type: '/problems/no-shipping' } });
      expect(refused.body.methods).toContain('standard');
      expect((await order({ shippingMethod: 'pigeon' })).body.type).toBe('/problems/no-shipping');
    });
  });

  describe('an order', () => {
    test('at another total than expected is refused with the new total, and nothing happens', async () => {
      await ada.put(MUG.sku, 1);
      const { body: quoted } = await quote();
      const expectedTotal = { ...quoted.totals.total, amount: quoted.totals.total.amount - 1 };
      const refused = await order({ expectedTotal });
      expect(refused).toMatchObject({
        status: 409,
        body: { type: '/problems/price-changed', total: quoted.totals.total },
      });
      expect((await ada.ask('GET /v1/orders')).body.items).toEqual([]);
    });

    test('by a method that the provider does not know is refused before it exists', async () => {
      await ada.put(MUG.sku, 1);
      expect(await order({ paymentMethod: 'tok_gold' })).toMatchObject({
        status: 422,
        body: { type: '/problems/unknown-payment-method' },
      });
      expect((await ada.ask('GET /v1/orders')).body.items).toEqual([]);
    });

    test('that is declined says so, and gives the stock back once it is cancelled', async () => {
      const before = await stockAtRest(BOWL.sku);
      await ada.put(BOWL.sku, 2);
      const declined = await order({ paymentMethod: 'tok_decline' });
      expect(declined).toMatchObject({ status: 201, body: { status: 'PENDING', payment: { status: 'failed' } } });
      await giveUp(declined.body.id);
      expect(await stockOf(BOWL.sku)).toEqual(before);
    });

    test('keeps a note, and needs an Idempotency-Key', async () => {
      await ada.put(MUG.sku, 1);
      const without = await ada.ask('POST /v1/orders', { addressId: ada.addressId });
      expect(without).toMatchObject({ status: 400, body: { type: '/problems/missing-idempotency-key' } });
      expect((await order({ note: 'ring twice' })).body.note).toBe('ring twice');
    });
  });

  describe('a coupon', () => {
    test('takes off what it says, each kind', async () => {
      await coupon('TEN', { kind: 'percentage', percent: 1000 });
      await coupon('FIVE', { kind: 'fixed', amount: 500 });
      await coupon('FREE', { kind: 'free-shipping' });
      await ada.put(MUG.sku, 1);
      const { body: plain } = await quote();
      const goods = plain.totals.subtotal.amount;
      const { body: both } = await quote({ couponCodes: ['ten', 'FIVE', 'FREE'] });
      const off = Math.round(goods / 10);
      expect(both.totals.discount.amount).toBe(Math.min(off + 500, goods));
      expect(both.totals.shipping.amount).toBe(0);
      expect(both.totals.total.amount).toBe(goods - both.totals.discount.amount);
      const placed = await order({ couponCodes: ['TEN', 'FIVE', 'FREE'], expectedTotal: both.totals.total });
      expect(placed).toMatchObject({ status: 201, body: { totals: both.totals } });
    });

    test('that pays for all of it leaves nothing to charge', async () => {
      await coupon('ALL', { kind: 'percentage', percent: 10_000 });
      await coupon('FREE', { kind: 'free-shipping' });
      await ada.put(MUG.sku, 1);
      const { status, body } = await order({ couponCodes: ['ALL', 'FREE'] });
      expect(status).toBe(201);
      expect(body.totals.total.amount).toBe(0);
      expect(body.payment).toMatchObject({ provider: 'none', captured: { amount: 0 } });
    });

    test.each([
      ['UNKNOWN', undefined, 'unknown'],
      ['SOON', { validFrom: '2099-01-01T00:00:00Z' }, 'not-yet'],
      ['OVER', { validUntil: '2020-01-01T00:00:00Z' }, 'expired'],
      ['DEAR', { minimum: 10_000_000 }, 'minimum'],
    ])('%s is refused, and the order with it', async (code, terms, reason) => {
      if (terms) await coupon(code, { kind: 'fixed', amount: 100, ...terms });
      await ada.put(MUG.sku, 1);
      const expected = { status: 422, body: { type: '/problems/coupon-refused', code, reason } };
      expect(await quote({ couponCodes: [code] })).toMatchObject(expected);
      expect(await order({ couponCodes: [code] })).toMatchObject(expected);
    });

    test('a single-use coupon used by 50 parallel orders is applied once', async () => {
      await coupon('ONCE', { kind: 'fixed', amount: 100, limit: 1 });
      const customers = await manyCustomers(shop, config, 50, MUG.sku);
      const place = async (shopper: Shopper): Promise<Answer> => {
        const body = { address: ADDRESS, couponCodes: ['ONCE'] };
        const answer = await shopper.ask('POST /v1/orders', body, { 'idempotency-key': 'once' });
        const open = answer.status === 202 || answer.body.type === '/problems/request-in-progress';
        return open ? place(shopper) : answer;
      };
      const answers = await Promise.all(customers.map(place));
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
      const refused = answers.filter(({ status }) => status !== 201);
      expect(new Set(refused.map(({ body }) => body.reason))).toEqual(new Set(['used-up']));
      expect((await staff.ask('GET /v1/admin/coupons/ONCE')).body).toMatchObject({ limit: 1, used: 1 });
    });

    test('is limited for each customer, and comes back with an order that is declined or cancelled', async () => {
      await coupon('MINE', { kind: 'fixed', amount: 100, perCustomer: 1, limit: 10 });
      const use = async (body: object = {}) => {
        await ada.put(MUG.sku, 1);
        return order({ couponCodes: ['MINE'], ...body });
      };
      await giveUp((await use({ paymentMethod: 'tok_decline' })).body.id);
      const first = await use();
      expect(first.status).toBe(201);
      expect(await use()).toMatchObject({ status: 422, body: { reason: 'already-used' } });
      await ada.ask(`POST /v1/orders/${first.body.id}/cancel`, {});
      await eventually(
        () => ada.ask(`GET /v1/orders/${first.body.id}`),
        ({ body }) => body.status === 'CANCELLED',
      );
      expect((await use()).status).toBe(201);
      expect((await staff.ask('GET /v1/admin/coupons/MINE')).body).toMatchObject({ used: 1 });
    });

    test('is made by staff alone, with terms that make sense', async () => {
      expect((await ada.ask('PUT /v1/admin/coupons/MY-OWN', { kind: 'percentage', percent: 10_000 })).status).toBe(404);
      expect((await coupon('BAD', { kind: 'percentage' })).body.errors).toMatchObject([{ pointer: '/percent' }]);
      expect((await coupon('BAD', { kind: 'fixed', amount: -1 })).status).toBe(400);
      await coupon('LIST', { kind: 'fixed', amount: 1 });
      const { body } = await staff.ask('GET /v1/admin/coupons?limit=100');
      expect(body.items.map(({ code }: { code: string }) => code)).toContain('LIST');
    });
  });

  describe('a hold', () => {
    const hold = () => ada.ask('POST /v1/checkout/hold', {});

    test('keeps the stock aside, shows for how long, and the order has it', async () => {
      const before = await stockAtRest(MUG.sku);
      await ada.put(MUG.sku, 2);
      const { status, body } = await hold();
      expect(status).toBe(201);
      expect(body.items).toEqual([{ sku: MUG.sku, quantity: 2 }]);
      expect(body.remainingSeconds).toBeLessThanOrEqual(3);
      expect((await stockOf(MUG.sku)).available).toBe(before.available - 2);
      expect((await ada.ask('GET /v1/checkout/hold')).body.id).toBe(body.id);
      const placed = await order();
      expect(placed).toMatchObject({ status: 201, body: { id: body.id } });
      expect((await ada.ask('GET /v1/checkout/hold')).status).toBe(404);
      expect((await stockOf(MUG.sku)).available).toBe(before.available - 2);
    });

    test('of the last pieces keeps them from others, and expiry gives them back by itself', async () => {
      const scarce = SCARCE[0];
      if (!scarce) throw new Error('the sample has nothing scarce');
      await ada.put(scarce.sku, scarce.stock);
      expect((await hold()).status).toBe(201);
      const eve = await Shopper.at(shop.url);
      await eve.put(scarce.sku, 1);
      const items = [{ sku: scarce.sku, requested: 1, available: 0 }];
      expect(await eve.ask('POST /v1/checkout/hold', {})).toMatchObject({ status: 409, body: { items } });
      expect(await eve.order()).toMatchObject({ status: 409, body: { items } });
      await eventually(
        () => stockOf(scarce.sku),
        ({ available }) => available === scarce.stock,
      );
      expect((await ada.ask('GET /v1/checkout/hold')).status).toBe(404);
      expect((await eve.order()).status).toBe(201);
    });

    test('that is short of one SKU holds nothing of the others', async () => {
      const scarce = SCARCE[1];
      if (!scarce) throw new Error('the sample has nothing scarce');
      const before = await stockAtRest(BOWL.sku);
      await ada.put(BOWL.sku, 1);
      await ada.put(scarce.sku, scarce.stock + 1);
      expect(await hold()).toMatchObject({ status: 409, body: { items: [{ sku: scarce.sku }] } });
      expect(await stockOf(BOWL.sku)).toEqual(before);
    });

    test('is replaced by another, released when it is dropped, and in no one’s way when the cart is another', async () => {
      const before = await stockAtRest(BOWL.sku);
      await ada.put(BOWL.sku, 3);
      await hold();
      await ada.put(BOWL.sku, 5);
      await hold();
      expect((await stockOf(BOWL.sku)).available).toBe(before.available - 5);
      expect((await ada.ask('DELETE /v1/checkout/hold')).status).toBe(204);
      expect(await stockOf(BOWL.sku)).toEqual(before);
      await hold();
      await ada.put(BOWL.sku, 1);
      expect((await order()).status).toBe(201);
      expect((await stockOf(BOWL.sku)).available).toBe(before.available - 1);
    });

    test('two that are asked for at once end as one', async () => {
      const before = await stockAtRest(BOWL.sku);
      await ada.put(BOWL.sku, 2);
      const answers = await Promise.all([hold(), hold(), hold()]);
      expect(answers.some(({ status }) => status === 201)).toBe(true);
      expect((await stockOf(BOWL.sku)).available).toBe(before.available - 2);
      await ada.ask('DELETE /v1/checkout/hold');
      expect(await stockOf(BOWL.sku)).toEqual(before);
    });

    test('needs something in the cart', async () => {
      expect(await hold()).toMatchObject({ status: 422, body: { type: '/problems/empty-cart' } });
    });

    test('an order consuming it while it expires never loses its stock', async () => {
      for (let nth = 0; nth < 3; nth += 1) {
        ada = await Shopper.at(shop.url);
        await ada.put(BOWL.sku, 1);
        await hold();
        const { body } = await ada.ask('GET /v1/checkout/hold');
        const until = Date.parse(body.expiresAt);
        // As near to its end as can be, before or after.
        await eventually(
          async () => Date.now(),
          (now) => now >= until - 15 + 15 * nth,
        );
        expect((await order()).status).toBe(201);
      }
    });
  });
});
