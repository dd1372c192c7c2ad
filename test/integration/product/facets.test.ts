import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { eventually, request, startShop, type TestShop } from '../../support/shop.ts';

interface Card {
  id: string;
  brand: string;
  category: string;
  price: { amount: number };
  attributes: Record<string, string>;
  availability: string;
  rating: { average: number | null };
  options: Record<string, string[]>;
}

const { products } = await sampleCatalogue('EUR');
/** Not sold in dollars. */
const EUROS_ONLY = String(products[9]?._id);
const colours = (value: string) =>
  products.filter(({ variants }) => variants.some(({ options }) => options.colour === value)).map(({ _id }) => _id);

eachEngine('filters and facets', (engine) => {
  let shop: TestShop;
  const list = async (query: string) => {
    const { status, body } = await request(shop.url, `GET /v1/products?limit=100&${query}`);
    expect([query, status]).toEqual([query, 200]);
    return body as { items: Card[]; total: number; facets?: Record<string, { value: string; count: number }[]> };
  };
  const ids = async (query: string) => (await list(query)).items.map(({ id }) => id).sort();
  const pointers = async (query: string) => {
    const { status, body } = await request(shop.url, `GET /v1/products?${query}`);
    expect([query, status, body.type]).toEqual([query, 400, '/problems/invalid-request']);
    return (body.errors as { pointer: string }[] | undefined)?.map(({ pointer }) => pointer);
  };

  beforeAll(async () => {
    shop = await startShop(engine.config({ SEED: 'true', CURRENCIES: 'USD' }));
    const [first, second] = products.map(({ _id }) => _id);
    const rate = (id: string | undefined, count: number, sum: number) =>
      storeOf(shop, 'product').change(String(id), (_doc, updatedAt) => ({
        answer: undefined,
        patch: { rating: { count, sum }, updatedAt },
      }));
    const inEuros = (_id: string) =>
      storeOf(shop, 'product').change(_id, ({ variants }, updatedAt) => {
        const only = variants.map(({ prices, ...rest }) => ({ ...rest, prices: { EUR: prices.EUR } }));
        return { answer: undefined, patch: { variants: only, updatedAt } };
      });
    await Promise.all([rate(first, 2, 9), rate(second, 1, 3), inEuros(EUROS_ONLY)]);
    await eventually(
      () => list('rating=1'),
      ({ total }) => total === 2,
    );
  });
  afterAll(() => shop.stop());

  test('attr finds attributes and options by name and value, in any case', async () => {
    const graphite = colours('Graphite').sort();
    expect(graphite.length).toBeGreaterThan(3);
    for (const query of ['attr[colour]=Graphite', 'attr[Colour]=GRAPHITE', 'attr%5Bcolour%5D=graphite']) {
      expect(await ids(query)).toEqual(graphite);
    }
    const merino = products.filter(({ attributes }) => attributes.material === 'Merino wool').map(({ _id }) => _id);
    expect(await ids('attr[material]=merino%20wool')).toEqual(merino.sort());
  });

  test('of several values of one attribute any will do, of several attributes all have to hold', async () => {
    const either = [...new Set([...colours('Graphite'), ...colours('Moss')])].sort();
    expect(await ids('attr[colour]=Graphite&attr[colour]=Moss')).toEqual(either);
    const both = await list('attr[colour]=Graphite&attr[colour]=Moss&attr[size]=M');
    expect(both.total).toBeGreaterThan(0);
    expect(both.total).toBeLessThan(either.length);
    for (const { options } of both.items) {
      expect(options.size).toContain('M');
      expect(options.colour?.some((colour) => ['Graphite', 'Moss'].includes(colour))).toBe(true);
    }
    expect((await list('attr[colour]=Graphite&attr[none]=x')).total).toBe(0);
  });

  test('brand may be said several times', async () => {
    const [a, b] = [...new Set(products.map(({ brand }) => brand))];
    const of = (...brands: unknown[]) => products.filter(({ brand }) => brands.includes(brand)).map(({ _id }) => _id);
    expect(await ids(`brand=${encodeURIComponent(String(a))}`)).toEqual(of(a).sort());
    const both = `brand=${encodeURIComponent(String(a).toUpperCase())}&brand=${encodeURIComponent(String(b))}`;
    expect(await ids(both)).toEqual(of(a, b).sort());
  });

  test('a category has the products of its descendants', async () => {
    const { body } = await request(shop.url, 'GET /v1/categories');
    const tree = body.items as { slug: string; parent: string | null; count: number; path: string[] }[];
    const parent = tree.find(({ slug }) => tree.some((one) => one.parent === slug));
    if (!parent) throw new Error('the sample tree is flat');
    const found = await list(`category=${parent.slug}&facets=category`);
    expect(found.total).toBe(parent.count);
    expect(found.total).toBeGreaterThan(0);
    const paths = new Map(tree.map(({ slug, path }) => [slug, path]));
    for (const { category } of found.items) expect(paths.get(category)).toContain(parent.slug);
    // The facet is of all categories: its own filter does not count.
    const counts = Object.fromEntries((found.facets?.category ?? []).map(({ value, count }) => [value, count]));
    for (const { slug, count } of tree.filter(({ count }) => count > 0)) expect(counts[slug]).toBe(count);
  });

  test('a moved category takes its products along at once, and a renamed one is found by its new name', async () => {
    const tree = storeOf(shop, 'category');
    const place = (patch: object) => tree.change('tree', () => ({ answer: undefined, patch: { ...patch } }));
    const before = (await list('category=games')).total;
    const inAudio = (await list('category=audio')).total;
    await place({ 'categories.games.parent': 'audio', 'categories.games.title': 'Zwischenspiele' });
    await eventually(
      () => list('category=audio'),
      ({ total }) => total === inAudio + before,
    );
    expect((await list('q=zwischenspiel')).items.every(({ category }) => category === 'games')).toBe(true);
    expect((await list('q=zwischenspiel')).total).toBe(before);
  });

  test('minPrice and maxPrice are in minor units, both included', async () => {
    const amounts = (await list('sort=price')).items.map(({ price }) => price.amount);
    const [least, most] = [amounts[10] as number, amounts[30] as number];
    const found = await list(`minPrice=${least}&maxPrice=${most}&sort=price`);
    expect(found.items.map(({ price }) => price.amount)).toEqual(amounts.filter((a) => a >= least && a <= most));
  });

  test('inStock leaves out sold-out products, at once', async () => {
    const there = (stock: number) => stock > 0;
    const expected = products.filter(({ variants }) => variants.some(({ stock }) => there(stock)));
    expect((await list('inStock=true')).total).toBe(expected.length);
    expect((await list('inStock=false')).total).toBe(products.length);
    const single = expected.find(({ variants }) => variants.length === 1);
    if (!single) throw new Error('every product has several variants');
    const set = (available: number) =>
      storeOf(shop, 'inventory').change(single.variants[0]?.sku ?? '', (_doc, updatedAt) => ({
        answer: undefined,
        patch: { available, updatedAt },
      }));
    await set(0);
    await eventually(
      () => list('inStock=true'),
      ({ total }) => total === expected.length - 1,
    );
    await set(3);
    await eventually(
      () => list('inStock=true'),
      ({ total }) => total === expected.length,
    );
  });

  test('rating is the least average, and sorts the best first', async () => {
    expect((await list('rating=4')).items.map(({ rating }) => rating.average)).toEqual([4.5]);
    expect((await list('rating=3')).total).toBe(2);
    const averages = (await list('sort=rating')).items.map(({ rating }) => rating.average);
    expect(averages.slice(0, 3)).toEqual([4.5, 3, null]);
  });

  test('facets count what one would find by choosing a value, given the other filters', async () => {
    const base = 'category=knitwear&attr[colour]=Graphite&inStock=true';
    const { facets = {}, total } = await list(
      `${base}&facets=category,brand,price,rating,inStock,attributes,attr[colour]`,
    );
    expect(Object.keys(facets)).toEqual(
      expect.arrayContaining(['category', 'brand', 'price', 'rating', 'inStock', 'attributes', 'attr[colour]']),
    );
    expect(total).toBeGreaterThan(1);
    for (const { value, count } of facets.brand ?? []) {
      expect((await list(`${base}&brand=${encodeURIComponent(value)}`)).total).toBe(count);
    }
    for (const { value, count } of facets['attr[colour]'] ?? []) {
      const other = `category=knitwear&inStock=true&attr[colour]=${encodeURIComponent(value)}`;
      expect((await list(other)).total).toBe(count);
    }
    for (const { value, count } of facets['attr[size]'] ?? []) {
      expect((await list(`${base}&attr[size]=${encodeURIComponent(value)}`)).total).toBe(count);
    }
    for (const { value, count } of facets.price ?? []) {
      const [from, to] = value.split('-');
      expect((await list(`${base}&minPrice=${from}&maxPrice=${to}`)).total).toBe(count);
    }
    for (const { value, count } of facets.category ?? []) {
      expect((await list(`attr[colour]=Graphite&inStock=true&category=${value}`)).total).toBe(count);
    }
    for (const name of ['brand', 'category', 'attributes', 'attr[colour]']) {
      const counts = (facets[name] ?? []).map(({ count }) => count);
      expect(counts.length).toBeGreaterThan(1);
      expect(counts).toEqual(counts.toSorted((a, b) => b - a));
    }
    expect((await list('brand=none')).facets).toBeUndefined();
  });

  test('a product that is not sold in a currency is in none of its lists', async () => {
    const dollars = await eventually(
      () => list('currency=USD&facets=inStock'),
      ({ total }) => total === products.length - 1,
    );
    expect(dollars.facets?.inStock?.reduce((sum, { count }) => sum + count, 0)).toBe(products.length - 1);
    const q = encodeURIComponent(products[9]?.title ?? '');
    expect(await ids(`q=${q}`)).toContain(EUROS_ONLY);
    expect(await ids(`currency=USD&q=${q}`)).not.toContain(EUROS_ONLY);
    const [some] = dollars.items;
    const price = (some as Card).price.amount;
    expect(await ids(`currency=USD&minPrice=${price}&maxPrice=${price}`)).toContain(some?.id);
    const answer = await request(shop.url, 'GET /v1/products?currency=GBP');
    expect(answer).toMatchObject({ status: 422, body: { type: '/problems/unknown-currency' } });
  });

  test.each<[string, string[]]>([
    ['minPrice=5&maxPrice=4', ['/minPrice']],
    ['minPrice=-1', ['/minPrice']],
    ['maxPrice=1.5', ['/maxPrice']],
    ['rating=6', ['/rating']],
    ['inStock=maybe', ['/inStock']],
    ['sort=title', ['/sort']],
    ['facets=brand,colour', ['/facets']],
    ['facets=attr[a][b]', ['/facets']],
    [`q=${'a+'.repeat(11)}`, ['/q']],
    [`q=${'a'.repeat(201)}`, ['/q']],
    ['q[$ne]=x', ['/q[$ne]']],
    ['brand[$ne]=x', ['/brand[$ne]']],
    ['brand=', ['/brand/0']],
    ['attr=red', ['/attr']],
    ['attr[]=red', ['/attr']],
    ['attr[colour]=', ['/attr/colour/0']],
    ['attr[colour][$ne]=x', ['/attr[colour][$ne]']],
    ['attr[colour][a][b]=x', ['/attr/colour']],
    ['attr[$ne]=x', ['/attr[$ne]']],
    ['attr[a.b]=x', ['/attr[a.b]']],
    ['attr[__proto__]=x', ['/attr[__proto__]']],
    ['attr[constructor]=x', ['/attr[constructor]']],
    ['attr[toString]=x', ['/attr[toString]']],
    ['category[$gt]=', ['/category[$gt]']],
    [Array.from({ length: 11 }, (_, n) => `attr[a${n}]=x`).join('&'), ['/attr']],
    [Array.from({ length: 21 }, (_, n) => `brand=b${n}`).join('&'), ['/brand']],
    ['updatedSince=yesterday', ['/updatedSince']],
    ['updatedSince=2026-02-31T00:00:00Z', ['/updatedSince']],
    ['updatedSince=2026-01-01T00:00:00Z&q=a&sort=price', ['/q', '/sort']],
  ])('refuses %s', async (query, expected) => {
    expect(await pointers(query)).toEqual(expected);
  });

  test('a hostile q is answered as any other', async () => {
    const hostile = ['a'.repeat(200), `${'a'.repeat(18)} `.repeat(10), '(a+)+$'.repeat(5), '\u0301'.repeat(200)];
    for (const q of hostile) {
      const { status } = await request(shop.url, `GET /v1/products?q=${encodeURIComponent(q)}&facets=attributes`);
      expect(status).toBe(200);
    }
  });

  test('updatedSince shows changed products, the oldest change first, and removed ones', async () => {
    const since = new Date().toISOString();
    const [a, b, c] = products.slice(5, 8).map(({ _id }) => _id) as [string, string, string];
    const change = async (id: string, patch: object) => {
      const changedAt = await storeOf(shop, 'product').change(id, (_doc, updatedAt) => ({
        answer: +updatedAt,
        patch: { ...patch, updatedAt },
      }));
      // The next change is later by the clock, which counts milliseconds.
      while (Date.now() <= changedAt) await new Promise(setImmediate);
    };
    await change(b, { title: 'Changed first' });
    await change(a, { title: 'Changed second' });
    await change(EUROS_ONLY, { title: 'Changed third' });
    await change(c, { status: 'archived' });
    const { body } = await eventually(
      () => request(shop.url, `GET /v1/products?updatedSince=${since}`),
      ({ body }) => body.gone?.length === 1 && body.items.length === 3,
    );
    expect(body).toMatchObject({
      ...{ items: [{ id: b }, { id: a }, { id: EUROS_ONLY }], gone: [c], total: 3, nextCursor: null },
    });
    const paged: string[] = [];
    for (let cursor = ''; ; ) {
      const page = await request(shop.url, `GET /v1/products?updatedSince=${since}&limit=1${cursor}`);
      paged.push(...page.body.items.map(({ id }: Card) => id), ...page.body.gone);
      if (page.body.nextCursor === null) break;
      cursor = `&cursor=${page.body.nextCursor}`;
    }
    expect(paged).toEqual([b, a, EUROS_ONLY, c]);
    // In another currency one of them is not sold.
    const elsewhere = await request(shop.url, `GET /v1/products?updatedSince=${since}&currency=USD`);
    expect(elsewhere.body).toMatchObject({ items: [{ id: b }, { id: a }], gone: [EUROS_ONLY, c], total: 2 });
  });
});
