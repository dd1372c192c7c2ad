import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Config } from '../../../lib/process/config.ts';
import type { Engine } from '../../../mixins/store/engine.ts';
import { newId } from '../../../services/shared/ids.ts';
import { storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { Mailbox } from '../../support/mailbox.ts';
import { reconnect } from '../../support/missed-events.ts';
import { eventually, request, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

eachEngine('a customer who waits for a SKU that is out of stock', (engine) => {
  let config: Config;
  let shop: TestShop;
  let staff: Shopper;
  let mailbox: Mailbox;
  let skus: string[];
  let sku = '';
  let productId = '';

  beforeAll(async () => {
    config = engine.config({ SEED: 'true' });
    shop = await startShop(config);
    staff = await staffAt(shop);
    mailbox = new Mailbox(config.dataDir);
    const { body } = await request(shop.url, 'GET /v1/products/alder-merino-crew-sweater');
    skus = body.variants.map((variant: { sku: string }) => variant.sku);
    productId = body.id;
  });
  beforeEach(async () => {
    sku = skus.pop() ?? '';
    await count(0);
  });
  afterAll(() => shop.stop());

  const count = async (counted: number, of = sku) => {
    const headers = { 'idempotency-key': randomUUID() };
    const { body } = await staff.ask('POST /v1/admin/inventory/stocktakes', { lines: [{ sku: of, counted }] }, headers);
    expect(body.lines).toMatchObject([{ outcome: 'done', available: counted }]);
  };
  const wait = (who: Shopper, of = sku) => who.ask(`PUT /v1/me/stock-alerts/${of}`);
  const waiting = async (who: Shopper) => (await who.ask('GET /v1/me/stock-alerts')).body.items;
  const mails = ({ email }: Shopper) => mailbox.to(email, 'back-in-stock');
  const told = (who: Shopper, times = 1) =>
    eventually(
      () => mails(who),
      ({ length }) => length >= times,
    );

  test('is told once, by a mail that leads there, however often it comes back', async () => {
    const [ada, bob] = [await Shopper.at(shop.url), await Shopper.at(shop.url)];
    for (let again = 0; again < 3; again++) expect((await wait(ada)).status).toBe(204);
    await wait(bob);
    expect(await waiting(ada)).toEqual([{ sku, productId, createdAt: expect.any(String) }]);
    await count(3);
    const [mail = ''] = await told(ada);
    expect(mail).toMatch(/Subject: Alder Merino Crew Sweater is back in stock/);
    expect(mail.replaceAll(/=\n/g, '')).toContain('/products/alder-merino-crew-sweater');
    await told(bob);
    await eventually(
      () => waiting(ada),
      ({ length }) => length === 0,
    );
    await count(0);
    await count(2);
    // Who has asked after that is told after that: the others would have been, too.
    await count(0);
    await wait(bob);
    await count(1);
    await told(bob, 2);
    expect(await mails(ada)).toHaveLength(1);
    expect(await mails(bob)).toHaveLength(2);
  });

  test('is told by a reservation that is given back, too', async () => {
    const ada = await Shopper.at(shop.url);
    await count(1);
    const orderId = newId('ord');
    await shop.broker.call('inventory.reserve', { sku, orderId, quantity: 1 });
    expect((await wait(ada)).status).toBe(204);
    await shop.broker.call('inventory.release', { sku, orderId });
    expect(await told(ada)).toHaveLength(1);
  });

  test('is told when every event was lost and the one who noticed died before it had said so: once', async () => {
    const ada = await Shopper.at(shop.url);
    await wait(ada);
    const [alert] = await storeOf(shop, 'stock-alert').find({ customerId: ada.id });
    if (!alert) throw new Error('there is no alert');
    // It died after it had the mail queued, before it removed the alert.
    const article = { slug: 'alder-merino-crew-sweater', title: 'Alder', variant: 'One' };
    const mail = { id: `back-in-stock:${alert._id}`, customerId: ada.id, kind: 'back-in-stock', article } as const;
    await shop.broker.call('mail.queue', mail);
    await told(ada);
    // Past the service, so that no event is sent.
    const stock = await storeOf(shop, 'inventory').get(sku);
    const { adapter } = shop.broker.getLocalService('inventory') as unknown as { adapter: Engine };
    const more = { available: 1, received: Number(stock?.received) + 1 };
    expect(await adapter.swap(sku, Number(stock?.rev), more)).toBe(true);
    await reconnect(shop);
    await eventually(
      () => waiting(ada),
      ({ length }) => length === 0,
    );
    expect(
      await storeOf(shop, 'mail').find({ 'request.customerId': ada.id, 'request.kind': 'back-in-stock' }),
    ).toHaveLength(1);
  });

  test('may stop waiting, and sees their own alone', async () => {
    const [ada, bob] = [await Shopper.at(shop.url), await Shopper.at(shop.url)];
    await wait(ada);
    expect(await waiting(bob)).toEqual([]);
    expect((await bob.ask(`DELETE /v1/me/stock-alerts/${sku}`)).status).toBe(204);
    expect(await waiting(ada)).toHaveLength(1);
    for (let again = 0; again < 2; again++) {
      expect((await ada.ask(`DELETE /v1/me/stock-alerts/${sku}`)).status).toBe(204);
    }
    await wait(bob);
    await count(1);
    await told(bob);
    expect(await mails(ada)).toEqual([]);
  });

  test('cannot wait for a SKU that is in stock, or not sold', async () => {
    const ada = await Shopper.at(shop.url);
    await count(1);
    expect(await wait(ada)).toMatchObject({ status: 409, body: { type: '/problems/in-stock' } });
    expect((await wait(ada, 'NEVER')).status).toBe(404);
    expect((await request(shop.url, `PUT /v1/me/stock-alerts/${sku}`)).status).toBe(401);
    expect(await waiting(ada)).toEqual([]);
  });

  test('can wait for a hundred SKUs', async () => {
    const ada = await Shopper.at(shop.url);
    const others = Array.from({ length: 100 }, (_, n) => ({
      ...{ _id: newId('alr'), customerId: ada.id, sku: `X-${n}`, productId, createdAt: new Date() },
    }));
    await storeOf(shop, 'stock-alert').insertNew(others);
    expect(await wait(ada)).toMatchObject({ status: 422, body: { type: '/problems/limit-reached' } });
  });
});
