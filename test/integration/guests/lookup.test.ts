import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { Guest, startGuestShop, stopAtRest, untilAtRest } from '../../support/guests.ts';
import type { Mailbox } from '../../support/mailbox.ts';
import { ADDRESS, eventually, request, Shopper, type TestShop } from '../../support/shop.ts';

eachEngine("a guest's mailbox", (engine) => {
  let shop: TestShop;
  let mails: Mailbox;
  let sku: string;
  beforeAll(async () => {
    ({ shop, mails, sku } = await startGuestShop(engine.config({ SEED: 'true', LOG_LEVEL: 'error' })));
  });
  afterAll(() => stopAtRest(shop));
  const post = (path: string, body: unknown) => request(shop.url, `POST ${path}`, { body });
  const cancelled = async (guest: Guest) => {
    await guest.ask(`POST /v1/orders/${guest.orderId}/cancel`, { reason: 'my own words' });
    await untilAtRest(shop);
  };

  test('gets a fresh link to the order, for the number and the address in any spelling', async () => {
    const guest = await Guest.withOrder(shop.url, sku);
    const { number } = (await guest.ask(`GET /v1/orders/${guest.orderId}`)).body;
    const body = { number: ` ${number.toLowerCase()}`, email: guest.email.toUpperCase() };
    expect((await post('/v1/orders/lookup', body)).status).toBe(204);
    const [link = ''] = await mails.links(guest.email, 'order-link');
    const token = /token=([\w-]+)/.exec(link)?.[1] ?? '';
    const order = await request(shop.url, `GET /v1/orders/${guest.orderId}`, { headers: { 'x-order-token': token } });
    expect(order.status).toBe(200);
  });

  test("gets none for another's order, a customer's, or a wrong number, and the answer is the same", async () => {
    const [guest, other] = [await Guest.withOrder(shop.url, sku), await Guest.withOrder(shop.url, sku)];
    const ada = await Shopper.at(shop.url);
    await ada.put(sku, 1);
    const numbers = [
      (await guest.ask(`GET /v1/orders/${guest.orderId}`)).body.number,
      (await ada.order()).body.number,
      'A-0',
      '',
    ].filter((number) => number !== '');
    const answers = [];
    for (const number of numbers) {
      for (const email of [other.email, ada.email, 'nobody', `x-${guest.email}`]) {
        const { status, body, headers } = await post('/v1/orders/lookup', { number, email });
        answers.push([status, body, headers.get('content-length')]);
      }
    }
    const right = await post('/v1/orders/lookup', { number: numbers[0], email: guest.email });
    for (const answer of answers)
      expect(answer).toEqual([right.status, right.body, right.headers.get('content-length')]);
    await mails.links(guest.email, 'order-link');
    const queued = await storeOf(shop, 'mail').find({});
    const links = queued.filter(({ request }) => request.kind === 'order-link');
    expect(links.every(({ request }) => request.order?.id !== guest.orderId || request.to === guest.email)).toBe(true);
    expect(links.some(({ request }) => request.to === other.email || request.to === ada.email)).toBe(false);
  });

  test('is not flooded: a few links in a quarter of an hour', async () => {
    const guest = await Guest.withOrder(shop.url, sku);
    const { number } = (await guest.ask(`GET /v1/orders/${guest.orderId}`)).body;
    for (let n = 0; n < 8; n += 1) await post('/v1/orders/lookup', { number, email: guest.email });
    await mails.links(guest.email, 'order-link', 5);
    await untilAtRest(shop);
    expect(await mails.to(guest.email, 'order-link')).toHaveLength(5);
  });

  test('gets a link that exports all orders of the address, and no other', async () => {
    const guest = await Guest.withOrder(shop.url, sku);
    await guest.ask(`GET /v1/orders/${guest.orderId}/invoice`);
    // Another guest of the same browser, so of the same cart.
    const sibling = new Guest(shop.url);
    sibling.cartToken = guest.cartToken;
    await sibling.put(sku, 1);
    expect((await sibling.order()).status).toBe(201);
    await sibling.ask(`GET /v1/orders/${sibling.orderId}/invoice`);
    await untilAtRest(shop);
    expect((await post('/v1/guests/export-link', { email: guest.email })).status).toBe(204);
    expect((await post('/v1/guests/export-link', { email: 'nobody@example.com' })).status).toBe(204);
    const token = await mails.token(guest.email, 'guest-export');
    const { status, body, headers } = await post('/v1/guests/export', { token });
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({ email: guest.email, orders: [{ id: guest.orderId }] });
    expect([body.invoices.length, body.creditNotes.length]).toEqual([1, 0]);
    expect(body.mails.map(({ kind }: { kind: string }) => kind)).toContain('order-confirmed');
    expect(JSON.stringify(body)).not.toContain(sibling.orderId);
    expect(JSON.stringify(body)).not.toContain(sibling.email);
    expect(await mails.to('nobody@example.com', 'guest-export')).toEqual([]);
  });

  test('gets a link that erases the orders of the address, once they are closed', async () => {
    const guest = await Guest.withOrder(shop.url, sku);
    await guest.ask(`GET /v1/orders/${guest.orderId}/invoice`);
    const sibling = new Guest(shop.url);
    sibling.cartToken = guest.cartToken;
    await sibling.put(sku, 1);
    await sibling.order();
    await post('/v1/guests/erasure-link', { email: guest.email });
    const token = await mails.token(guest.email, 'guest-erasure');
    const open = await post('/v1/guests/erase', { token });
    expect(open).toMatchObject({ status: 409, body: { type: '/problems/orders-open', orders: [guest.orderId] } });
    await cancelled(guest);
    expect((await post('/v1/guests/erase', { token })).status).toBe(204);
    expect((await guest.ask(`GET /v1/orders/${guest.orderId}`)).status).toBe(404);
    const everything = JSON.stringify([
      await storeOf(shop, 'order').get(guest.orderId),
      await storeOf(shop, 'invoice').find({ orderId: guest.orderId }),
      await storeOf(shop, 'credit-note').find({ orderId: guest.orderId }),
      (await storeOf(shop, 'mail').find({})).filter(({ request }) => request.to === guest.email),
    ]);
    for (const personal of [guest.email, ADDRESS.name, ADDRESS.line1, 'my own words']) {
      expect(everything).not.toContain(personal);
    }
    // A repetition finds nothing more to do; the other guest keeps everything.
    expect((await post('/v1/guests/erase', { token })).status).toBe(204);
    const kept = await sibling.ask(`GET /v1/orders/${sibling.orderId}`);
    expect([kept.status, kept.body.shippingAddress.name]).toEqual([200, ADDRESS.name]);
    expect(await mails.to(sibling.email, sibling.orderId)).not.toEqual([]);
    await eventually(
      () => mails.to(guest.email, ''),
      (left) => left.length === 0,
    );
  });

  test('has links of one purpose: one to export does not erase, and none opens an account', async () => {
    const guest = await Guest.withOrder(shop.url, sku);
    await cancelled(guest);
    await post('/v1/guests/export-link', { email: guest.email });
    const token = await mails.token(guest.email, 'guest-export');
    for (const path of ['/v1/guests/erase', '/v1/auth/email/verify']) {
      expect((await post(path, { token })).body.type).toBe('/problems/link-expired');
    }
    const asAccess = await request(shop.url, 'GET /v1/me', { token });
    expect(asAccess.status).toBe(401);
  });
});
