import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { stopAndAudit, storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { Mailbox } from '../../support/mailbox.ts';
import { eventually, Shopper, startShop, type TestShop } from '../../support/shop.ts';

const { products } = await sampleCatalogue('EUR');
const [MUG = ''] = products
  .flatMap(({ variants }) => variants.filter(({ stock }) => stock > 100))
  .map(({ sku }) => sku);

eachEngine('a payment that is not completed in time', (engine) => {
  let shop: TestShop;
  let mails: Mailbox;

  beforeAll(async () => {
    const config = engine.config({ SEED: 'true', LOG_LEVEL: 'fatal', PAYMENT_MINUTES: '0.03' });
    mails = new Mailbox(config.dataDir);
    shop = await startShop(config);
  });
  afterAll(async () => {
    expect(await stopAndAudit(shop)).toEqual([]);
  });

  test.each(['tok_challenge_abandoned', 'tok_decline'])('%s: expires, and the customer has a mail', async (method) => {
    const ada = await Shopper.at(shop.url);
    await ada.put(MUG, 1);
    const body = { addressId: ada.addressId, paymentMethod: method };
    const placed = await ada.ask('POST /v1/orders', body, { 'idempotency-key': randomUUID() });
    expect([placed.status, placed.body.status]).toEqual([201, 'PENDING']);
    const { id } = placed.body;
    const order = await eventually(
      async () => (await ada.ask(`GET /v1/orders/${id}`)).body,
      ({ status }) => status === 'REJECTED',
    );
    expect(order.payment.status).toBe('failed');
    expect((await storeOf(shop, 'inventory').get(MUG))?.res).not.toHaveProperty(id);
    await eventually(
      () => storeOf(shop, 'mail').get(`${id}:payment-failed`),
      (mail) => mail?.state === 'SENT',
    );
    expect(await mails.to(ada.email, id)).toHaveLength(1);
    expect((await ada.ask('GET /v1/cart')).body.items).toMatchObject([{ sku: MUG, quantity: 1 }]);
    const late = await ada.ask(
      `POST /v1/orders/${id}/payment`,
      { paymentMethod: 'tok_approve' },
      { 'idempotency-key': randomUUID() },
    );
    expect(late.body.type).toBe('/problems/wrong-state');
  });
});
