import { expect, test } from '@jest/globals';
import { eachEngine } from '../../support/engines.ts';
import { Guest, untilAtRest } from '../../support/guests.ts';
import { ADDRESS, request, Shopper, startShop } from '../../support/shop.ts';

eachEngine('a shop without guest checkout', (engine) => {
  test('says so to guests, with whichever token they come, and takes orders of customers', async () => {
    const config = engine.config({ SEED: 'true', LOG_LEVEL: 'error' });
    const open = await startShop(config);
    const sku = (await request(open.url, 'GET /v1/products/alder-merino-crew-sweater')).body.variants[0].sku;
    const guest = await Guest.withOrder(open.url, sku);
    await untilAtRest(open);
    await open.stop();
    const shop = await startShop({ ...config, guestCheckout: false });
    try {
      const late = new Guest(shop.url);
      expect((await late.put(sku, 1)).status).toBe(200);
      const followed = { headers: { 'x-order-token': guest.orderToken } };
      const refused = [
        await late.order(),
        await request(shop.url, `GET /v1/orders/${guest.orderId}`, followed),
        await request(shop.url, `GET /v1/orders/${guest.orderId}/events`, followed),
        await request(shop.url, 'POST /v1/orders/lookup', { body: { number: 'x', email: guest.email } }),
        await request(shop.url, 'POST /v1/guests/export-link', { body: { email: guest.email } }),
        await request(shop.url, 'POST /v1/guests/erasure-link', { body: { email: guest.email } }),
        await request(shop.url, 'POST /v1/guests/export', { body: { token: 'x' } }),
        await request(shop.url, 'POST /v1/guests/erase', { body: { token: 'x' } }),
      ];
      for (const { status, body } of refused) {
        expect([status, body.type]).toEqual([403, '/problems/guest-checkout-disabled']);
      }
      const ada = await Shopper.at(shop.url);
      // An order token helps no customer either.
      const stranger = await ada.ask(`GET /v1/orders/${guest.orderId}`, undefined, followed.headers);
      expect(stranger.status).toBe(404);
      await ada.put(sku, 1);
      expect((await ada.order()).status).toBe(201);
      const nobody = { body: { email: guest.email, address: ADDRESS }, headers: { 'idempotency-key': 'k' } };
      expect((await request(shop.url, 'POST /v1/orders', nobody)).status).toBe(401);
      await untilAtRest(shop);
    } finally {
      await shop.stop();
    }
  });
});
