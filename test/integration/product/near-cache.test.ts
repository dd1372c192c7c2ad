import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { freePort } from '../../../scripts/servers/ports.ts';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { eventually, request, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

const { products } = await sampleCatalogue('EUR');

/** The shop's own contracts; what the near-cache does is tried in test/integration/api/near-cache.test.ts. */
eachEngine('the cached catalogue', (engine) => {
  let shop: TestShop;
  let metrics: string;
  let next = 0;
  let id: string;
  let slug: string;

  beforeAll(async () => {
    const port = await freePort();
    metrics = `http://127.0.0.1:${port}/metrics`;
    shop = await startShop(engine.config({ SEED: 'true', METRICS_PORT: String(port), AUDIT_SECONDS: '0' }));
  });
  beforeEach(() => {
    const { _id, slug: own } = products[next++] as (typeof products)[number];
    [id, slug] = [_id, own];
  });
  afterAll(() => shop.stop());

  const get = (path: string, headers: Record<string, string> = {}) => request(shop.url, `GET ${path}`, { headers });
  const rename = (title: string) =>
    storeOf(shop, 'product').change(id, () => ({ answer: undefined, patch: { title, updatedAt: new Date() } }));
  /** What reaches the gateway of such changes is lost. */
  async function deaf(act: () => Promise<void>) {
    const { nearAnswers } = shop.broker.getLocalService('api') as unknown as { nearAnswers: { drop(): void } };
    nearAnswers.drop = () => undefined;
    try {
      await act();
    } finally {
      Reflect.deleteProperty(nearAnswers, 'drop');
    }
  }

  test.each(['/v1/products', '/v1/products?sort=price&limit=3', '/v1/categories', '/v1/products/:id'])(
    'the answer at %s has a tag, by which a client learns that nothing has changed',
    async (route) => {
      const path = route.replace(':id', id);
      const { status, headers } = await get(path);
      expect(status).toBe(200);
      expect(headers.get('cache-control')).toBe('public, max-age=0, must-revalidate');
      const etag = headers.get('etag') ?? '';
      expect(await get(path, { 'if-none-match': etag })).toMatchObject({ status: 304, body: '' });
      expect((await get(path, { 'if-none-match': '"other"' })).status).toBe(200);
    },
  );

  test('a changed product is shown, by its id and its slug, in every currency', async () => {
    const titles = async () =>
      Promise.all([id, slug, `${id}?currency=EUR`].map(async (name) => (await get(`/v1/products/${name}`)).body.title));
    const [old] = await titles();
    expect(await titles()).toEqual([old, old, old]);
    await rename('Something else');
    await eventually(titles, (seen) => seen.every((title) => title === 'Something else'));
  });

  test('what was sold is shown as sold', async () => {
    const stock = storeOf(shop, 'inventory');
    const sku = String(products.find(({ _id }) => _id === id)?.variants[0]?.sku);
    const shown = async () =>
      (await get(`/v1/products/${id}`)).body.variants.find((variant: { sku: string }) => variant.sku === sku)
        .availability;
    const before = await shown();
    const available = before === 'out_of_stock' ? 50 : 0;
    await stock.change(sku, () => ({ answer: undefined, patch: { available, updatedAt: new Date() } }));
    await eventually(shown, (now) => now !== before);
  });

  test('a change is shown also when its event gets lost: no answer is kept for longer than its time', async () => {
    await deaf(async () => {
      await get(`/v1/products/${id}`);
      await rename('Renamed without an event');
      await eventually(
        async () => (await get(`/v1/products/${id}`)).body.title,
        (title) => title === 'Renamed without an event',
      );
    });
  });

  test('staff sees a change at once, also when its event gets lost', async () => {
    const staff = await staffAt(shop);
    await deaf(async () => {
      for (let n = 0; n < 5; n++) {
        await get(`/v1/products/${id}`);
        await rename(`Title ${n}`);
        await eventually(
          async () => (await shop.broker.call('product.get', { idOrSlug: id })).title,
          (title) => title === `Title ${n}`,
        );
        expect((await staff.ask(`GET /v1/products/${id}`)).body.title).toBe(`Title ${n}`);
        // And so does who asks next.
        expect((await get(`/v1/products/${id}`)).body.title).toBe(`Title ${n}`);
      }
    });
  });

  test('data of one customer is never shown to another, and always to its owner', async () => {
    const [ada, bob] = [await Shopper.at(shop.url), await Shopper.at(shop.url)];
    const sku = String(products.find(({ variants }) => (variants[0]?.stock ?? 0) > 20)?.variants[0]?.sku);
    await ada.put(sku, 2);
    for (const route of ['GET /v1/me', 'GET /v1/cart', 'GET /v1/orders', 'GET /v1/me/addresses']) {
      const [hers, his] = [await ada.ask(route), await bob.ask(route)];
      expect(his.body).not.toEqual(route === 'GET /v1/orders' ? null : hers.body);
      for (const { headers } of [hers, his]) {
        expect(headers.get('cache-control')).toBe('no-store');
        expect(headers.get('etag')).toBeNull();
      }
    }
    expect((await ada.ask('GET /v1/cart')).body.items).toHaveLength(1);
    await ada.put(sku, 3);
    expect((await ada.ask('GET /v1/cart')).body.items[0].quantity).toBe(3);
    expect((await bob.ask('GET /v1/cart')).body.items).toEqual([]);
  });

  test('its hit rate is a metric', async () => {
    for (let n = 0; n < 5; n++) await get(`/v1/products/${id}`);
    const text = await (await fetch(metrics)).text();
    const value = (name: string) =>
      Number(
        new RegExp(`^shop_near_cache_${name}(?:\\{[^}]*action="product.get"[^}]*\\}|\\{[^}]*\\}) ([\\d.]+)`, 'm').exec(
          text,
        )?.[1],
      );
    expect(value('hits_total')).toBeGreaterThan(0);
    expect(value('misses_total')).toBeGreaterThan(0);
    expect(value('entries')).toBeGreaterThan(0);
    expect(value('bytes')).toBeGreaterThan(1000);
  });
});
