import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { storeOf } from '../../support/books.ts';
import { manyCustomers } from '../../support/customers.ts';
import { eachEngine } from '../../support/engines.ts';
import { type Answer, request, type Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

interface Item {
  productId: string;
  addedAt: string;
  product: { title: string; slug: string } | null;
}

eachEngine('a wish list', (engine) => {
  let shop: TestShop;
  let newCustomers: (count: number) => Promise<Shopper[]>;
  let [mitts, sweater] = [
    { id: '', title: '', price: {} },
    { id: '', title: '', price: {} },
  ];
  let ada: Shopper;
  let bob: Shopper;

  beforeAll(async () => {
    const config = engine.config({ SEED: 'true' });
    shop = await startShop(config);
    newCustomers = (count) => manyCustomers(shop, config, count, {});
    [mitts, sweater] = (await Promise.all(
      ['marsett-fingerless-mitts', 'alder-merino-crew-sweater'].map(
        async (slug) => (await request(shop.url, `GET /v1/products/${slug}`)).body,
      ),
    )) as [typeof mitts, typeof sweater];
  });
  afterAll(() => shop.stop());
  beforeEach(async () => {
    [ada, bob] = (await newCustomers(2)) as [Shopper, Shopper];
  });

  const list = async (shopper: Shopper): Promise<Item[]> => (await shopper.ask('GET /v1/me/wishlist')).body.items;
  const idsOf = async (shopper: Shopper) => (await list(shopper)).map(({ productId }) => productId);
  const put = (shopper: Shopper, id: string): Promise<Answer> => shopper.ask(`PUT /v1/me/wishlist/${id}`);
  const remove = (shopper: Shopper, id: string): Promise<Answer> => shopper.ask(`DELETE /v1/me/wishlist/${id}`);

  test('is empty at first, and one page', async () => {
    expect(await ada.ask('GET /v1/me/wishlist')).toMatchObject({ status: 200, body: { items: [], nextCursor: null } });
  });

  test('has each product once, the latest wish first, as it is shown in lists', async () => {
    for (const { id } of [mitts, sweater, mitts]) expect(await put(ada, id)).toMatchObject({ status: 204, body: '' });
    const items = await list(ada);
    expect(items.map(({ productId }) => productId)).toEqual([sweater.id, mitts.id]);
    expect(items[0]?.product).toMatchObject({ title: sweater.title, price: sweater.price });
    expect(Date.parse(String(items[0]?.addedAt))).toBeGreaterThanOrEqual(Date.parse(String(items[1]?.addedAt)));
  });

  test('a product is taken off; taking it off again is the same', async () => {
    for (const { id } of [mitts, sweater]) await put(ada, id);
    for (let again = 0; again < 2; again++) expect((await remove(ada, mitts.id)).status).toBe(204);
    expect(await idsOf(ada)).toEqual([sweater.id]);
  });

  test('belongs to one customer', async () => {
    await put(ada, mitts.id);
    expect(await list(bob)).toEqual([]);
    await remove(bob, mitts.id);
    expect(await idsOf(ada)).toEqual([mitts.id]);
  });

  test.each(['GET /v1/me/wishlist', 'PUT /v1/me/wishlist/prd_1', 'DELETE /v1/me/wishlist/prd_1'])(
    '%s is for those who are logged in',
    async (route) => {
      expect(await request(shop.url, route)).toMatchObject({ status: 401 });
    },
  );

  test('a product that does not exist is not found, and not on the list', async () => {
    expect(await put(ada, 'prd_none')).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });
    expect(await list(ada)).toEqual([]);
  });

  test('shows each product as it is now, and null for one that is no longer sold', async () => {
    const staff = await staffAt(shop);
    const act = (route: string, version: number, change: object = {}) =>
      staff.ask(route, change, { 'if-match': `"${version}"` });
    const { body } = await staff.ask('POST /v1/admin/products', {
      ...{ slug: 'brass-lantern', title: 'Lamp', brand: 'Fernhollow', category: 'lighting', status: 'active' },
      variants: [{ sku: 'BRASS-LANTERN', title: 'Brass', prices: { EUR: { amount: 4900 } }, weight: 800 }],
    });
    expect(await put(ada, body.id)).toMatchObject({ status: 204 });
    await act(`PATCH /v1/admin/products/${body.id}`, 1, { title: 'Lantern' });
    expect(await list(ada)).toMatchObject([{ productId: body.id, product: { title: 'Lantern' } }]);
    await act(`POST /v1/admin/products/${body.id}/archive`, 2);
    expect(await list(ada)).toMatchObject([{ productId: body.id, product: null }]);
    expect((await remove(ada, body.id)).status).toBe(204);
    expect(await list(ada)).toEqual([]);
  });

  test('wishes that are made at once are all kept, each once', async () => {
    const { body } = await request(shop.url, 'GET /v1/products?limit=10');
    const ids: string[] = body.items.map(({ id }: Item['product'] & { id: string }) => id);
    await Promise.all([...ids, ...ids].map((id) => put(ada, id)));
    expect((await idsOf(ada)).sort()).toEqual([...ids].sort());
  });

  test('has up to 100 products, however many are wished for at once', async () => {
    const addedAt = new Date();
    const wishlist = Array.from({ length: 99 }, (_, n) => ({ productId: `prd_${n}`, addedAt }));
    await storeOf(shop, 'customer').change(ada.id, () => ({ answer: undefined, patch: { wishlist } }));
    const answers = await Promise.all([mitts, sweater].map(({ id }) => put(ada, id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 422]);
    expect(answers.find(({ status }) => status === 422)?.body).toMatchObject({ type: '/problems/limit-reached' });
    expect(await list(ada)).toHaveLength(100);
  });
});
