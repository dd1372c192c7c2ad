import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eachEngine } from '../../support/engines.ts';
import { Guest, startGuestShop, stopAtRest, untilAtRest, verify } from '../../support/guests.ts';
import type { Mailbox } from '../../support/mailbox.ts';
import { eventually, request, Shopper, type TestShop } from '../../support/shop.ts';

eachEngine("a guest's order, claimed by an account", (engine) => {
  let shop: TestShop;
  let mails: Mailbox;
  let sku: string;
  beforeAll(async () => {
    ({ shop, mails, sku } = await startGuestShop(engine.config({ SEED: 'true', LOG_LEVEL: 'warn' })));
  });
  afterAll(() => stopAtRest(shop));

  const ordersOf = async (shopper: Shopper): Promise<string[]> =>
    (await shopper.ask('GET /v1/orders')).body.items.map(({ id }: { id: string }) => id);
  const untilOwned = (shopper: Shopper, id: string) =>
    eventually(
      () => ordersOf(shopper),
      (ids) => ids.includes(id),
    );

  test('is among the orders of an account that verifies the address later, with invoice, mails and export', async () => {
    const guest = await Guest.withOrder(shop.url, sku);
    expect((await guest.ask(`GET /v1/orders/${guest.orderId}/invoice?format=html`)).status).toBe(200);
    await mails.links(guest.email, guest.orderId);
    const ada = await Shopper.at(shop.url, guest.email);
    expect(await ordersOf(ada)).toEqual([]);
    await verify(ada, mails);
    await untilOwned(ada, guest.orderId);
    expect((await ada.ask(`GET /v1/orders/${guest.orderId}`)).status).toBe(200);
    expect((await ada.ask(`GET /v1/orders/${guest.orderId}/invoice?format=html`)).status).toBe(200);
    const exported = await eventually(
      () => ada.ask('GET /v1/me/export'),
      ({ body }) =>
        body.invoices.length === 1 && body.mails.some(({ kind }: { kind: string }) => kind === 'order-confirmed'),
    );
    expect(exported.body.orders).toMatchObject([{ id: guest.orderId }]);
    // Who placed it may have mistyped the address, and follows it on.
    expect((await guest.ask(`GET /v1/orders/${guest.orderId}`)).status).toBe(200);
  });

  test('of an account that existed before the order, and has verified the address before or after it', async () => {
    const before = await Shopper.at(shop.url);
    await verify(before, mails);
    const first = await Guest.withOrder(shop.url, sku, 1, before.email);
    await untilOwned(before, first.orderId);
    const after = await Shopper.at(shop.url);
    const second = await Guest.withOrder(shop.url, sku, 1, after.email.toUpperCase());
    expect(await ordersOf(after)).toEqual([]);
    await verify(after, mails);
    await untilOwned(after, second.orderId);
  });

  test('never belongs to an unverified account, or to one with another address', async () => {
    const [unverified, other] = await Promise.all([Shopper.at(shop.url), Shopper.at(shop.url)]);
    await verify(other, mails);
    const guest = await Guest.withOrder(shop.url, sku, 1, unverified.email);
    // Settled: it has been offered.
    await untilAtRest(shop);
    for (const shopper of [unverified, other]) {
      expect(await ordersOf(shopper)).toEqual([]);
      expect((await shopper.ask(`GET /v1/orders/${guest.orderId}`)).status).toBe(404);
    }
  });

  // The MongoDB stand-in of the tests does not free a unique value that a change has replaced.
  const whereValuesAreFreed = engine.name === 'mongo' ? test.skip : test;
  whereValuesAreFreed('stays with the account that has claimed it', async () => {
    const guest = await Guest.withOrder(shop.url, sku);
    const ada = await Shopper.at(shop.url, guest.email);
    await verify(ada, mails);
    await untilOwned(ada, guest.orderId);
    const email = `new-${ada.email}`;
    await ada.ask('POST /v1/me/email', { email, password: ada.password });
    const token = await mails.token(email, 'change-email');
    expect((await request(shop.url, 'POST /v1/auth/email/verify', { body: { token } })).status).toBe(204);
    const eve = await Shopper.at(shop.url, guest.email);
    const [, link = ''] = await mails.tokens(guest.email, 'verify-email', 2);
    const [first = ''] = await mails.tokens(guest.email, 'verify-email', 2);
    for (const one of [link, first]) await request(shop.url, 'POST /v1/auth/email/verify', { body: { token: one } });
    expect((await eve.ask('GET /v1/me')).body.emailVerified).toBe(true);
    await untilAtRest(shop);
    expect(await ordersOf(eve)).toEqual([]);
    expect(await ordersOf(ada)).toEqual([guest.orderId]);
  });

  test('is not made again by a repeated request of its guest, who gets the first answer', async () => {
    const guest = new Guest(shop.url);
    await guest.put(sku, 1);
    const first = await guest.order('key');
    const ada = await Shopper.at(shop.url, guest.email);
    await verify(ada, mails);
    await untilOwned(ada, guest.orderId);
    await guest.put(sku, 2);
    const again = await guest.order('key');
    expect([again.status, again.body]).toEqual([201, first.body]);
    // The customer's own order may have the same key.
    await ada.put(sku, 1);
    expect((await ada.order('key')).body.id).not.toBe(guest.orderId);
  });

  test('is erased with the account', async () => {
    const guest = await Guest.withOrder(shop.url, sku);
    const ada = await Shopper.at(shop.url, guest.email);
    await verify(ada, mails);
    await untilOwned(ada, guest.orderId);
    await guest.ask(`POST /v1/orders/${guest.orderId}/cancel`, {});
    await untilAtRest(shop);
    expect((await ada.ask('DELETE /v1/me', { password: ada.password })).status).toBe(204);
    await eventually(
      () => guest.ask(`GET /v1/orders/${guest.orderId}`),
      ({ status }) => status === 404,
    );
  });
});
