import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ADDRESS } from '../../support/address.ts';
import { eachEngine } from '../../support/engines.ts';
import { PAYING_ENV, PLENTIFUL_SKU } from '../../support/paying-shop.ts';
import { request, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

eachEngine('the payment methods', (engine) => {
  let shop: TestShop;

  beforeAll(async () => {
    shop = await startShop(engine.config({ ...PAYING_ENV, TRANSFER_CURRENCIES: 'EUR', INVOICE_LARGEST: '20000' }));
  });
  afterAll(() => shop.stop());

  /** Provider to the reason why it cannot be had; true when it can. */
  const methods = async (query: string, token?: string) => {
    const { status, body } = await request(shop.url, `GET /v1/payment-methods?${query}`, token ? { token } : {});
    expect(status).toBe(200);
    const named = body.methods.map((one: { provider: string; isAvailable: boolean; reason?: string }) => [
      one.provider,
      one.isAvailable || one.reason,
    ]);
    return Object.fromEntries(named);
  };

  test('are named with what each can be had for, and of the others why not', async () => {
    const rest = { stripe: 'switched-off', sandbox: true };
    expect(await methods('country=DE&currency=EUR&total=5000')).toEqual({
      ...rest,
      transfer: true,
      invoice: 'not-allowed',
    });
    expect(await methods('currency=USD')).toMatchObject({ transfer: 'currency' });
    expect(await methods('country=FR')).toMatchObject({ transfer: true, invoice: 'country' });
    expect(await methods('currency=EUR&total=99')).toMatchObject({ sandbox: true, transfer: 'total-too-low' });
    expect(await methods('currency=EUR&total=20001')).toMatchObject({ invoice: 'total-too-high', transfer: true });
    expect(await methods('')).toMatchObject({ transfer: true });
  });

  test('are those of the customer who asks', async () => {
    const [ada, staff] = [await Shopper.at(shop.url), await staffAt(shop)];
    expect(await methods('', ada.token)).toMatchObject({ invoice: 'not-allowed' });
    await staff.ask(`PUT /v1/admin/customers/${ada.id}/payment-terms`, { invoice: true });
    expect(await methods('', ada.token)).toMatchObject({ invoice: true });
    expect(await methods('')).toMatchObject({ invoice: 'not-allowed' });
  });

  test('that cannot be had are refused by the order, for the same reason', async () => {
    const [ada, staff] = [await Shopper.at(shop.url), await staffAt(shop)];
    await staff.ask(`PUT /v1/admin/customers/${ada.id}/payment-terms`, { invoice: true });
    await ada.put(PLENTIFUL_SKU, 1);
    const order = (more: object) =>
      ada.ask('POST /v1/orders', { address: ADDRESS, ...more }, { 'idempotency-key': randomUUID() });
    const paris = { ...ADDRESS, line1: '1 Rue de Rivoli', city: 'Paris', postcode: '75001', country: 'FR' };
    expect(await order({ paymentMethod: 'invoice', address: paris })).toMatchObject({
      status: 422,
      body: { type: '/problems/payment-method-unavailable', reason: 'country' },
    });
    expect((await order({ paymentMethod: 'cash' })).body.type).toBe('/problems/unknown-payment-method');
    const { body } = await order({ paymentMethod: 'tok_decline' });
    const again = await ada.ask(
      `POST /v1/orders/${body.id}/payment`,
      { paymentMethod: 'cash' },
      { 'idempotency-key': randomUUID() },
    );
    expect(again.body.type).toBe('/problems/unknown-payment-method');
  });
});
