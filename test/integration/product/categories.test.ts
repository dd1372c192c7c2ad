import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eachEngine } from '../../support/engines.ts';
import { type Answer, eventually, request, type Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

interface Listed {
  slug: string;
  parent: string | null;
  path: string[];
  count: number;
}

eachEngine('the tree of categories', (engine) => {
  let shop: TestShop;
  let staff: Shopper;

  beforeAll(async () => {
    shop = await startShop(engine.config({ SEED: 'true' }));
    staff = await staffAt(shop);
  });
  afterAll(() => shop.stop());

  const all = async (): Promise<Listed[]> => (await request(shop.url, 'GET /v1/categories')).body.items;
  const one = async (slug: string) => (await all()).find((category) => category.slug === slug);
  const create = (more: object = {}): Promise<Answer> =>
    staff.ask('POST /v1/admin/categories', { slug: `cat-${randomUUID().slice(0, 8)}`, title: 'Some', ...more });
  const move = (slug: string, parent: string | null) => staff.ask(`PATCH /v1/admin/categories/${slug}`, { parent });

  test('has each category before its children, with its path and its number of products', async () => {
    const categories = await all();
    const slugs = categories.map(({ slug }) => slug);
    for (const { slug, parent, path } of categories) {
      expect(path.at(-1)).toBe(slug);
      if (parent !== null) expect(slugs.indexOf(parent)).toBeLessThan(slugs.indexOf(slug));
    }
    const inside = categories.filter(({ parent }) => parent === 'kitchen');
    expect(inside.length).toBeGreaterThan(2);
    const sum = inside.reduce((total, { count }) => total + count, 0);
    expect(await one('kitchen')).toMatchObject({ path: ['kitchen'], count: sum });
    expect(sum).toBeGreaterThan(0);
    const { body } = await request(shop.url, 'GET /v1/categories/cookware');
    expect(body).toMatchObject({ slug: 'cookware', ancestors: [{ slug: 'kitchen' }], children: [] });
    expect((await request(shop.url, 'GET /v1/categories/none')).status).toBe(404);
  });

  test('a category is moved with all that is in it, while its products stay on sale', async () => {
    const before = await one('garden');
    const { body: under } = await create({ parent: 'leisure' });
    const watched = (await request(shop.url, 'GET /v1/products?category=garden&limit=1')).body.items[0].id;
    let isMoving = true;
    const watching = (async () => {
      const seen = new Set<number>();
      while (isMoving) seen.add((await request(shop.url, `GET /v1/products/${watched}`)).status);
      return [...seen];
    })();
    expect(await move('garden', under.slug)).toMatchObject({
      status: 200,
      body: { path: ['leisure', under.slug, 'garden'] },
    });
    expect((await one(under.slug))?.count).toBe(before?.count);
    await eventually(
      () => request(shop.url, `GET /v1/products?category=${under.slug}&limit=100`),
      ({ body }) => body.items.length === before?.count,
    );
    isMoving = false;
    expect(await watching).toEqual([200]);
    await move('garden', 'leisure');
  });

  test('cannot have a category inside itself, also when two are moved into each other at once', async () => {
    expect(await move('kitchen', 'cookware')).toMatchObject({
      status: 409,
      body: { type: '/problems/category-cycle' },
    });
    expect(await move('kitchen', 'kitchen')).toMatchObject({ status: 409, body: { type: '/problems/category-cycle' } });
    for (let round = 0; round < 5; round++) {
      const [{ body: a }, { body: b }] = await Promise.all([create(), create()]);
      const answers = await Promise.all([move(a.slug, b.slug), move(b.slug, a.slug)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    }
    for (const { path } of await all()) expect(path.length).toBeGreaterThan(0);
  });

  test('takes a new category once, under a parent that there is, and not too deep', async () => {
    const { body } = await create({ parent: 'home' });
    expect(body).toMatchObject({ path: ['home', body.slug], count: 0 });
    expect(await create({ slug: body.slug })).toMatchObject({ status: 409, body: { type: '/problems/slug-taken' } });
    expect(await create({ parent: 'none' })).toMatchObject({ status: 404 });
    for (const slug of ['A', 'a b', '../x', '__proto__', '$set', 'a.b']) {
      expect(await create({ slug })).toMatchObject({ status: 400, body: { errors: [{ pointer: '/slug' }] } });
    }
    expect((await create({ slug: 'constructor' })).status).toBe(400);
    let parent = body.slug;
    for (let depth = 3; depth <= 8; depth++) parent = (await create({ parent })).body.slug;
    expect(await create({ parent })).toMatchObject({ status: 422, body: { type: '/problems/limit-reached' } });
  });

  test('gives up a category only when nothing is in it', async () => {
    const remove = (slug: string) => staff.ask(`DELETE /v1/admin/categories/${slug}`);
    const notEmpty = { status: 409, body: { type: '/problems/category-not-empty' } };
    expect(await remove('kitchen')).toMatchObject(notEmpty);
    expect(await remove('garden')).toMatchObject(notEmpty);
    const { body } = await create();
    expect((await remove(body.slug)).status).toBe(204);
    expect((await remove(body.slug)).status).toBe(204);
    expect(await one(body.slug)).toBeUndefined();
  });
});
