import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { Follower } from '../../support/events.ts';
import { Guest, startGuestShop, stopAtRest } from '../../support/guests.ts';
import { decoded, type Mailbox } from '../../support/mailbox.ts';
import { ADDRESS, eventually, request, Shopper, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

eachEngine('a guest', (engine) => {
  let shop: TestShop;
  let mails: Mailbox;
  let sku: string;
  beforeAll(async () => {
    ({ shop, mails, sku } = await startGuestShop(engine.config({ SEED: 'true', LOG_LEVEL: 'error' })));
  });
  afterAll(() => stopAtRest(shop));

  const ship = async (id: string) => {
    const staff = await staffAt(shop);
    await staff.ask(`POST /v1/admin/orders/${id}/pack`, {});
    const shipped = await staff.ask(`POST /v1/admin/orders/${id}/ship`, { carrier: 'Post', trackingNumber: 'T1' });
    expect(shipped.status).toBe(200);
    return staff;
  };

  test('places an order with a cart token and an e-mail address, and the answer carries the order token', async () => {
    const guest = new Guest(shop.url);
    await guest.put(sku, 1);
    const { status, headers, body } = await guest.order();
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/v1/orders/${body.id}`);
    expect(body).toMatchObject({ status: 'PAID', shippingAddress: ADDRESS });
    expect(body.orderToken).toMatch(/^[\w-]{43}$/);
    expect((await request(shop.url, 'GET /v1/cart', { headers: guest.cart })).body.items).toEqual([]);
    const stored = JSON.stringify(await storeOf(shop, 'order').get(body.id));
    expect(stored).not.toContain(body.orderToken);
    expect(stored).not.toContain(guest.cartToken);
  });

  test('orders with the cookie of the cart alone', async () => {
    const guest = new Guest(shop.url);
    await guest.put(sku, 1);
    const { status } = await request(shop.url, 'POST /v1/orders', {
      body: { email: guest.email, address: ADDRESS },
      headers: { cookie: `cart=${guest.cartToken}`, 'idempotency-key': 'cookie' },
    });
    expect(status).toBe(201);
  });

  test('gets the same answer, with the same order token, for a repeated request, and only there', async () => {
    const guest = new Guest(shop.url);
    await guest.put(sku, 1);
    const first = await guest.order('again');
    const second = await guest.order('again');
    expect([second.status, second.body]).toEqual([201, first.body]);
    expect((await guest.order('again', { note: 'other' })).body.type).toBe('/problems/idempotency-key-reused');
    const seen = [
      await guest.ask(`GET /v1/orders/${guest.orderId}`),
      await guest.ask(`POST /v1/orders/${guest.orderId}/cancel`, {}),
    ];
    for (const { status, body } of seen) {
      expect(status).toBe(200);
      expect(JSON.stringify(body)).not.toContain(guest.orderToken);
    }
  });

  test('makes one order of a cart, however many requests come at once', async () => {
    const guest = new Guest(shop.url);
    await guest.put(sku, 1);
    const answers = await Promise.all(Array.from({ length: 6 }, (_, n) => guest.order(`key-${n % 3}`)));
    const placed = answers.filter(({ status }) => status === 201 || status === 202);
    expect(new Set(placed.map(({ body }) => body.id)).size).toBe(1);
    for (const { body } of answers.filter((answer) => !placed.includes(answer))) {
      expect(body.type).toMatch(/order-open|empty-cart|request-in-progress/);
    }
    expect(await storeOf(shop, 'order').find({ 'guest.email': guest.email })).toHaveLength(1);
  });

  test('is told what is missing: a cart token, an e-mail address, the address itself', async () => {
    const order = { body: { email: 'eve@example.com', address: ADDRESS }, headers: { 'idempotency-key': 'k' } };
    expect((await request(shop.url, 'POST /v1/orders', order)).status).toBe(401);
    const guest = new Guest(shop.url);
    await guest.put(sku, 1);
    const refused: [object, string][] = [
      [{ email: 'nobody' }, '/email'],
      [{ address: undefined, addressId: 'adr_1' }, '/addressId'],
    ];
    for (const [body, pointer] of refused) {
      expect(await guest.order('missing', body)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
    }
    // Without an e-mail address it is the request of a customer who is not logged in.
    expect((await guest.order('missing', { email: undefined })).status).toBe(401);
    const ada = await Shopper.at(shop.url);
    await ada.put(sku, 1);
    const both = { email: guest.email, addressId: ada.addressId };
    const answer = await ada.ask('POST /v1/orders', both, { 'idempotency-key': 'k' });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/email' }] } });
  });

  test('follows, cancels and streams the order, and reads its invoice and credit notes', async () => {
    const guest = await Guest.withOrder(shop.url, sku);
    const order = `/v1/orders/${guest.orderId}`;
    expect((await guest.ask(`GET ${order}`)).body).toMatchObject({ id: guest.orderId, status: 'PAID' });
    const invoice = await guest.ask(`GET ${order}/invoice?format=html`);
    expect(invoice.body).toContain(ADDRESS.name);
    const follower = await Follower.at(shop.url, guest.orderId, { 'x-order-token': guest.orderToken });
    expect((await guest.ask(`POST ${order}/cancel`, { reason: 'too warm' })).body.status).toMatch(/CANCELL/);
    await eventually(
      async () => follower.events.at(-1)?.data.status,
      (status) => status === 'CANCELLED',
    );
    follower.close();
    const notes = await eventually(
      () => guest.ask(`GET ${order}/credit-notes`),
      ({ body }) => body.items.length === 1,
    );
    const [{ number }] = notes.body.items;
    expect((await guest.ask(`GET ${order}/credit-notes/${number}?format=html`)).status).toBe(200);
  });

  test('sends the goods back', async () => {
    const guest = await Guest.withOrder(shop.url, sku);
    await ship(guest.orderId);
    const body = { items: [{ sku, quantity: 1 }], reason: 'too small' };
    const answer = await guest.ask(`POST /v1/orders/${guest.orderId}/returns`, body, { 'idempotency-key': 'r' });
    expect([answer.status, answer.body.returns[0].status]).toEqual([201, 'REQUESTED']);
  });

  test('uses a coupon once, from whichever cart', async () => {
    const admin = await staffAt(shop);
    const coupon = { kind: 'fixed', amount: 100, perCustomer: 1 };
    const code = `ONCE${Date.now()}`;
    expect((await admin.ask(`PUT /v1/admin/coupons/${code}`, coupon)).status).toBeLessThan(300);
    const first = new Guest(shop.url);
    await first.put(sku, 1);
    expect((await first.order('c', { couponCodes: [code] })).status).toBe(201);
    const second = new Guest(shop.url, first.email);
    await second.put(sku, 1);
    expect((await second.order('c', { couponCodes: [code] })).body).toMatchObject({
      type: '/problems/coupon-refused',
      reason: 'already-used',
    });
  });

  test('gets mails with a link to the order, and with no text of a customer', async () => {
    const guest = new Guest(shop.url);
    await guest.put(sku, 1);
    await guest.order('mail', { address: { ...ADDRESS, name: 'Buy cheap pills' } });
    const [link = ''] = await mails.links(guest.email, `${guest.orderId}`);
    const { pathname, search, hash } = new URL(link);
    expect([pathname, search, hash]).toEqual([
      '/account/order',
      '',
      `#token=${guest.orderToken}&order=${guest.orderId}`,
    ]);
    const [mail = ''] = await mails.to(guest.email, `${guest.orderId}`);
    expect(decoded(mail)).not.toContain('pills');
    // The mail is signed when it is sent: no queue holds the token.
    const queued = await storeOf(shop, 'mail').find({ 'request.to': guest.email });
    expect(queued.length).toBeGreaterThan(0);
    expect(JSON.stringify(queued)).not.toContain(guest.orderToken);
  });

  test('is found by staff by the e-mail address', async () => {
    const guest = await Guest.withOrder(shop.url, sku);
    const staff = await staffAt(shop);
    const { body } = await staff.ask(`GET /v1/admin/orders?email=${encodeURIComponent(guest.email)}`);
    expect(body.items).toMatchObject([{ id: guest.orderId, email: guest.email }]);
  });

  test('who logs in finds in the cart what an open order does not have', async () => {
    const ada = await Shopper.at(shop.url);
    const guest = await Guest.withOrder(shop.url, sku);
    const login = { email: ada.email, password: ada.password };
    expect((await request(shop.url, 'POST /v1/auth/login', { body: login, headers: guest.cart })).status).toBe(200);
    expect((await ada.ask('GET /v1/cart')).body.items).toEqual([]);
  });
});
