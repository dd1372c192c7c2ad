import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { stopAndAudit, storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { Mailbox } from '../../support/mailbox.ts';
import { ADDRESS, eventually, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

const { products } = await sampleCatalogue('EUR');
const MUG = products.flatMap(({ variants }) => variants).find(({ stock }) => stock > 60)?.sku as string;

eachEngine('staff finds an order', (engine) => {
  let shop: TestShop;
  let mails: Mailbox;
  let staff: Shopper;
  let ada: Shopper;
  let bob: Shopper;
  let adas: { id: string; number: string };
  let bobs: { id: string; number: string };

  beforeAll(async () => {
    const config = engine.config({ SEED: 'true' });
    mails = new Mailbox(config.dataDir);
    shop = await startShop(config);
    staff = await staffAt(shop);
    [ada, bob] = [await Shopper.at(shop.url), await Shopper.at(shop.url)];
    adas = await placed(ada);
    bobs = await placed(bob);
  });
  afterAll(async () => {
    expect(await stopAndAudit(shop)).toEqual([]);
  });

  const placed = async (shopper: Shopper) => {
    await shopper.put(MUG, 1);
    return (await shopper.order()).body;
  };
  const search = (query: string) => staff.ask(`GET /v1/admin/orders?${query}`);
  const found = async (query: string): Promise<string[]> =>
    (await search(query)).body.items.map(({ id }: { id: string }) => id);

  test('by its number as people say it, also of one from before numbers were stored', async () => {
    const { id, number } = adas;
    for (const typed of [
      number,
      number.toLowerCase(),
      number.replaceAll('-', ''),
      ` ${number.replaceAll('-', ' ')} `,
    ]) {
      expect(await found(`number=${encodeURIComponent(typed)}`)).toEqual([id]);
    }
    await storeOf(shop, 'order').change(id, () => ({ answer: undefined, patch: { number: undefined } }));
    expect(await found(`number=${number}`)).toEqual([id]);
    expect(await found('number=261399-AAAAA-AAAAA')).toEqual([]);
    expect(await found(`number=${number.slice(0, -1)}${number.endsWith('A') ? 'B' : 'A'}`)).toEqual([]);
    for (const wrong of ['1', 'ord_1', '$ne', `${number}9`]) {
      expect(await search(`number=${wrong}`)).toMatchObject({ status: 400 });
    }
  });

  test('by its customer, or the e-mail address of the account', async () => {
    expect(await found(`customerId=${ada.id}`)).toEqual([adas.id]);
    expect(await found(`email=${encodeURIComponent(bob.email.toUpperCase())}`)).toEqual([bobs.id]);
    expect(await found('email=nobody%40example.com')).toEqual([]);
    expect(await found(`email=${encodeURIComponent(bob.email)}&customerId=${ada.id}`)).toEqual([]);
    expect(await found(`email=${encodeURIComponent(bob.email)}&number=${bobs.number}&status=PAID`)).toEqual([bobs.id]);
  });

  test('by when it was placed, page by page', async () => {
    const today = new Date().toISOString();
    expect(await found(`from=${today.slice(0, 10)}&customerId=${ada.id}`)).toEqual([adas.id]);
    expect(await found('from=2000-01-01&to=2000-12-31')).toEqual([]);
    expect(await found(`from=${today.slice(0, 19)}Z&to=2000-12-31`)).toEqual([]);
    const first = await search('from=2000-01-01&to=2999-12-31&limit=1');
    const second = await search(`from=2000-01-01&to=2999-12-31&limit=1&cursor=${first.body.nextCursor}`);
    expect([first, second].map(({ body }) => body.items[0].id)).toEqual([bobs.id, adas.id]);
    expect(await search('from=2026-02-31')).toMatchObject({ status: 400, body: { errors: [{ pointer: '/from' }] } });
  });

  describe('and corrects', () => {
    const admin = (what: string, body: object) => staff.ask(what.replace(':id', adas.id), body);
    const wrong = { ...ADDRESS, line1: '1 Wrnog Way' };

    test('where it goes, within its country and before it is shipped', async () => {
      const address = { ...ADDRESS, line1: '21 Right Way', company: 'Engines Ltd' };
      const put = (to: object) => admin('PUT /v1/admin/orders/:id/address', { address: to });
      expect((await put(wrong)).body.shippingAddress.line1).toBe('1 Wrnog Way');
      expect(await put(address)).toMatchObject({ status: 200, body: { shippingAddress: address } });
      const { history } = (await put(address)).body;
      expect(history.filter(({ event }: { event: string }) => event === 'address-corrected')).toHaveLength(2);
      expect(await put({ ...address, country: 'AT', postcode: '1010' })).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '/address/country' }] },
      });
      expect(await put({ ...address, postcode: '1' })).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '/address/postcode' }] },
      });
      expect((await ada.ask(`GET /v1/orders/${adas.id}`)).body.shippingAddress.line1).toBe('21 Right Way');
      expect((await ada.ask(`PUT /v1/admin/orders/${adas.id}/address`, { address })).status).toBe(404);
    });

    test('a mistyped tracking number, of which the customer is told', async () => {
      const correct = (trackingNumber: string, carrier = 'Post') =>
        admin('PUT /v1/admin/orders/:id/shipment', { carrier, trackingNumber });
      expect(await correct('RR2')).toMatchObject({ status: 409, body: { type: '/problems/wrong-state' } });
      await admin('POST /v1/admin/orders/:id/pack', {});
      await admin('POST /v1/admin/orders/:id/ship', { carrier: 'Post', trackingNumber: 'RR1' });
      for (const _ of ['once', 'again']) {
        expect(await correct('RR2')).toMatchObject({
          status: 200,
          body: { status: 'SHIPPED', shipment: { carrier: 'Post', trackingNumber: 'RR2' } },
        });
      }
      await admin('POST /v1/admin/orders/:id/deliver', {});
      const { history } = (await correct('RR2', 'Courier')).body;
      expect(history.filter(({ event }: { event: string }) => event === 'shipment-corrected')).toHaveLength(2);
      const about = await eventually(
        async () => (await mails.to(ada.email, adas.id)).filter((text) => text.includes('tracking number')),
        (texts) => texts.length >= 3,
      );
      expect(about.map((text) => /with (\w+), tracking number (\w+)/.exec(text)?.slice(1)).sort()).toEqual([
        ['Courier', 'RR2'],
        ['Post', 'RR1'],
        ['Post', 'RR2'],
      ]);
      expect(await admin('PUT /v1/admin/orders/:id/address', { address: wrong })).toMatchObject({
        status: 409,
        body: { type: '/problems/wrong-state' },
      });
    });
  });
});
