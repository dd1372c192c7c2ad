import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LINE_BREAK } from '../../lib/files/unicode.ts';
import { cleanUp, engines } from '../support/engines.ts';
import { importFile, productLine } from '../support/imports.ts';
import { LINE_BREAKS, TEXT_LINE_BREAKS } from '../support/line-breaks.ts';
import { CATALOGUE_COPY, plentiful } from '../support/sample.ts';
import { ADDRESS, request, Shopper, send, startShop, type TestShop } from '../support/shop.ts';
import { staffAt } from '../support/staff.ts';

const nedb = engines.find(({ name }) => name === 'nedb') as (typeof engines)[number];
const code = (character: string) => `U+${character.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}`;

/** The embedded shop is stopped and started again on its files, after every text that a request brings in had such a character. */
describe('after a restart of the embedded shop, texts with what a line reader takes for the end of a line are there', () => {
  const all = LINE_BREAKS.join('x');
  /** Notes and reviews keep line breaks, and refuse other controls. */
  const lines = TEXT_LINE_BREAKS.join('x');
  const config = nedb.config({ SEED: 'true' });
  let shop: TestShop;
  let staff: Shopper;
  let ada: Shopper;
  const products = new Map<string, { id: string; texts: object }>();
  const said: { order: object; review: object; device: string } = {
    order: {},
    review: {},
    device: '',
  };

  const productTexts = (character: string) => ({
    title: `T${character}t`,
    description: `one${character}two${character}`,
    brand: `B${character}b`,
    attributes: { material: `wool${character}silk` },
  });
  async function loggedIn({ email, password }: Shopper): Promise<Shopper> {
    const again = new Shopper(shop.url, email);
    again.token = (await request(shop.url, 'POST /v1/auth/login', { body: { email, password } })).body.accessToken;
    return again;
  }
  const orders = async () => (await ada.ask('GET /v1/orders')).body.items[0];

  beforeAll(async () => {
    shop = await startShop(config);
    staff = await staffAt(shop, 'admin');
    for (const [n, character] of LINE_BREAKS.entries()) {
      const texts = productTexts(character);
      const [variant] = JSON.parse(productLine(n)).variants;
      const { status, body } = await staff.ask('POST /v1/admin/products', {
        ...JSON.parse(productLine(n, { slug: `break-${n}` })),
        ...texts,
        variants: [{ ...variant, title: `V${character}v`, options: { size: `M${character}L` } }],
      });
      expect([code(character), status]).toEqual([code(character), 201]);
      products.set(body.id, { id: body.id, texts });
    }
    const imported = await importFile(staff, 'jsonl', productLine(500, productTexts(all)));
    expect(imported.created).toBe(1);
    const csv = `slug,title,brand,category,sku,variant_title,weight,description\ncsv-breaks,T,B,lighting,CSV-BREAKS,V,1,"${all}"\n`;
    expect((await importFile(staff, 'csv', csv)).created).toBe(1);

    ada = await Shopper.at(shop.url);
    // Names and addresses are of one line.
    for (const character of LINE_BREAKS) {
      const name = `Ada${character}Byron`;
      expect((await ada.ask('PATCH /v1/me', { name })).status).toBe(400);
      expect((await ada.ask('POST /v1/me/addresses', { ...ADDRESS, line2: name })).status).toBe(400);
      const registered = await request(shop.url, 'POST /v1/auth/register', {
        body: { email: `${code(character).slice(2)}@example.com`, password: 'correct horse battery', name },
      });
      expect(registered.status).toBe(400);
    }
    // A header is read as Latin-1, so that this byte is U+0085.
    const login = await request(shop.url, 'POST /v1/auth/login', {
      body: { email: ada.email, password: ada.password },
      headers: { 'user-agent': 'Agent\u0085one' },
    });
    expect(login.status).toBe(200);
    ada.token = login.body.accessToken;
    said.device = (await ada.ask('GET /v1/me/sessions')).body.items.find((one: { device: string }) =>
      one.device.startsWith('Agent'),
    ).device;
    expect(said.device).toBe('Agent\u0085one');

    const { body } = await request(shop.url, CATALOGUE_COPY);
    const [sku] = await plentiful(body.items, 1);
    const product = body.items.find(({ variants }: { variants: { sku: string }[] }) =>
      variants.some((one) => one.sku === sku),
    );
    await ada.put(String(sku), 1);
    const placed = await ada.ask(
      'POST /v1/orders',
      { addressId: ada.addressId, note: `at${lines}door` },
      { 'idempotency-key': 'breaks' },
    );
    expect(placed.body.status).toBe('PAID');
    said.order = placed.body;
    const review = await ada.ask(`PUT /v1/products/${product.id}/reviews/mine`, {
      rating: 5,
      title: 'a b',
      text: `c${lines}d`,
    });
    expect(review.status).toBe(201);
    said.review = { id: product.id, body: review.body };
    const packed = await staff.ask(`POST /v1/admin/orders/${placed.body.id}/pack`, { note: `box${lines}one` });
    expect(packed.status).toBe(200);

    await shop.stop();
    shop = await startShop(config);
    [ada, staff] = [await loggedIn(ada), await loggedIn(staff)];
  });
  afterAll(async () => {
    await shop?.stop();
    await cleanUp();
  });

  test('products that staff has made', async () => {
    for (const { id, texts } of products.values()) {
      expect((await staff.ask(`GET /v1/admin/products/${id}`)).body).toMatchObject(texts);
    }
  });

  test('products from files, by JSON Lines and CSV', async () => {
    const bySlug = async (slug: string) => (await staff.ask(`GET /v1/admin/products?slug=${slug}`)).body.items[0];
    expect(await bySlug('bulk-500')).toMatchObject(productTexts(all));
    expect(await bySlug('csv-breaks')).toMatchObject({ description: all });
  });

  test('the session with its device', async () => {
    const { items } = (await ada.ask('GET /v1/me/sessions')).body;
    expect(items.map(({ device }: { device: string }) => device)).toContain(said.device);
  });

  test('the order with its note, and the review', async () => {
    const order = said.order as { id: string; note: string };
    expect(await orders()).toMatchObject({ id: order.id });
    expect((await ada.ask(`GET /v1/orders/${order.id}`)).body).toMatchObject({ note: order.note, status: 'PACKED' });
    const { id, body } = said.review as { id: string; body: { title: string; text: string } };
    const mine = (await ada.ask(`GET /v1/products/${id}/reviews/mine`)).body;
    expect(mine).toMatchObject({ title: body.title, text: body.text });
  });

  test('the audit log', async () => {
    const { token } = staff;
    const { status, body } = await send(shop.url, 'GET /v1/admin/audit-log?action=product.create&limit=100', { token });
    expect(status).toBe(200);
    expect(JSON.stringify(body)).toContain(JSON.stringify(productTexts('\u2028').title).slice(1, -1));
  });

  test('an export is one line a product for every line reader', async () => {
    const { body } = await staff.ask('GET /v1/admin/products/export?format=jsonl');
    const lines = String(body)
      .split(LINE_BREAK)
      .filter((line) => line !== '');
    const slugs = lines.map((line) => JSON.parse(line).slug);
    expect(slugs).toContain('bulk-500');
    for (let n = 0; n < LINE_BREAKS.length; n += 1) expect(slugs).toContain(`break-${n}`);
  });

  test.each(['csv', 'jsonl'] as const)('an export as %s, which changes nothing when it comes back', async (format) => {
    const { body } = await staff.ask(`GET /v1/admin/products/export?format=${format}`);
    const job = await importFile(staff, format, String(body));
    expect(job).toMatchObject({ status: 'done', created: 0, updated: 0, failed: 0, errors: [] });
    expect(job.unchanged).toBeGreaterThan(LINE_BREAKS.length);
  });

  test.each(['\ud800', '\udfff', 'x\udc00\ud800x'])('half of a character (%j) is refused at the gate', async (half) => {
    const refused = { status: 400, body: { type: '/problems/invalid-request' } };
    const product = { ...JSON.parse(productLine(600)), description: half };
    expect(await staff.ask('POST /v1/admin/products', product)).toMatchObject({
      ...refused,
      body: { errors: [{ pointer: '/description', detail: expect.stringContaining('well-formed') }] },
    });
    expect(
      await staff.ask('POST /v1/admin/products', { ...product, description: '', attributes: { [half]: 'x' } }),
    ).toMatchObject(refused);
    expect(await ada.ask('PATCH /v1/me', { name: half })).toMatchObject(refused);
    const job = await importFile(staff, 'jsonl', productLine(601, { description: half }));
    expect(job).toMatchObject({ created: 0, errors: [{ line: 1, detail: expect.stringContaining('well-formed') }] });
    const whole = await staff.ask('PATCH /v1/me', { name: 'Ada \ud83d\ude00' });
    expect(whole.status).toBe(200);
  });
});
