import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { newId } from '../../../services/shared/ids.ts';
import { eachEngine } from '../../support/engines.ts';
import { eventually, request, startShop, type TestShop } from '../../support/shop.ts';

interface Listed {
  id: string;
  slug: string;
  title: string;
  category: string;
  brand: string;
  createdAt: string;
  price: { amount: number; currency: string };
  priceTo: { amount: number; currency: string };
  options: Record<string, string[]>;
  defaultSku: string;
  availability: string;
  variants: { sku: string; price: { amount: number; currency: string }; availability: string }[];
}

const { categories, products } = await sampleCatalogue('EUR');
const BAD_REQUEST = { status: 400, body: { type: '/problems/invalid-request' } };

eachEngine('the catalogue', (engine) => {
  let shop: TestShop;
  const list = async (query: Record<string, string | number> = {}) => {
    const text = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
    return request(shop.url, `GET /v1/products?${text}`);
  };
  /** Every product of a list, a page after the other; `between` runs after each page. */
  const all = async (query: Record<string, string | number>, between = async (_page: number) => {}) => {
    const found: Listed[] = [];
    let cursor: string | null = '';
    for (let page = 0; cursor !== null; page++) {
      const { status, body } = await list({ ...query, ...(cursor ? { cursor } : {}) });
      expect(status).toBe(200);
      expect(body.items.length).toBeLessThanOrEqual(Number(query.limit ?? 20));
      found.push(...body.items);
      if (page > 500) throw new Error('the list does not end');
      cursor = body.nextCursor;
      if (cursor !== null) await between(page);
    }
    return found;
  };
  /** The database of the product node, to change products in as long as no action does. */
  const store = () =>
    (
      shop.broker.getLocalService('product') as unknown as {
        store: {
          get(id: string): Promise<Record<string, unknown>>;
          insert(doc: object): Promise<boolean>;
          change(id: string, decide: (doc: object, now: Date) => object): Promise<unknown>;
        };
      }
    ).store;

  beforeAll(async () => {
    shop = await startShop(engine.config({ SEED: 'true' }));
  });
  afterAll(() => shop.stop());

  test('has what a list has, 20 to a page, the most popular first', async () => {
    const { status, body } = await list();
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(['items', 'nextCursor', 'total']);
    expect(body.total).toBe(products.length);
    expect(body.items).toHaveLength(20);
    expect(body.nextCursor).toEqual(expect.any(String));
    const popular = products.toSorted((a, b) => b.popularity - a.popularity).map(({ popularity }) => popularity);
    const shown = body.items.map(({ id }: Listed) => products.find(({ _id }) => _id === id)?.popularity);
    expect(shown).toEqual(popular.slice(0, 20));
  });

  test('has at least 120 products in 12 categories, which page by cursor, each exactly once', async () => {
    for (const limit of [100, 7]) {
      const ids = (await all({ limit })).map(({ id }) => id);
      expect(ids.length).toBeGreaterThanOrEqual(120);
      expect(ids.toSorted()).toEqual(products.map(({ _id }) => _id).sort());
    }
    const shown = await request(shop.url, 'GET /v1/categories');
    expect(shown.body.nextCursor).toBeNull();
    expect(shown.body.items.length).toBeGreaterThanOrEqual(12);
    for (const { slug, title, description } of categories) {
      expect(shown.body.items).toContainEqual(expect.objectContaining({ slug, title, description }));
    }
  });

  test.each([
    ['price', (a: Listed, b: Listed) => a.price.amount - b.price.amount],
    ['-price', (a: Listed, b: Listed) => b.price.amount - a.price.amount],
    ['newest', (a: Listed, b: Listed) => Date.parse(b.createdAt) - Date.parse(a.createdAt)],
  ])('sorts by %s across all pages', async (sort, order) => {
    const found = await all({ sort, limit: 30 });
    expect(found).toHaveLength(products.length);
    for (const [i, item] of found.slice(1).entries()) expect(order(found[i] as Listed, item)).toBeLessThanOrEqual(0);
  });

  test('shows one category, and nothing of one that does not exist', async () => {
    for (const { slug } of categories) {
      const found = await all({ category: slug, limit: 5, sort: 'price' });
      const expected = products.filter(({ category }) => category === slug).map(({ _id }) => _id);
      expect(found.map(({ id }) => id).sort()).toEqual(expected.sort());
    }
    expect((await list({ category: 'no-such-category' })).body).toEqual({ items: [], nextCursor: null, total: 0 });
  });

  test('tells prices in whole cents, to the cent', async () => {
    const found = await all({ limit: 100 });
    const prices = found.flatMap(({ price, priceTo }) => [price, priceTo]);
    for (const { amount, currency } of prices) {
      expect(Number.isSafeInteger(amount) && amount > 0).toBe(true);
      expect(currency).toBe('EUR');
    }
    const kept = new Map(products.map(({ _id, variants }) => [_id, variants.map(({ price }) => price.amount)]));
    for (const { id, price, priceTo } of found) {
      const amounts = kept.get(id) ?? [];
      expect([price.amount, priceTo.amount]).toEqual([Math.min(...amounts), Math.max(...amounts)]);
    }
    expect(prices.some(({ amount }) => amount % 100 !== 0)).toBe(true);
  });

  test('shows what a card needs in lists, and each variant on the page of the product and in a copy', async () => {
    const [sample] = products.filter(({ variants }) => variants.length > 2);
    const find = (items: Listed[]) => items.find(({ id }) => id === sample?._id);
    const card = find(await all({ limit: 100 }));
    const page = (await request(shop.url, `GET /v1/products/${sample?._id}`)).body;
    const copy = find(await all({ limit: 100, updatedSince: '1970-01-01T00:00:00Z' }));
    const looked = (await request(shop.url, 'POST /v1/products/lookup', { body: { ids: [sample?._id] } })).body
      .items[0];
    const related = (await request(shop.url, `GET /v1/products/${products[0]?.slug}/related?limit=20`)).body.items;
    for (const one of [card, looked, ...related]) expect(Object.keys(one)).not.toContain('variants');
    const options = [...new Set(sample?.variants.flatMap((variant) => Object.keys(variant.options)))].map((name) => [
      name,
      [...new Set(sample?.variants.map((variant) => variant.options[name]))],
    ]);
    expect(card?.options).toEqual(Object.fromEntries(options));
    expect(card?.defaultSku).toBe(sample?.variants.find(({ stock }) => stock > 0)?.sku);
    expect(looked).toEqual(card);
    expect(page).toMatchObject({ ...card, variants: copy?.variants });
    expect(copy).toMatchObject({ ...card, images: [] });
    expect(copy?.variants.map(({ sku }) => sku)).toEqual(sample?.variants.map(({ sku }) => sku));
  });

  test('shows a product by its id and by its slug alike, with its availability', async () => {
    const [sample] = products;
    const byId = await request(shop.url, `GET /v1/products/${sample?._id}`);
    const bySlug = await request(shop.url, `GET /v1/products/${sample?.slug}`);
    expect(byId.status).toBe(200);
    expect(bySlug.body).toEqual(byId.body);
    expect(byId.body).toMatchObject({ id: sample?._id, slug: sample?.slug, title: sample?.title });
    const meaning = (stock: number) => (stock === 0 ? 'out_of_stock' : stock < 5 ? 'low_stock' : 'in_stock');
    expect(byId.body.variants.map(({ sku, availability }: Listed['variants'][0]) => [sku, availability])).toEqual(
      sample?.variants.map(({ sku, stock }) => [sku, meaning(stock)]),
    );
    // Exact numbers are for staff.
    for (const variant of byId.body.variants) expect(Object.keys(variant)).not.toContain('available');
    expect(Object.keys(byId.body)).not.toContain('rev');
    const missing = await request(shop.url, 'GET /v1/products/no-such-product');
    expect(missing).toMatchObject({ status: 404, body: { type: '/problems/not-found' } });
  });

  test.each([0, -1, 101, 1.5, 'ten', ''])('refuses a limit of %s', async (limit) => {
    expect(await list({ limit })).toMatchObject({ ...BAD_REQUEST, body: { errors: [{ pointer: '/limit' }] } });
  });

  test('takes a limit from 1 to 100', async () => {
    expect((await list({ limit: 1 })).body.items).toHaveLength(1);
    expect((await list({ limit: 100 })).body.items).toHaveLength(100);
  });

  const written = (place: unknown) => Buffer.from(JSON.stringify(place)).toString('base64url');
  test.each([
    ['words', 'garbage'],
    ['JSON of another shape', written({ $ne: null })],
    ['a list of another shape', written([1, 2])],
    ['nulls', written([null, null, null])],
    ['more than 512 characters', 'x'.repeat(513)],
  ])('refuses a cursor made of %s', async (_name, cursor) => {
    expect(await list({ cursor })).toMatchObject({ ...BAD_REQUEST, body: { errors: [{ pointer: '/cursor' }] } });
  });

  test('refuses a cursor of another query', async () => {
    const { body } = await list({ sort: 'price' });
    for (const query of [
      { sort: 'newest' },
      { sort: '-price' },
      {},
      { q: 'wool' },
      { sort: 'price', inStock: 'true' },
    ]) {
      const answer = await list({ ...query, cursor: body.nextCursor });
      expect(answer).toMatchObject({ ...BAD_REQUEST, body: { errors: [{ pointer: '/cursor' }] } });
    }
  });

  test.each<[string, Record<string, string>]>([
    ['price', { sort: 'price' }],
    ['-price', { sort: '-price' }],
    ['newest', { sort: 'newest' }],
    ['popularity', { sort: 'popularity' }],
    ['rating', { sort: 'rating' }],
    ['relevance', { q: 'wool' }],
    ['price with filters', { sort: 'price', inStock: 'true', minPrice: '1000' }],
  ])('by %s pages through what stays exactly once, while products come, go and change', async (name, query) => {
    const template = await all({ ...query, limit: 100 });
    const known = template.map(({ id }) => id);
    const limit = Math.ceil(known.length / 5);
    const [added, gone] = [new Set<string>(), new Set<string>()];
    const renamed = new Map<string, string>();
    const tag = name.replaceAll(/\W+/g, '-');
    const between = async (page: number) => {
      const [leaving, changing] = [known[page * 2], known[page * 2 + 1]];
      if (leaving === undefined || changing === undefined) return;
      const fresh = {
        ...(await store().get(known[page] as string)),
        _id: newId('prd'),
        slug: `fresh-${tag}-${page}`,
        status: 'active',
      };
      const prices = { EUR: { amount: page % 2 ? 1 : 10_000_000 } };
      const variants = [{ sku: `FRESH-${tag}-${page}`, title: 'Fresh', options: {}, prices, weight: 1 }];
      const popularity = page % 2 ? 0 : 1000;
      const dates = { createdAt: new Date(), updatedAt: new Date() };
      await store().insert({ ...fresh, title: 'Fresh', variants, popularity, ...dates });
      added.add(fresh._id);
      const change = (id: string, patch: object) =>
        store().change(id, (_doc, now) => ({ answer: undefined, patch: { ...patch, updatedAt: now } }));
      // What it is found and sorted by stays.
      const brand = `Brand ${tag} ${page}`;
      await Promise.all([change(leaving, { status: 'archived' }), change(changing, { brand })]);
      gone.add(leaving);
      renamed.set(changing, brand);
      // The next page is read when the shop knows.
      await eventually(
        () => Promise.all([fresh._id, leaving, changing].map((id) => request(shop.url, `GET /v1/products/${id}`))),
        ([f, l, c]) => f?.status === 200 && l?.status === 404 && c?.body.brand === brand,
      );
    };
    const ids = (await all({ ...query, limit }, between)).map(({ id }) => id);
    expect(added.size).toBeGreaterThan(2);
    expect(new Set(ids).size).toBe(ids.length);
    const stayed = known.filter((id) => !gone.has(id));
    expect(ids.filter((id) => !added.has(id) && !gone.has(id))).toEqual(stayed);
    // A gateway may keep a list for a moment.
    const now = await eventually(
      () => all({ ...query, limit: 100 }),
      (found) => found.every(({ id, brand }) => !gone.has(id) && brand === (renamed.get(id) ?? brand)),
    );
    expect(now.map(({ id }) => id).filter((id) => !added.has(id))).toEqual(stayed);
    for (const [id, brand] of renamed) if (!gone.has(id)) expect(now.find((p) => p.id === id)?.brand).toBe(brand);
  });
});
