import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Config } from '../../../lib/process/config.ts';
import { storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { importEnd, importFile, productLine, productLines } from '../../support/imports.ts';
import { picture, upload } from '../../support/pictures.ts';
import { eventually, request, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

eachEngine('imports of products', (engine) => {
  let shop: TestShop;
  let config: Config;
  let staff: Shopper;

  beforeAll(async () => {
    config = engine.config({ SEED: 'true', CURRENCIES: 'USD' });
    shop = await startShop(config);
    staff = await staffAt(shop);
  });
  afterAll(() => shop.stop());

  const found = async (slug: string) => (await staff.ask(`GET /v1/admin/products?slug=${slug}`)).body.items[0];
  const counts = ({ created, updated, unchanged, failed }: Record<string, number>) => [
    created,
    updated,
    unchanged,
    failed,
  ];
  const spool = () => readdir(join(config.dataDir, 'media', 'import')).catch(() => []);

  test('a file is worked off, and the same file again changes nothing', async () => {
    const file = productLines(0, 1203);
    const first = await importFile(staff, 'jsonl', file);
    expect(first).toMatchObject({
      status: 'done',
      format: 'jsonl',
      staffId: staff.id,
      rows: 1203,
      reason: null,
      errors: [],
    });
    expect(counts(first)).toEqual([1203, 0, 0, 0]);
    const product = await found('bulk-7');
    expect(product).toMatchObject({
      version: 1,
      status: 'active',
      attributes: { material: 'Steel' },
      taxClass: 'standard',
    });
    expect(counts(await importFile(staff, 'jsonl', file))).toEqual([0, 0, 1203, 0]);
    expect(await found('bulk-7')).toEqual(product);
    // It can be found, and has a stock.
    const shown = await eventually(
      () => request(shop.url, 'GET /v1/products/bulk-7'),
      ({ status }) => status === 200,
    );
    expect(shown.body.variants[0]).toMatchObject({ sku: 'BULK-7', availability: 'out_of_stock' });
    expect(await storeOf(shop, 'inventory').get('BULK-7')).toMatchObject({ productId: product.id, available: 0 });
    expect(await spool()).toEqual([]);
  });

  test('a row that differs changes its product, and counts as a change by staff', async () => {
    await importFile(staff, 'jsonl', productLines(2000, 2004));
    const before = await found('bulk-2001');
    const variant = { ...before.variants[0], prices: { EUR: { amount: 900, compareAt: 3001 }, USD: { amount: 1200 } } };
    const another = { ...variant, sku: 'BULK-2001-B', title: 'Two' };
    const file = [
      productLine(2000),
      productLine(2001, { variants: [variant, another] }),
      productLine(2002, { title: ' New title ' }),
    ];
    expect(counts(await importFile(staff, 'jsonl', file.join('')))).toEqual([0, 2, 1, 0]);
    expect(await found('bulk-2001')).toMatchObject({ version: 2, id: before.id, variants: [variant, another] });
    expect(await found('bulk-2002')).toMatchObject({ version: 2, title: 'New title' });
    expect(await storeOf(shop, 'inventory').get('BULK-2001-B')).toMatchObject({ productId: before.id });
    // What a row does not say stays.
    const { description: _, attributes: _a, status: _s, ...little } = JSON.parse(productLine(2003));
    expect(counts(await importFile(staff, 'jsonl', JSON.stringify(little)))).toEqual([0, 0, 1, 0]);
  });

  test('bad rows are reported with their line and reason, and the good ones are kept', async () => {
    const taken = (await found('alder-merino-crew-sweater')).variants[0].sku;
    const variant = (change: object) => ({ variants: [{ ...JSON.parse(productLine(3000)).variants[0], ...change }] });
    await importFile(staff, 'jsonl', productLine(3009));
    const archived = (await importFile(staff, 'jsonl', productLine(3100))) && (await found('bulk-3100'));
    await staff.ask(`POST /v1/admin/products/${archived.id}/archive`, undefined, { 'if-match': '*' });
    const file = [
      productLine(3000),
      '{"slug": 1}\n',
      productLine(3001, { category: 'no-such-category' }),
      productLine(3002, variant({ sku: taken })),
      productLine(3003, variant({ sku: 'BULK-3009' })),
      productLine(3000, { title: 'Again' }),
      productLine(3004, variant({ prices: { GBP: { amount: 1 } } })),
      productLine(3005, variant({ prices: { EUR: { amount: 5, compareAt: 4 } } })),
      productLine(3006, { attributes: { $where: 'x' } }),
      productLine(3007, variant({ image: 'none' })),
      productLine(3100),
      'no JSON\n',
      productLine(3008),
    ].join('');
    const { errors, ...job } = await importFile(staff, 'jsonl', file);
    expect(counts(job)).toEqual([1, 0, 0, 11]);
    const details = Object.fromEntries(
      errors.map(({ line, detail }: { line: number; detail: string }) => [line, detail]),
    );
    expect(details).toEqual({
      2: expect.stringContaining('slug'),
      3: expect.stringMatching(/category/i),
      4: `This SKU belongs to another product. Other products already have these SKUs: ${taken}.`,
      5: 'This SKU belongs to another product. Other products already have these SKUs: BULK-3009.',
      6: 'title differs from line 1, which has the same product.',
      7: '/variants/0/prices/GBP: The currency must be one of EUR, USD.',
      8: '/variants/0/prices/EUR/compareAt: compareAt must be greater than amount.',
      9: expect.stringContaining('A name has up to 40 letters'),
      10: '/variants/0/image: The product has no such image.',
      11: expect.stringMatching(/archived/i),
      12: 'The line is not valid JSON.',
    });
    for (const slug of ['bulk-3000', 'bulk-3003']) expect(await found(slug)).toBeUndefined();
    expect((await found('bulk-3008')).title).toBe('Bulk product 3008');
  });

  describe('nothing is destroyed by what a file leaves out', () => {
    const header = 'slug,title,brand,category,sku,variant_title,weight,option:size,price:EUR\n';
    const variantOf = (slug: string, size: string) => ({
      sku: `${slug}-${size}`.toUpperCase(),
      title: size,
      options: { size, colour: 'red' },
      prices: { EUR: { amount: 1000, compareAt: 2000 }, USD: { amount: 1100 } },
      barcode: '4006381333931',
      weight: 100,
    });
    const made = async (slug: string) => {
      const variants = ['S', 'M', 'L'].map((size) => variantOf(slug, size));
      const line = productLine(9000, { slug, attributes: { material: 'Wool', fit: 'Slim' }, variants });
      expect(await importFile(staff, 'jsonl', line)).toMatchObject({ created: 1 });
      return found(slug);
    };
    const row = (slug: string, size: string, price: number) =>
      `${slug},Bulk product 9000,Fernhollow,lighting,${`${slug}-${size}`.toUpperCase()},${size},100,${size},${price}\n`;

    test('a file sorted by price keeps all variants and changes what it says', async () => {
      const before = [await made('sorted-a'), await made('sorted-b')];
      const rows = ['S', 'M'].flatMap((size, n) => ['sorted-a', 'sorted-b'].map((slug) => row(slug, size, 1500 + n)));
      const job = await importFile(staff, 'csv', header + rows.join(''));
      expect(counts(job)).toEqual([0, 2, 0, 0]);
      expect(job).toMatchObject({ removed: 0, removeMissing: false, removedVariants: [] });
      for (const product of before) {
        const prices = [1500, 1501, 1000].map((amount) => ({
          EUR: { amount, compareAt: 2000 },
          USD: { amount: 1100 },
        }));
        const variants = product.variants.map((variant: object, i: number) => ({ ...variant, prices: prices[i] }));
        expect(await found(product.slug)).toMatchObject({ id: product.id, version: product.version + 1, variants });
      }
    });

    test('a product of which any row is wrong is not touched, wherever its rows stand', async () => {
      const before = [await made('wrong-a'), await made('wrong-b')];
      const [a, b] = [row('wrong-a', 'S', 1), row('wrong-b', 'S', 1)];
      const job = await importFile(staff, 'csv', `${header}${a}${b}${row('wrong-a', 'M', 1).replace(',100,', ',x,')}`);
      expect(counts(job)).toEqual([0, 1, 0, 1]);
      expect(job.errors).toEqual([{ line: 4, detail: expect.stringContaining('weight') }]);
      expect(await found('wrong-a')).toEqual(before[0]);
    });

    test('slug and title, or one attribute, change that of the product alone', async () => {
      const before = await made('titled');
      const files = ['slug,title\ntitled,New\n', 'slug,attr:fit\ntitled,Wide\n', 'slug,attr:fit\ntitled,\n'];
      const wanted = [
        { title: 'New' },
        { attributes: { material: 'Wool', fit: 'Wide' } },
        { attributes: { material: 'Wool' } },
      ];
      for (const [i, file] of files.entries()) {
        expect(counts(await importFile(staff, 'csv', file))).toEqual([0, 1, 0, 0]);
        expect(await found('titled')).toMatchObject({ ...wanted[i], variants: before.variants });
      }
      const line = '{"slug":"titled","brand":"Marsett","attributes":{"fit":"Slim","material":null}}';
      expect(counts(await importFile(staff, 'jsonl', line))).toEqual([0, 1, 0, 0]);
      expect(await found('titled')).toMatchObject({
        ...{ title: 'New', brand: 'Marsett', attributes: { fit: 'Slim' }, variants: before.variants },
      });
    });

    test('in JSON Lines, absent fields of variants stay, null takes one away, and new variants come last', async () => {
      const before = await made('merged');
      const variants = [
        { sku: 'MERGED-XL', title: 'XL', weight: 5 },
        { sku: 'MERGED-L', prices: { EUR: { compareAt: null }, USD: null }, barcode: null, options: { colour: null } },
      ];
      expect(counts(await importFile(staff, 'jsonl', JSON.stringify({ slug: 'merged', variants })))).toEqual([
        0, 1, 0, 0,
      ]);
      const [small, medium] = before.variants;
      expect((await found('merged')).variants).toEqual([
        small,
        medium,
        { sku: 'MERGED-L', title: 'L', options: { size: 'L' }, prices: { EUR: { amount: 1000 } }, weight: 100 },
        { sku: 'MERGED-XL', title: 'XL', options: {}, prices: {}, weight: 5 },
      ]);
      expect(await storeOf(shop, 'inventory').get('MERGED-XL')).toMatchObject({ productId: before.id });
    });

    test('a row without the fields of a new product or of a price is refused with the missing ones', async () => {
      const before = await made('little');
      const file =
        'slug,title,sku,price:EUR,weight\nnew,New,NEW-1,900,1\nlittle,,LITTLE-XL,900,\n,,NOWHERE-1,900,\n,,LITTLE-S,2000,\n,,LITTLE-M,900,\n';
      const job = await importFile(staff, 'csv', file);
      expect(counts(job)).toEqual([0, 1, 0, 4]);
      expect(job.errors.map(({ detail }: { detail: string }) => detail)).toEqual([
        'new is a new product, and needs: brand, category.',
        'LITTLE-XL is a new variant, and needs: a title (variant_title), weight.',
        'There is no variant with the SKU NOWHERE-1.',
        'The new price of LITTLE-S is 2000 EUR, but its compare_at:EUR is 2000: change both.',
      ]);
      const [small, medium] = before.variants;
      expect((await found('little')).variants.slice(0, 2)).toEqual([
        small,
        { ...medium, prices: { ...medium.prices, EUR: { amount: 900, compareAt: 2000 } } },
      ]);
    });

    test('a price list of all variants makes one change of each product', async () => {
      const before = await made('listed');
      const rows = before.variants.map(({ sku }: { sku: string }, n: number) => `${sku},${500 + n}\n`);
      expect(counts(await importFile(staff, 'csv', `sku,price:EUR\n${rows.join('')}`))).toEqual([0, 3, 0, 0]);
      const after = await found('listed');
      expect(after.version).toBe(before.version + 1);
      expect(after.variants.map((one: { prices: Record<string, unknown> }) => one.prices.EUR)).toEqual(
        [500, 501, 502].map((amount) => ({ amount, compareAt: 2000 })),
      );
    });

    test('removeMissing removes the variants of its products that it leaves out, counts and names them', async () => {
      const before = [await made('going-a'), await made('going-b'), await made('going-c')];
      const correction = { kind: 'receive', quantity: 10 };
      const key = { 'idempotency-key': 'going-1' };
      expect((await staff.ask('POST /v1/admin/inventory/GOING-A-M/movements', correction, key)).status).toBe(201);
      const file = `${header}${row('going-a', 'S', 1500)}${row('going-b', 'S', 1000)}${row('going-b', 'M', 1000)}`;
      const job = await importFile(staff, 'csv', `${file}${row('going-b', 'L', 1000)}`, { removeMissing: true });
      expect(job).toMatchObject({ removeMissing: true, removed: 2, errors: [] });
      expect(counts(job)).toEqual([0, 1, 1, 0]);
      const removed = [
        { line: 2, slug: 'going-a', sku: 'GOING-A-L', available: 0 },
        { line: 2, slug: 'going-a', sku: 'GOING-A-M', available: 10 },
      ];
      expect(job.removedVariants).toEqual(removed);
      const pages = [];
      for (let cursor = ''; cursor !== 'null'; ) {
        const { body } = await staff.ask(
          `GET /v1/admin/imports/${job.id}/removed?limit=1${cursor && `&cursor=${cursor}`}`,
        );
        pages.push(...body.items);
        cursor = String(body.nextCursor);
      }
      expect(pages).toEqual(removed);
      expect((await found('going-a')).variants.map(({ sku }: { sku: string }) => sku)).toEqual(['GOING-A-S']);
      for (const { slug, variants } of before.slice(1)) expect(await found(slug)).toMatchObject({ variants });
      // The pieces are still there, and again with the variant.
      expect(await storeOf(shop, 'inventory').get('GOING-A-M')).toMatchObject({ available: 10 });
      const again = await importFile(staff, 'csv', `${file}${row('going-b', 'L', 1000)}`, { removeMissing: true });
      expect([again.removed, again.removedVariants, ...counts(again)]).toEqual([0, [], 0, 0, 2, 0]);
    });

    test('removeMissing removes nothing that orders have reserved, nothing of a product without variants in the file, and nothing when a line is lost', async () => {
      const before = await made('kept');
      const { broker } = shop;
      const orderId = `ord_${'0'.repeat(26)}`;
      await eventually(
        () => storeOf(shop, 'inventory').get('KEPT-M'),
        (stock) => stock !== null,
      );
      const correction = { kind: 'receive', quantity: 2 };
      await staff.ask('POST /v1/admin/inventory/KEPT-M/movements', correction, { 'idempotency-key': 'kept-1' });
      await broker.call('inventory.reserve', { sku: 'KEPT-M', orderId, quantity: 2 });
      const small = header + row('kept', 'S', 1);
      const refused = await importFile(staff, 'csv', small, { removeMissing: true });
      expect([refused.removed, refused.removedVariants, ...counts(refused)]).toEqual([0, [], 0, 0, 0, 1]);
      expect(refused.errors[0].detail).toBe('These variants are reserved by orders and cannot be removed: KEPT-M.');
      const files = [
        ['csv', 'slug,title\nkept,Bulk product 9000\n'],
        ['csv', 'sku,price:EUR\nKEPT-S,1\n'],
        ['csv', `${small}"never ends`],
        ['jsonl', '{"slug":"kept","variants":[{"sku":"KEPT-S","weight":1}]}\n{"slug":"kept"'],
      ] as const;
      for (const [format, file] of files) {
        expect(await importFile(staff, format, file, { removeMissing: true })).toMatchObject({
          removed: 0,
          updated: 0,
        });
      }
      expect(await found('kept')).toEqual(before);
      await broker.call('inventory.release', { sku: 'KEPT-M', orderId });
      expect(await importFile(staff, 'csv', small, { removeMissing: true })).toMatchObject({ removed: 2 });
    });

    test('removeMissing removes no variant that stands in any row of the file: in a failed one, under a wrong slug, or under that of another product', async () => {
      const [from, to] = [await made('moved-a'), await made('moved-b')];
      const columns = 'slug,sku,variant_title,weight,price:EUR\n';
      const rowsOf = (slug: string, ...sizes: string[]) =>
        sizes.map((size) => `${slug},${slug.toUpperCase()}-${size},${size},100,1000\n`).join('');
      const told = columns + rowsOf('moved-a', 'S', 'M');
      const lost = [
        `${told}Moved-a,MOVED-A-L,L,100,1000\n`,
        `${told}moved-a ,MOVED-A-L,L,100,1000\n`,
        `${told},MOVED-A-L,L,100,1000\n`,
      ];
      for (const file of lost) {
        const job = await importFile(staff, 'csv', file, { removeMissing: true });
        expect(job).toMatchObject({ status: 'failed', rows: 0, removed: 0, removedVariants: [] });
        expect(job.reason).toBe('Line 4 has no valid slug, so it may belong to any product.');
      }
      const others = [
        `${told}moved-c,MOVED-A-L,L,100,1000\n`,
        `${told}${rowsOf('moved-b', 'S', 'M', 'L')}moved-b,MOVED-A-L,L,100,1000\n`,
        `${columns}moved-b,MOVED-A-L,L,100,wrong\n${rowsOf('moved-b', 'S', 'M')}${rowsOf('moved-a', 'S', 'M')}`,
      ];
      for (const file of others) {
        const job = await importFile(staff, 'csv', file, { removeMissing: true });
        expect(job).toMatchObject({ status: 'done', failed: 1, removed: 0, removedVariants: [] });
      }
      expect([await found('moved-a'), await found('moved-b')].map(({ variants }) => variants)).toEqual([
        from.variants.map((one: object) => ({ ...one, prices: expect.anything() })),
        to.variants.map((one: object) => ({ ...one, prices: expect.anything() })),
      ]);
      const inLines =
        '{"slug":"moved-a","variants":[{"sku":"MOVED-A-S"}]}\n{"slug":"moved-b","variants":[{"sku":"MOVED-A-L"}]}';
      const job = await importFile(staff, 'jsonl', inLines, { removeMissing: true });
      expect(job.removedVariants.map(({ sku }: { sku: string }) => sku)).toEqual(['MOVED-A-M']);
      expect((await found('moved-a')).variants.map(({ sku }: { sku: string }) => sku)).toEqual([
        'MOVED-A-S',
        'MOVED-A-L',
      ]);
    });

    test('what was removed is counted and named, also when its node died before it could say so', async () => {
      const product = await made('dying');
      const rows = [{ line: 2, input: { slug: 'dying', variants: [{ sku: 'DYING-S' }] } }];
      const batch = { importId: 'imp_died', rows, removeMissing: true };
      const first = await shop.broker.call('product.importBatch', { ...batch, again: false });
      const second = await shop.broker.call('product.importBatch', { ...batch, again: true });
      expect([first, second]).toEqual(Array(2).fill([{ kind: 'updated', removed: 2 }]));
      const removed = await shop.broker.call('removedVariant.list', { importId: 'imp_died' });
      expect(removed.items).toHaveLength(2);
      expect((await found('dying')).version).toBe(product.version + 1);
    });
  });

  test('each of many bad rows is reported, page by page', async () => {
    const { errors, ...job } = await importFile(staff, 'jsonl', `${'x\n'.repeat(1700)}${productLine(4000)}x\n`);
    expect(counts(job)).toEqual([1, 0, 0, 1701]);
    expect([errors.length, errors.at(-1).line]).toEqual([100, 100]);
    const rows: { line: number; detail: string }[] = [];
    for (let cursor = ''; cursor !== 'null'; ) {
      const route = `GET /v1/admin/imports/${job.id}/errors?limit=100${cursor && `&cursor=${cursor}`}`;
      const { status, body } = await staff.ask(route);
      expect(status).toBe(200);
      rows.push(...body.items);
      cursor = String(body.nextCursor);
    }
    const bad = [...Array.from({ length: 1700 }, (_, n) => n + 1), 1702];
    expect(rows).toEqual(bad.map((line) => ({ line, detail: 'The line is not valid JSON.' })));
    expect((await staff.ask('GET /v1/admin/imports/imp_none/errors')).status).toBe(404);
    const customer = await Shopper.at(shop.url);
    expect((await customer.ask(`GET /v1/admin/imports/${job.id}/errors`)).status).toBe(404);
  });

  test('a file that breaks off in the middle fails, and what came before is kept', async () => {
    const header = 'slug,title,brand,category,sku,variant_title,price:EUR,weight\n';
    const job = await importFile(
      staff,
      'csv',
      `${header}csv-1,One,Fernhollow,lighting,CSV-1,One,100,1\ncsv-2,Two,Fernhollow,lighting,CSV-2,One,100,1\nnext,"never ends,\n`,
    );
    expect(job).toMatchObject({ status: 'failed', created: 1, reason: expect.stringMatching(/quote that begins/) });
    expect(await found('csv-1')).toMatchObject({ title: 'One' });
    expect(await importFile(staff, 'csv', '')).toMatchObject({
      status: 'failed',
      rows: 0,
      reason: 'The file has no header.',
    });
    expect(await importFile(staff, 'jsonl', '')).toMatchObject({ status: 'done', rows: 0 });
    expect(await spool()).toEqual([]);
  });

  describe('an export', () => {
    test.each(['csv', 'jsonl'] as const)(
      'as %s has all products but archived ones, and changes nothing when it comes back',
      async (format) => {
        const odd = {
          title: `'=Odd, "quoted"`,
          description: '=1+1\r\nsecond "line"\n\n- a\n- b',
          requiresShipping: false,
          attributes: { 'care label': '-30 °C', height: "'12 cm" },
          variants: [
            {
              sku: `ODD-${format}`,
              title: '+A',
              options: { size: '@M' },
              prices: { EUR: { amount: 1, compareAt: 2 }, USD: { amount: 3 } },
              barcode: '4006381333931',
              weight: 0,
            },
            { sku: `ODD-${format}-2`, title: 'B', options: {}, prices: {}, weight: 5 },
          ],
        };
        const many = Array.from({ length: 200 }, (_, n) => ({ sku: `MANY-${format}-${n}`, title: `${n}`, weight: n }));
        const wide = productLine(5001, { slug: `wide-${format}`, variants: many });
        await importFile(staff, 'jsonl', productLine(5000, { slug: `odd-${format}`, ...odd }) + wide);
        const product = await found(`odd-${format}`);
        const image = await upload(
          staff,
          `POST /v1/admin/products/${product.id}/images`,
          await picture('png'),
          'image/png',
        );
        const variants = product.variants.map((one: object) => ({ ...one, image: image.body.images[0].id }));
        expect(
          (await staff.ask(`PATCH /v1/admin/products/${product.id}`, { variants }, { 'if-match': '*' })).status,
        ).toBe(200);
        const { status, headers, body } = await staff.ask(`GET /v1/admin/products/export?format=${format}`);
        expect([status, headers.get('content-disposition')]).toEqual([
          200,
          `attachment; filename="products.${format}"`,
        ]);
        const text = typeof body === 'string' ? body : JSON.stringify(body);
        if (format === 'csv') for (const line of text.split('\n')) expect(line).not.toMatch(/(^|,)"?[=+@]/);
        expect(text).toContain(format === 'csv' ? 'tax_class,requires_shipping,status' : '"requiresShipping":false');
        const known = await storeOf(shop, 'product').count();
        const gone = (await staff.ask('GET /v1/admin/products?status=archived&limit=100')).body.items.length;
        const job = await importFile(staff, format, text);
        expect(job).toMatchObject({ status: 'done', errors: [] });
        expect(counts(job)).toEqual([0, 0, known - gone, 0]);
        expect(await found(`odd-${format}`)).toMatchObject({
          ...odd,
          variants: odd.variants.map((one) => ({ ...one, image: image.body.images[0].id })),
        });
      },
    );
  });

  test('an import whose node is gone is continued by another node, from its last count', async () => {
    const store = storeOf(shop, 'import');
    const file = productLines(6000, 6900);
    const { body } = await upload(staff, 'POST /v1/admin/imports', file, 'application/x-ndjson');
    // As a node leaves it that dies in its second batch: claimed, with the first batch saved, and a part of the second done.
    await importEnd(staff, `/v1/admin/imports/${body.id}`);
    await storeOf(shop, 'inventory').remove({ _id: 'BULK-6650' });
    const { blobStore } = await import('../../../lib/files/blob-store.ts');
    await blobStore(config.blobs).put(`import/${body.id}`, Buffer.from(file));
    const died = {
      status: 'running',
      rows: 500,
      created: 500,
      unchanged: 0,
      owner: 'a node that died',
      finishedAt: null,
    };
    const lease = new Date(Date.now() + 2000);
    await store.change(body.id, () => ({ answer: undefined, patch: { ...died, nextAt: lease } }));
    const job = await importEnd(staff, `/v1/admin/imports/${body.id}`);
    expect(Date.now()).toBeGreaterThanOrEqual(lease.getTime());
    expect([job.rows, ...counts(job)]).toEqual([900, 500, 0, 400, 0]);
    // The product was there, its stock was not yet.
    expect(await storeOf(shop, 'inventory').get('BULK-6650')).not.toBeNull();
  });

  test('an import that gets no further is given up after five attempts, and one whose upload was never finished too', async () => {
    const store = storeOf(shop, 'import');
    const begin = async (state: object) => {
      const { body } = await upload(staff, 'POST /v1/admin/imports', productLine(7000), 'application/x-ndjson');
      await importEnd(staff, `/v1/admin/imports/${body.id}`);
      await store.change(body.id, () => ({
        answer: undefined,
        patch: { finishedAt: null, nextAt: new Date(), ...state },
      }));
      return importEnd(staff, `/v1/admin/imports/${body.id}`);
    };
    expect(await begin({ status: 'running', attempts: 5 })).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('5 attempts'),
    });
    expect(await begin({ status: 'uploading' })).toMatchObject({
      status: 'failed',
      reason: 'The upload was not finished.',
    });
    expect(await begin({ status: 'queued' })).toMatchObject({
      status: 'failed',
      reason: 'The uploaded file is missing.',
    });
  });

  test('are listed for staff, the latest first, and for no other role', async () => {
    await importFile(staff, 'jsonl', productLine(8000));
    const { body } = await staff.ask('GET /v1/admin/imports?limit=2');
    expect(body.items).toHaveLength(2);
    expect(body.items[0]).toMatchObject({ status: 'done', created: 1 });
    expect(body.nextCursor).not.toBeNull();
    const rest = await staff.ask(`GET /v1/admin/imports?limit=2&cursor=${body.nextCursor}`);
    expect(rest.body.items[0].id < body.items[1].id).toBe(true);
    const ada = await Shopper.at(shop.url);
    for (const route of [
      'GET /v1/admin/imports',
      `GET /v1/admin/imports/${body.items[0].id}`,
      'GET /v1/admin/products/export',
    ]) {
      expect((await ada.ask(route)).status).toBe(404);
    }
    expect((await staff.ask('GET /v1/admin/imports/imp_none')).status).toBe(404);
    expect((await upload(ada, 'POST /v1/admin/imports', 'x', 'text/csv')).status).toBe(404);
  });

  test('another encoding than UTF-8 is not taken', async () => {
    const answer = await upload(staff, 'POST /v1/admin/imports', 'x', 'text/csv; charset=windows-1252');
    expect(answer).toMatchObject({ status: 415, body: { type: '/problems/unsupported-media-type' } });
    expect((await upload(staff, 'POST /v1/admin/imports', '', 'text/csv; charset="UTF-8"')).status).toBe(202);
  });
});
