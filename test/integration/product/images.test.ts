import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import sharp from 'sharp';
import type { Config } from '../../../lib/process/config.ts';
import { eachEngine } from '../../support/engines.ts';
import { bytesAt, picture, upload } from '../../support/pictures.ts';
import { S3StandIn } from '../../support/s3-stand-in.ts';
import { type Answer, eventually, request, type Shopper, send, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

eachEngine('pictures of products', (engine) => {
  let shop: TestShop;
  let config: Config;
  let staff: Shopper;
  let products: string[];

  beforeAll(async () => {
    config = engine.config({ SEED: 'true' });
    shop = await startShop(config);
    staff = await staffAt(shop);
    products = (await request(shop.url, 'GET /v1/products?limit=20')).body.items.map(({ id }: { id: string }) => id);
  });
  afterAll(() => shop.stop());

  /** A product that no other test touches. */
  const fresh = () => products.shift() as string;
  const add = (id: string, content: Buffer, alt = '', who = staff): Promise<Answer> =>
    upload(who, `POST /v1/admin/products/${id}/images?alt=${encodeURIComponent(alt)}`, content, 'image/png');
  const folders = async () => (await readdir(join(config.dataDir, 'media', 'image')).catch(() => [])).length;

  test('are resized to a few widths, never above their own, and shown with the product', async () => {
    const id = fresh();
    const { status, body } = await add(
      id,
      await picture('png', { width: 1000, height: 500 }),
      'A mug, seen from above',
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id,
      version: 2,
      images: [{ alt: 'A mug, seen from above', width: 1000, height: 500 }],
    });
    const [{ sources }] = body.images;
    expect(sources.map(({ width }: { width: number }) => width)).toEqual([320, 640, 1000]);
    for (const { width, url } of sources) {
      const { format, ...size } = await sharp(await bytesAt(shop.url, url)).metadata();
      expect([format, size.width, size.height]).toEqual(['webp', width, width / 2]);
    }
    const shown = await eventually(
      () => request(shop.url, `GET /v1/products/${id}`),
      (answer) => answer.body.images.length > 0,
    );
    expect(shown.body.images).toEqual(body.images);
  });

  test('a small one is offered as it is, a large one as 2560 at most', async () => {
    const widths = async (width: number) => {
      const { body } = await add(fresh(), await picture('webp', { width, height: 20, seed: width }));
      return body.images[0].sources.map((source: { width: number }) => source.width);
    };
    expect(await widths(100)).toEqual([100]);
    expect(await widths(320)).toEqual([320]);
    expect(await widths(3000)).toEqual([320, 640, 1280, 2560]);
  });

  test('the same picture twice is stored once, and changes nothing', async () => {
    const [one, other] = [fresh(), fresh()];
    const content = await picture('png', { seed: 42 });
    const first = await add(one, content, 'first');
    const stored = await folders();
    expect((await add(one, content, 'second')).body).toEqual(first.body);
    const elsewhere = await add(other, content, 'other');
    expect(elsewhere.body.images[0]).toEqual({ ...first.body.images[0], alt: 'other' });
    expect(await folders()).toBe(stored);
  });

  test('added at the same time all count, up to 20', async () => {
    const id = fresh();
    const contents = await Promise.all(Array.from({ length: 23 }, (_, seed) => picture('png', { seed: 100 + seed })));
    const answers = await Promise.all(contents.map((content) => add(id, content)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array(20).fill(200), ...Array(3).fill(422)]);
    expect(answers.find(({ status }) => status === 422)?.body.type).toBe('/problems/limit-reached');
    const { body } = await staff.ask(
      `DELETE /v1/admin/products/${id}/images/${answers.find(({ status }) => status === 200)?.body.images[0].id}`,
    );
    expect([body.version, body.images.length]).toEqual([22, 19]);
  });

  test('are put in order, described and removed, each a change by staff that the audit log has', async () => {
    const id = fresh();
    for (const seed of [1, 2, 3]) await add(id, await picture('png', { seed }));
    const images = `/v1/admin/products/${id}/images`;
    const idsOf = ({ body }: Answer) => body.images.map((image: { id: string }) => image.id);
    const [a, b, c] = idsOf(await staff.ask(`PUT ${images}`, { order: await reversed() }));
    async function reversed() {
      const added = await add(id, await picture('png', { seed: 3 }));
      return idsOf(added).reverse();
    }
    for (const order of [[a, b], [a, b, b], [a, b, c, 'x'], [a, b, 'x'], []]) {
      expect(await staff.ask(`PUT ${images}`, { order })).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '/order' }] },
      });
    }
    const same = await staff.ask(`PUT ${images}`, { order: [a, b, c] });
    expect([same.body.version, idsOf(same)]).toEqual([5, [a, b, c]]);
    const described = await staff.ask(`PATCH ${images}/${b}`, { alt: 'A mug' });
    expect(described.body).toMatchObject({ version: 6, images: [{ alt: '' }, { alt: 'A mug' }, { alt: '' }] });
    const removed = await staff.ask(`DELETE ${images}/${a}`);
    expect([removed.body.version, idsOf(removed)]).toEqual([7, [b, c]]);
    for (const route of [`DELETE ${images}/${a}`, `PATCH ${images}/${a}`]) {
      expect((await staff.ask(route, route.startsWith('PATCH') ? { alt: 'x' } : undefined)).status).toBe(404);
    }
    const admin = await staffAt(shop, 'admin');
    const { items } = (await admin.ask('GET /v1/admin/audit-log?action=product.describeImage')).body;
    expect(items[1]).toMatchObject({ outcome: 'done', before: { version: 5 }, after: { version: 6 } });
  });

  test('files may be cached for a year, and are validated by their tag', async () => {
    const { body } = await add(fresh(), await picture('png', { seed: 7 }));
    const [{ url }] = body.images[0].sources;
    const { status, headers } = await send(shop.url, `GET ${url}`);
    expect(status).toBe(200);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
    const tag = String(headers.get('etag'));
    for (const known of [tag, `W/${tag}`, `"x", ${tag}`]) {
      const again = await request(shop.url, `GET ${url}`, { headers: { 'if-none-match': known } });
      expect([again.status, again.body, again.headers.get('etag')]).toEqual([304, '', tag]);
    }
    expect((await send(shop.url, `GET ${url}`, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
    const head = await request(shop.url, `HEAD ${url}`);
    expect([head.status, head.body, head.headers.get('content-type')]).toEqual([200, '', 'image/webp']);
    for (const path of [
      url.replace(/\d+\.webp/, '321.webp'),
      url.replace(/media\/./, 'media/-'),
      '/media/x/320.webp',
    ]) {
      expect((await request(shop.url, `GET ${path}`)).status).toBe(404);
    }
  });
});

test('pictures are kept in S3-compatible storage when there is one; without it they are out of reach for now', async () => {
  const { engines, cleanUp } = await import('../../support/engines.ts');
  const s3 = await new S3StandIn().start();
  const config = engines[0]?.config({ SEED: 'true', CIRCUIT_BREAKER_HALF_OPEN_SECONDS: '0.2', ...s3.env });
  if (!config) throw new Error('there is no embedded engine');
  const shop = await startShop(config);
  try {
    const staff = await staffAt(shop);
    const [{ id }] = (await request(shop.url, 'GET /v1/products?limit=1')).body.items;
    const content = await picture('png', { width: 400, height: 300 });
    const { body } = await upload(staff, `POST /v1/admin/products/${id}/images`, content, 'image/png');
    expect([...s3.objects.keys()]).toEqual([320, 400].map((width) => `shop/image/${body.images[0].id}/${width}.webp`));
    const [{ url }] = body.images[0].sources;
    expect(
      (await bytesAt(shop.url, url)).equals(s3.objects.get(`shop/image/${body.images[0].id}/320.webp`) as Buffer),
    ).toBe(true);
    s3.failures = Number.POSITIVE_INFINITY;
    const away = { status: 503, body: { type: '/problems/unavailable' } };
    expect(await request(shop.url, `GET ${url}`)).toMatchObject(away);
    const again = () => upload(staff, `POST /v1/admin/products/${id}/images`, content, 'image/png');
    // Before and after the breaker has opened.
    for (let n = 0; n < 6; n += 1) {
      const refused = await again();
      expect(refused).toMatchObject(away);
      expect(refused.headers.get('retry-after')).toBe('1');
    }
    s3.failures = 0;
    expect((await eventually(again, ({ status }) => status !== 503)).status).toBe(200);
  } finally {
    await shop.stop();
    await s3.stop();
    await cleanUp();
  }
});
