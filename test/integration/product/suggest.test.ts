import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { eachEngine } from '../../support/engines.ts';
import { request, startShop, type TestShop } from '../../support/shop.ts';

const { products } = await sampleCatalogue('EUR');

eachEngine('suggestions', (engine) => {
  let shop: TestShop;
  const suggest = async (q: string, more = '') => {
    const { status, body } = await request(shop.url, `GET /v1/products/suggest?q=${encodeURIComponent(q)}${more}`);
    expect(status).toBe(200);
    return body as Record<
      'products' | 'brands' | 'categories',
      { title: string; value: string; slug: string; count: number }[]
    >;
  };
  const related = (name: string, more = '') => request(shop.url, `GET /v1/products/${name}/related${more}`);

  beforeAll(async () => {
    shop = await startShop(engine.config({ SEED: 'true' }));
  });
  afterAll(() => shop.stop());

  test.each(['k', 'kn', 'knit'])('for %s are categories, brands and titles that begin so', async (q) => {
    const { categories, brands, products: titled } = await suggest(q);
    expect(categories.map(({ slug }) => slug)).toContain('knitwear');
    const begins = (text: string) => text.split(/\W+/).some((word) => word.toLowerCase().startsWith(q));
    for (const text of [...brands.map(({ value }) => value), ...titled.map(({ title }) => title)]) {
      expect([text, begins(text)]).toEqual([text, true]);
    }
  });

  test('are products by any of their words, the most popular first, as many as asked for', async () => {
    const { products: found } = await suggest('merino', '&limit=3');
    const expected = products
      .filter(({ title }) => /\bmerino/i.test(title))
      .sort((a, b) => b.popularity - a.popularity || (a._id < b._id ? -1 : 1))
      .map(({ slug }) => slug);
    expect(found.map(({ slug }) => slug)).toEqual(expected.slice(0, 3));
    expect((await suggest('sweater mer')).products.map(({ slug }) => slug)).toContain('alder-merino-crew-sweater');
    expect((await suggest('swaeter')).products.map(({ slug }) => slug)).toContain('alder-merino-crew-sweater');
    const { brand } = products[0] ?? { brand: '' };
    expect((await suggest(brand)).brands[0]).toEqual({
      value: brand,
      count: products.filter((one) => one.brand === brand).length,
    });
    for (const q of ['zzzz', '***']) expect(await suggest(q)).toEqual({ categories: [], brands: [], products: [] });
  });

  test.each(['', '?q=', `?q=${'a'.repeat(201)}`, '?q=a&limit=21', '?q[$ne]=a'])('refuse %s', async (query) => {
    expect(await request(shop.url, `GET /v1/products/suggest${query}`)).toMatchObject({
      status: 400,
      body: { type: '/problems/invalid-request' },
    });
  });

  test('of what goes with a product are others of its category, the most alike first', async () => {
    const [sample] = products.filter(({ category }) => category === 'knitwear');
    const { status, body } = await related(sample?.slug ?? '', '?limit=5');
    expect(status).toBe(200);
    expect(body.items).toHaveLength(5);
    const pairs = ({ brand, attributes, variants }: (typeof products)[number]) =>
      new Set([
        brand,
        ...[attributes, ...variants.map(({ options }) => options)].flatMap((labels) =>
          Object.entries(labels).map((pair) => pair.join()),
        ),
      ]);
    const own = pairs(sample as (typeof products)[number]);
    const alike = body.items.map(({ id }: { id: string }) => {
      const [item] = products.filter(({ _id }) => _id === id).map(pairs);
      return [...(item ?? [])].filter((pair) => own.has(pair)).length;
    });
    expect(alike).toEqual(alike.toSorted((a: number, b: number) => b - a));
    for (const item of body.items) {
      expect(item.category).toBe('knitwear');
      expect(item.id).not.toBe(sample?._id);
    }
    expect((await related(sample?._id ?? '', '?limit=5')).body).toEqual(body);
    expect((await related('none')).status).toBe(404);
  });

  test('of what goes with a product reach above its category when that is small', async () => {
    const inCategory = products.filter(({ category }) => category === 'knitwear');
    const { body } = await related(inCategory[0]?.slug ?? '', '?limit=20');
    const ids = body.items.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(20);
    const firsts = ids.slice(0, inCategory.length - 1);
    expect(firsts.sort()).toEqual(
      inCategory
        .slice(1)
        .map(({ _id }) => _id)
        .sort(),
    );
  });
});
