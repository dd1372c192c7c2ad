import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Engine } from '../../../mixins/store/engine.ts';
import type { Product } from '../../../services/product/product/product.ts';
import { newId } from '../../../services/shared/ids.ts';
import { storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { reconnect } from '../../support/missed-events.ts';
import { eventually, request, startShop, type TestShop } from '../../support/shop.ts';

eachEngine('the projection', (engine) => {
  let shop: TestShop;
  /** Writes as another process would, of which no event tells here. */
  const silently = (service: 'product' | 'inventory' | 'category') =>
    (shop.broker.getLocalService(service) as unknown as { adapter: Engine }).adapter;
  const total = async (query: string) => (await request(shop.url, `GET /v1/products?limit=1&${query}`)).body.total;
  const becomes = (query: string, wanted: number, ms?: number) =>
    eventually(
      () => total(query),
      (found) => found === wanted,
      ms,
    );
  let sample: Product;
  const fresh = (n: number, updatedAt: Date) => ({
    ...sample,
    _id: newId('prd'),
    rev: 0,
    slug: `fresh-${n}`,
    title: `Zarzuela ${n}`,
    variants: [{ sku: `FRESH-${n}`, title: 'Fresh', options: {}, prices: { EUR: { amount: 100 } }, weight: 1 }],
    updatedAt,
  });

  beforeAll(async () => {
    shop = await startShop(engine.config({ SEED: 'true' }));
    const [one] = await storeOf(shop, 'product').find({ slug: 'alder-merino-crew-sweater' });
    sample = one as Product;
  });
  afterAll(() => shop.stop());

  test('has a product of which no event told, even if nothing tells that one was lost', async () => {
    await silently('product').add(fresh(0, new Date()));
    await becomes('q=zarzuela', 1);
  });

  test('has a change without an event, and forgets an archived product', async () => {
    const { rev } = (await storeOf(shop, 'product').get(sample._id)) as Product;
    await silently('product').swap(sample._id, rev, { title: 'Quietly renamed', updatedAt: new Date() });
    await reconnect(shop);
    await becomes('q=quietly', 1);
    await silently('product').swap(sample._id, rev + 1, { status: 'archived', updatedAt: new Date() });
    await becomes('q=quietly', 0);
    expect((await request(shop.url, `GET /v1/products/${sample._id}`)).status).toBe(404);
    await silently('product').swap(sample._id, rev + 2, { status: 'active', updatedAt: new Date() });
    await becomes('q=quietly', 1);
  });

  test('has the stock of which no event told', async () => {
    const there = await total('inStock=true');
    // Opened by the catch-up that found it missing.
    const stock = await eventually(
      () => storeOf(shop, 'inventory').get('FRESH-0'),
      (found) => found !== null,
    );
    const more = { available: 3, received: 3, updatedAt: new Date() };
    expect(await silently('inventory').swap('FRESH-0', stock?.rev ?? -1, more)).toBe(true);
    await reconnect(shop);
    await becomes('inStock=true', there + 1);
  });

  test('has the tree of which no event told', async () => {
    const tree = await storeOf(shop, 'category').get('tree');
    await silently('category').swap('tree', tree?.rev ?? 0, { 'categories.knitwear.title': 'Maschenware' });
    await reconnect(shop);
    expect(await becomes('q=maschenware', await total('category=knitwear'))).toBeGreaterThan(5);
  });

  test('has many that another process says are new, at once and however old they look', async () => {
    const before = await total('q=zarzuela');
    const longAgo = new Date(Date.now() - 3_600_000);
    const docs = Array.from({ length: 300 }, (_, n) => fresh(10_000 + n, longAgo));
    await silently('product').addNew(docs);
    await shop.broker.broadcast('product.added', { ids: docs.map(({ _id }) => _id) });
    await becomes('q=zarzuela', before + 300);
  });

  test('has all of many that were written in the same millisecond', async () => {
    const at = new Date();
    await silently('product').addNew(Array.from({ length: 2500 }, (_, n) => fresh(n + 1, at)));
    await reconnect(shop);
    await becomes('q=zarzuela', 2801, 50_000);
  });

  test.each([
    ['a clock that is seconds slow', 9998, 3000],
    ['a bulk that took a minute to be written', 9999, 60_000],
  ])('has the change of %s', async (_name, n, late) => {
    await silently('product').add(fresh(n, new Date(Date.now() - late)));
    await reconnect(shop);
    await becomes(`q=${n}`, 1, 50_000);
  });
});
