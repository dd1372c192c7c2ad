import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { type Answer, eventually, request, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

const unique = () => randomUUID().slice(0, 8);

eachEngine('the products of staff', (engine) => {
  let shop: TestShop;
  let staff: Shopper;

  beforeAll(async () => {
    shop = await startShop(engine.config({ SEED: 'true', CURRENCIES: 'USD' }));
    staff = await staffAt(shop);
  });
  afterAll(() => shop.stop());

  const input = (more: object = {}) => {
    const id = unique();
    return {
      slug: `lamp-${id}`,
      title: `Lamp ${id}`,
      brand: 'Fernhollow',
      category: 'lighting',
      variants: [{ sku: `LAMP-${id}`, title: 'Brass', prices: { EUR: { amount: 4900 } }, weight: 800 }],
      ...more,
    };
  };
  const create = (more: object = {}) => staff.ask('POST /v1/admin/products', input(more));
  const edit = (id: string, version: number, body: object): Promise<Answer> =>
    staff.ask(`PATCH /v1/admin/products/${id}`, body, { 'if-match': `"${version}"` });
  const shownAs = (id: string, is: (answer: Answer) => boolean, query = '') =>
    eventually(() => request(shop.url, `GET /v1/products/${id}${query}`), is);

  test('a new product is a draft that shoppers do not see, until it is made active', async () => {
    const made = await create({ description: '# Warm\n\n**Dims** to amber.' });
    expect(made).toMatchObject({ status: 201, body: { version: 1, status: 'draft', taxClass: 'standard' } });
    expect(made.headers.get('location')).toBe(`/v1/admin/products/${made.body.id}`);
    expect(made.headers.get('etag')).toBe('"1"');
    const read = await staff.ask(`GET /v1/admin/products/${made.body.id}`);
    expect(read).toMatchObject({ status: 200, body: made.body });
    expect((await request(shop.url, `GET /v1/products/${made.body.id}`)).status).toBe(404);
    const active = await edit(made.body.id, 1, { status: 'active' });
    expect(active).toMatchObject({ status: 200, body: { version: 2, status: 'active' } });
    const shown = await shownAs(made.body.id, ({ status }) => status === 200);
    expect(shown.body).toMatchObject({
      title: made.body.title,
      price: { amount: 4900, currency: 'EUR' },
      availability: 'out_of_stock',
      descriptionHtml: '<h2>Warm</h2>\n<p><strong>Dims</strong> to amber.</p>',
    });
    expect(await storeOf(shop, 'inventory').get(made.body.variants[0].sku)).toMatchObject({
      ...{ productId: made.body.id, available: 0 },
    });
  });

  test('is shipped, unless staff says that it is digital or a service', async () => {
    const { body: made } = await create({ status: 'active' });
    expect(made.requiresShipping).toBe(true);
    expect((await shownAs(made.id, ({ status }) => status === 200)).body.requiresShipping).toBe(true);
    const digital = await edit(made.id, 1, { requiresShipping: false });
    expect(digital).toMatchObject({ status: 200, body: { version: 2, requiresShipping: false } });
    await shownAs(made.id, ({ body }) => body.requiresShipping === false);
    expect(await edit(made.id, 2, { requiresShipping: 'no' })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/requiresShipping' }] },
    });
  });

  test('a product from before there were digital goods is shipped, and an edit that says so changes nothing', async () => {
    const { body: made } = await create();
    await storeOf(shop, 'product').change(made.id, () => ({ answer: null, patch: { requiresShipping: undefined } }));
    expect((await staff.ask(`GET /v1/admin/products/${made.id}`)).body.requiresShipping).toBe(true);
    const edited = await edit(made.id, 1, { requiresShipping: true });
    expect(edited).toMatchObject({ status: 200, body: { version: 1, requiresShipping: true } });
  });

  test('a SKU gets its stock also when the process that created the product died before opening it', async () => {
    const { body } = await create({ status: 'active' });
    const [{ sku }] = body.variants;
    const orphan = `${sku}-2`;
    await storeOf(shop, 'product').change(body.id, ({ variants, version }, updatedAt) => ({
      answer: undefined,
      patch: { variants: variants.map((one) => ({ ...one, sku: orphan })), version: version + 1, updatedAt },
    }));
    const stock = await eventually(
      () => storeOf(shop, 'inventory').get(orphan),
      (found) => found !== null,
    );
    expect(stock).toMatchObject({ productId: body.id, available: 0 });
  });

  test('a script in a description does not reach the page', async () => {
    const description =
      'Fine <script>alert(1)</script><img src=x onerror=alert(1)> [here](javascript:alert(1)) and [there](https://example.com)';
    const { body } = await create({ description, status: 'active' });
    const { body: shown } = await shownAs(body.id, ({ status }) => status === 200);
    expect(shown.descriptionHtml).not.toMatch(/script|onerror|javascript/i);
    expect(shown.descriptionHtml).toContain('href="https://example.com"');
    expect(shown.description).toBe(description);
  });

  describe('a change', () => {
    test('without If-Match is refused with 428', async () => {
      const { body } = await create();
      const answer = await staff.ask(`PATCH /v1/admin/products/${body.id}`, { title: 'Other' });
      expect(answer).toMatchObject({ status: 428, body: { type: '/problems/missing-version' } });
    });

    test.each(['"7"', 'W/"1"', '1', '"1', '"x"', '""'])(
      'to another version, If-Match: %s, is refused with 412',
      async (tag) => {
        const { body } = await create();
        const answer = await staff.ask(`PATCH /v1/admin/products/${body.id}`, { title: 'Other' }, { 'if-match': tag });
        expect(answer).toMatchObject({ status: 412, body: { type: '/problems/stale-version' } });
        expect((await staff.ask(`GET /v1/admin/products/${body.id}`)).body).toEqual(body);
      },
    );

    test('of two at once to the same version is made once', async () => {
      const { body } = await create();
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, n) => edit(body.id, 1, { title: `Title ${n}` })),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(412)]);
      const won = answers.find(({ status }) => status === 200);
      expect((await staff.ask(`GET /v1/admin/products/${body.id}`)).body).toEqual(won?.body);
    });

    test('leaves what it does not name, and one that changes nothing leaves the version', async () => {
      const { body } = await create({ attributes: { material: 'Brass' } });
      const same = await edit(body.id, 1, { title: body.title, variants: body.variants });
      expect(same.body).toEqual(body);
      const other = await edit(body.id, 1, { brand: 'Other' });
      expect(other.body).toEqual({ ...body, brand: 'Other', version: 2, updatedAt: other.body.updatedAt });
    });

    test.each([
      ['price', { price: 5 }],
      ['version', { version: 9 }],
      ['rating', { rating: { count: 9, sum: 45 } }],
      ['id', { id: 'prd_1' }],
      ['a status of its own making', { status: 'archived' }],
      ['a negative price', { variants: [{ sku: 'X', title: 'X', prices: { EUR: { amount: -1 } }, weight: 1 }] }],
      ['half a cent', { variants: [{ sku: 'X', title: 'X', prices: { EUR: { amount: 1.5 } }, weight: 1 }] }],
      [
        'a price list there is not',
        { variants: [{ sku: 'X', title: 'X', prices: { GBP: { amount: 1 } }, weight: 1 }] },
      ],
      ['no variant', { variants: [] }],
      ['a SKU twice', { variants: ['X', 'X'].map((sku) => ({ sku, title: sku, prices: {}, weight: 1 })) }],
      ['an attribute that a database would take for an operator', { attributes: { $gt: '1' } }],
      ['an attribute with a dot', { attributes: { 'a.b': '1' } }],
      ['a category there is not', { category: 'no-such' }],
      ['a slug with a slash', { slug: 'a/b' }],
      ['an image it does not have', { variants: [{ sku: 'X', title: 'X', prices: {}, weight: 1, image: 'none' }] }],
    ])('with %s is refused, with a pointer', async (_name, body) => {
      const { body: product } = await create();
      const answer = await edit(product.id, 1, body);
      expect(answer).toMatchObject({ status: 400, body: { type: '/problems/invalid-request' } });
      expect(answer.body.errors[0].pointer).toMatch(/^\/\w/);
      expect((await staff.ask(`GET /v1/admin/products/${product.id}`)).body).toEqual(product);
    });
  });

  test('a slug or a SKU of another product is refused, also when both come at once', async () => {
    const mine = input();
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => staff.ask('POST /v1/admin/products', { ...mine, slug: `lamp-${unique()}` })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
    const { body: refused } = answers.find(({ status }) => status === 409) as Answer;
    expect(refused).toMatchObject({
      type: '/problems/sku-taken',
      detail: expect.stringContaining(mine.variants[0]?.sku ?? '?'),
    });
    const { body: other } = await create();
    const won = answers.find(({ status }) => status === 201)?.body;
    expect(await edit(other.id, 1, { slug: won.slug })).toMatchObject({
      status: 409,
      body: { type: '/problems/slug-taken' },
    });
    expect(await edit(other.id, 1, { variants: won.variants })).toMatchObject({
      ...{ status: 409, body: { type: '/problems/sku-taken' } },
    });
    expect(await create({ slug: won.slug })).toMatchObject({ status: 409, body: { type: '/problems/slug-taken' } });
  });

  test('an archived product is gone from the shop and its carts, cannot be changed, and comes back whole', async () => {
    const { body } = await create({ status: 'active' });
    const shopper = await Shopper.at(shop.url);
    const [{ sku }] = body.variants;
    await eventually(
      () => shopper.put(sku, 1),
      ({ status }) => status === 200,
    );
    const act = (what: string, version: number) =>
      staff.ask(`POST /v1/admin/products/${body.id}/${what}`, {}, { 'if-match': `"${version}"` });
    expect(await act('archive', 9)).toMatchObject({ status: 412 });
    expect(await act('archive', 1)).toMatchObject({ status: 200, body: { status: 'archived', version: 2 } });
    await shownAs(body.id, ({ status }) => status === 404);
    const { body: cart } = await eventually(
      () => shopper.ask('GET /v1/cart'),
      (answer) => answer.body.items[0].availability === 'not_sold',
    );
    expect(cart.items).toEqual([{ sku, quantity: 1, availability: 'not_sold' }]);
    expect(await edit(body.id, 2, { title: 'New' })).toMatchObject({
      ...{ status: 409, body: { type: '/problems/product-archived' } },
    });
    expect(await act('restore', 2)).toMatchObject({
      status: 200,
      body: { ...body, version: 3, updatedAt: expect.anything() },
    });
    await shownAs(body.id, ({ status }) => status === 200);
  });

  test('a product is sold where it has a price, at the price that is shown there', async () => {
    const { body } = await create({ status: 'active' });
    await shownAs(body.id, ({ status }) => status === 200);
    expect((await request(shop.url, `GET /v1/products/${body.id}?currency=USD`)).status).toBe(404);
    const prices = { EUR: { amount: 4900 }, USD: { amount: 5500, compareAt: 6500 } };
    await edit(body.id, 1, { variants: [{ ...body.variants[0], prices }] });
    const { body: shown } = await shownAs(body.id, ({ status }) => status === 200, '?currency=USD');
    expect(shown.variants[0]).toMatchObject({
      ...{ price: { amount: 5500, currency: 'USD' }, compareAtPrice: { amount: 6500, currency: 'USD' } },
    });
    expect(await request(shop.url, `GET /v1/products/${body.id}?currency=GBP`)).toMatchObject({
      ...{ status: 422, body: { type: '/problems/unknown-currency' } },
    });
  });

  describe('a price to come', () => {
    const plan = (id: string, version: number, sku: string, at: Date, amount: number) =>
      staff.ask(
        `POST /v1/admin/products/${id}/price-changes`,
        { sku, currency: 'EUR', price: { amount }, at: at.toISOString() },
        { 'if-match': `"${version}"` },
      );

    test('comes into force at its moment, is shown and charged then, and counts as a change', async () => {
      const { body } = await create({ status: 'active' });
      const [{ sku }] = body.variants;
      await staff.ask(`GET /v1/admin/products/${body.id}`);
      const planned = await plan(body.id, 1, sku, new Date(Date.now() + 1500), 3900);
      expect(planned).toMatchObject({
        status: 200,
        body: { version: 2, priceChanges: [{ sku, price: { amount: 3900 } }] },
      });
      const { body: shown } = await shownAs(body.id, (answer) => answer.body.price?.amount === 3900);
      expect(shown.variants[0].price).toEqual({ amount: 3900, currency: 'EUR' });
      const shopper = await Shopper.at(shop.url);
      const cart = await eventually(
        () => shopper.put(sku, 2),
        (answer) => answer.body.totals?.total.amount === 7800,
      );
      expect(cart.status).toBe(200);
      const { body: after } = await staff.ask(`GET /v1/admin/products/${body.id}`);
      expect(after).toMatchObject({ version: 3, priceChanges: [] });
    });

    test('can be taken back, cannot be in the past, and has to be of a SKU that there is', async () => {
      const { body } = await create();
      const [{ sku }] = body.variants;
      const later = new Date(Date.now() + 3_600_000);
      expect(await plan(body.id, 1, sku, new Date(Date.now() - 1000), 1)).toMatchObject({ status: 400 });
      expect(await plan(body.id, 1, 'NONE', later, 1)).toMatchObject({ status: 404 });
      const { body: planned } = await plan(body.id, 1, sku, later, 1);
      const [{ id }] = planned.priceChanges;
      const back = (version: number) =>
        staff.ask(`DELETE /v1/admin/products/${body.id}/price-changes/${id}`, undefined, {
          'if-match': `"${version}"`,
        });
      expect(await back(1)).toMatchObject({ status: 412 });
      expect(await back(2)).toMatchObject({ status: 200, body: { version: 3, priceChanges: [] } });
    });
  });

  test('staff finds products of any status, by slug and by SKU, page by page', async () => {
    const { body } = await create();
    const find = (query: string) => staff.ask(`GET /v1/admin/products?${query}`);
    expect((await find(`slug=${body.slug}`)).body.items).toEqual([body]);
    expect((await find(`sku=${body.variants[0].sku}`)).body.items).toEqual([body]);
    expect((await find(`slug=${body.slug}&status=active`)).body.items).toEqual([]);
    const first = await find('limit=3');
    const next = await find(`limit=3&cursor=${first.body.nextCursor}`);
    const ids = [...first.body.items, ...next.body.items].map(({ id }) => id);
    expect(ids).toHaveLength(6);
    expect(ids).toEqual(ids.toSorted().reverse());
  });
});
