import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { MAX_TOLD_PIECES } from '../../../services/shopping/cart/line-stock.ts';
import { stopAndAudit, storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { ADDRESS, type Answer, eventually, request, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

const { products } = await sampleCatalogue('EUR');
const VARIANTS = products.flatMap(({ variants }) => variants);
const [MUG] = VARIANTS.filter(({ stock }) => stock >= 99);
const [FEW] = VARIANTS.filter(({ stock }) => stock >= 3 && stock <= 8);
const [SOME, MORE] = VARIANTS.filter(({ stock }) => stock >= 20 && stock <= 80);
if (!MUG || !FEW || !SOME || !MORE) throw new Error('the sample has too little');

const post = (price: number, part: object = {}) => ({
  ...{ id: 'post', title: 'Post', by: 'total', bands: [{ upTo: null, price }] },
  ...part,
});
const RULES = {
  taxIncluded: true,
  tax: [
    { country: 'ES', taxClass: '*', rate: 2100 },
    { country: 'ES', regions: ['Canarias', 'CN'], taxClass: '*', rate: 700 },
    { country: 'ES', postcodes: ['35*', '38*'], taxClass: '*', rate: 700 },
    { country: 'DE', taxClass: '*', rate: 1900 },
  ],
  shipping: [
    post(490, { countries: ['DE', 'ES'] }),
    post(1990, { zones: [{ country: 'ES', postcodes: ['35*', '38*'] }] }),
    { ...post(990), id: 'express', title: 'Express', except: [{ country: 'ES', postcodes: ['07*', '35*', '38*'] }] },
  ],
};

eachEngine('a quote', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'shop-rules-'));
  let shop: TestShop;

  beforeAll(async () => {
    const file = join(folder, 'rules.json');
    writeFileSync(file, JSON.stringify(RULES));
    shop = await startShop(engine.config({ SEED: 'true', LOG_LEVEL: 'error', PRICING_FILE: file }));
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    expect(await stopAndAudit(shop)).toEqual([]);
  });

  /** Asks as a guest with so many of a SKU in the cart. */
  const guestWith = async (sku: string, quantity: number) => {
    const put = await request(shop.url, `PUT /v1/cart/items/${sku}`, { body: { quantity } });
    const headers = { 'x-cart-token': put.headers.get('x-cart-token') ?? '' };
    const ask = (route: string, body?: object): Promise<Answer> => request(shop.url, route, { headers, body });
    return { put, ask };
  };

  test('needs a country only, for a guest and for a customer, before an address is known', async () => {
    const ada = await Shopper.at(shop.url);
    await ada.put(MUG.sku, 1);
    const guest = await guestWith(MUG.sku, 1);
    for (const quote of [
      await ada.ask('POST /v1/checkout/quote', { country: 'DE' }),
      await guest.ask('POST /v1/checkout/quote', { country: 'DE' }),
    ]) {
      expect(quote).toMatchObject({
        status: 200,
        body: { shipping: { method: 'post', price: { amount: 490 } }, items: [{ tax: { rate: 1900 } }] },
      });
      expect(quote.body.refinedBy).toBeUndefined();
      expect(quote.body.shippingMethods.map(({ method }: { method: string }) => method)).toEqual(['post', 'express']);
    }
  });

  test('says that region and postcode can change it, and with them is priced by the most specific zone', async () => {
    const { ask } = await guestWith(MUG.sku, 1);
    const quote = (place: object) => ask('POST /v1/checkout/quote', { country: 'ES', ...place });
    const rough = await quote({});
    expect(rough.body).toMatchObject({ refinedBy: ['region', 'postcode'], items: [{ tax: { rate: 2100 } }] });
    expect(rough.body.shipping.price.amount).toBe(490);
    expect((await quote({ region: 'Islas Baleares', postcode: '07001' })).body).toMatchObject({
      ...{ items: [{ tax: { rate: 2100 } }], shippingMethods: [{ method: 'post', price: { amount: 490 } }] },
    });
    for (const region of ['canarias', 'ES-CN']) {
      expect((await quote({ region })).body).toMatchObject({
        refinedBy: ['postcode'],
        items: [{ tax: { rate: 700 } }],
      });
    }
    const island = await quote({ postcode: '35 001' });
    expect(island.body).toMatchObject({ refinedBy: ['region'], items: [{ tax: { rate: 700 } }] });
    expect(island.body.shippingMethods).toMatchObject([{ method: 'post', price: { amount: 1990 } }]);
  });

  test('of a country is what the order to an address there costs', async () => {
    const ada = await Shopper.at(shop.url);
    await ada.put(MUG.sku, 2);
    const address = { ...ADDRESS, country: 'ES', postcode: '38001', city: 'Santa Cruz' };
    const early = await ada.ask('POST /v1/checkout/quote', { country: 'ES', postcode: '38001' });
    const placed = await ada.ask('POST /v1/orders', { address }, { 'idempotency-key': 'islands' });
    expect(placed).toMatchObject({ status: 201, body: { totals: early.body.totals } });
  });

  test('goes for the zone of the order: its address is corrected only where taxes and shipping are the same', async () => {
    const [ada, staff] = [await Shopper.at(shop.url), await staffAt(shop)];
    await ada.put(MUG.sku, 1);
    const madrid = { ...ADDRESS, country: 'ES', postcode: '28001', city: 'Madrid' };
    const { body: order } = await ada.ask('POST /v1/orders', { address: madrid }, { 'idempotency-key': 'corrected' });
    const correct = (address: object) => staff.ask(`PUT /v1/admin/orders/${order.id}/address`, { address });
    expect(await correct({ ...madrid, postcode: '38001' })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/address/postcode' }] },
    });
    expect((await correct({ ...madrid, region: 'Canarias' })).status).toBe(400);
    expect(await correct({ ...madrid, postcode: '08001', city: 'Barcelona' })).toMatchObject({ status: 200 });
  });

  test('of no such country or postcode, or of several places, is refused with the field', async () => {
    const { ask } = await guestWith(MUG.sku, 1);
    const pointerOf = async (body: object) => {
      const answer = await ask('POST /v1/checkout/quote', body);
      expect(answer.status).toBe(400);
      return answer.body.errors[0].pointer;
    };
    expect(await pointerOf({ country: 'XX' })).toBe('/country');
    expect(await pointerOf({ country: 'Germany' })).toBe('/country');
    expect(await pointerOf({ country: 'DE', postcode: '1011' })).toBe('/postcode');
    expect(await pointerOf({ region: 'Berlin' })).toBe('/addressId');
    expect(await pointerOf({ address: ADDRESS, postcode: '10115' })).toBe('/country');
    expect(await pointerOf({ address: ADDRESS, country: 'DE' })).toBe('/addressId');
    expect(await pointerOf({})).toBe('/addressId');
  });

  test('an order of goods that are shipped needs an address, and a country is not enough', async () => {
    const ada = await Shopper.at(shop.url);
    await ada.put(MUG.sku, 1);
    const placed = await ada.ask('POST /v1/orders', { country: 'DE' }, { 'idempotency-key': 'nowhere' });
    expect(placed).toMatchObject({ status: 400, body: { errors: [{ pointer: '/addressId' }] } });
    expect((await ada.ask('GET /v1/orders')).body.items).toEqual([]);
  });

  test('and the cart say when there is less than asked for, and how much there is, to guests and customers', async () => {
    const ada = await Shopper.at(shop.url);
    await ada.put(MUG.sku, 1);
    const { body: put } = await ada.put(FEW.sku, FEW.stock + 1);
    const short = { sku: FEW.sku, quantity: FEW.stock + 1, available: FEW.stock, isShort: true };
    const enough = { sku: MUG.sku, available: 1, isShort: false };
    expect(put.items).toMatchObject([enough, short]);
    expect((await ada.ask('GET /v1/cart')).body.items).toMatchObject([enough, short]);
    const quoted = await ada.ask('POST /v1/checkout/quote', { addressId: ada.addressId });
    expect(quoted).toMatchObject({ status: 200, body: { items: [enough, short] } });

    const guest = await guestWith(FEW.sku, FEW.stock + 1);
    expect(guest.put.body.items).toMatchObject([short]);
    expect((await guest.ask('GET /v1/cart')).body.items).toMatchObject([short]);
    expect((await guest.ask('POST /v1/checkout/quote', { country: 'DE' })).body.items).toMatchObject([short]);
    const { body: fewer } = await guest.ask(`PUT /v1/cart/items/${FEW.sku}`, { quantity: FEW.stock });
    expect(fewer.items).toMatchObject([{ available: FEW.stock, isShort: false }]);
  });

  test('does not tell how much there is beyond a few pieces', async () => {
    const { put } = await guestWith(SOME.sku, 99);
    expect(put.body.items).toMatchObject([{ quantity: 99, available: MAX_TOLD_PIECES, isShort: true }]);
    const enough = await guestWith(SOME.sku, SOME.stock);
    expect(enough.put.body.items).toMatchObject([{ available: SOME.stock, isShort: false }]);
    for (const { body } of [put, enough.put])
      expect(JSON.stringify(body)).not.toContain(`"available":${SOME.stock + 1}`);
  });

  test('what is on hold for a customer is not missing in the cart of that customer, but in others', async () => {
    const ada = await Shopper.at(shop.url);
    await ada.put(FEW.sku, FEW.stock);
    expect((await ada.ask('POST /v1/checkout/hold')).status).toBe(201);
    const held = { sku: FEW.sku, available: FEW.stock, isShort: false };
    expect((await ada.ask('GET /v1/cart')).body.items).toMatchObject([held]);
    expect((await ada.put(MUG.sku, 1)).body.items).toMatchObject([held, { sku: MUG.sku }]);
    expect((await ada.ask('POST /v1/checkout/quote', { country: 'DE' })).body.items).toMatchObject([held, {}]);
    const guest = await guestWith(FEW.sku, 1);
    const { body } = await eventually(
      () => guest.ask('GET /v1/cart'),
      (cart) => cart.body.items[0].isShort,
    );
    expect(body.items).toMatchObject([{ available: 0, isShort: true }]);
    await ada.ask('DELETE /v1/checkout/hold');
  });

  test('the stock of an open order is not missing in the cart that it is made of', async () => {
    const ada = await Shopper.at(shop.url);
    await ada.put(MORE.sku, MORE.stock);
    const body = { addressId: ada.addressId, paymentMethod: 'tok_slow' };
    const placing = ada.ask('POST /v1/orders', body, { 'idempotency-key': 'open' });
    await eventually(
      () => storeOf(shop, 'inventory').get(MORE.sku),
      (stock) => stock?.available === 0,
    );
    const { body: cart } = await ada.ask('GET /v1/cart');
    const line = { sku: MORE.sku, available: MORE.stock, isShort: false };
    expect(cart).toMatchObject({ openOrder: { status: 'PENDING' }, items: [line] });
    expect((await ada.ask('POST /v1/checkout/quote', { country: 'DE' })).body.items).toMatchObject([line]);
    expect((await placing).status).toBe(201);
  });
});
