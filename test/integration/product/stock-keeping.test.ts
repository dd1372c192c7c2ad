import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Config } from '../../../lib/process/config.ts';
import { movementsIn } from '../../../services/product/inventory/movement-block.ts';
import { newId } from '../../../services/shared/ids.ts';
import { storeOf, wrongAtRest } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { eventually, request, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

interface MovementView {
  seq: number;
  kind: string;
  quantity: number;
  effect: Record<'available' | 'reserved' | 'sold', number>;
}

eachEngine('the stock, for staff', (engine) => {
  let config: Config;
  let shop: TestShop;
  let staff: Shopper;
  let count = 0;
  let sku = '';

  beforeAll(async () => {
    config = engine.config({ LOG_LEVEL: 'fatal' });
    shop = await startShop(config);
    staff = await staffAt(shop);
  });
  beforeEach(async () => {
    count += 1;
    sku = `SKU ${count}:é`;
    await shop.broker.call('inventory.open', { items: [{ sku, productId: `prd_${count}` }] });
  });
  afterAll(() => shop.stop());

  const at = (path = '', of = sku) => `/v1/admin/inventory/${encodeURIComponent(of)}${path}`;
  const move = (body: object, key: string = randomUUID(), of = sku) =>
    staff.ask(`POST ${at('/movements', of)}`, body, { 'idempotency-key': key });
  const stocktake = (lines: object[], key: string = randomUUID()) =>
    staff.ask('POST /v1/admin/inventory/stocktakes', { lines }, { 'idempotency-key': key });
  const levels = async () => {
    const { available, reserved, sold, received, adjusted } = (await staff.ask(`GET ${at()}`)).body;
    return { available, reserved, sold, received, adjusted };
  };
  const history = async (limit = 100) => {
    const all: MovementView[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body } = await staff.ask(`GET ${at('/movements')}?limit=${limit}${cursor && `&cursor=${cursor}`}`);
      expect(body.items.length).toBeLessThanOrEqual(limit);
      all.push(...body.items);
      cursor = body.nextCursor;
    }
    return all;
  };
  const order = async (quantity: number, ...steps: ('commit' | 'release')[]) => {
    const orderId = newId('ord');
    await shop.broker.call('inventory.reserve', { sku, orderId, quantity });
    for (const step of steps) await shop.broker.call(`inventory.${step}`, { sku, orderId });
    return orderId;
  };
  const filed = async () => {
    const blocks = await storeOf(shop, 'movement').find({ sku }, { fields: ['sku', 'seq', 'movements'] });
    return movementsIn(blocks, { from: 1, below: Number.POSITIVE_INFINITY });
  };

  test('is opened empty, once, and a SKU that is not opened has nothing to reserve', async () => {
    await shop.broker.call('inventory.open', { items: [{ sku, productId: 'prd_other' }] });
    const { body } = await staff.ask(`GET ${at()}`);
    expect(body).toMatchObject({ sku, productId: 'prd_other', available: 0, received: 0, lowAt: 5, low: true });
    expect(await history()).toEqual([]);
    const unopened = { sku: 'NEVER', orderId: newId('ord'), quantity: 1 };
    await expect(shop.broker.call('inventory.reserve', unopened)).rejects.toMatchObject({ type: 'not-found' });
  });

  test('goods come in once for each key, however often and at once it is sent, and also long after', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 8 }, () => move({ kind: 'receive', quantity: 7 }, key)));
    for (const { status, body } of answers) {
      if (status === 409) expect(body.type).toBe('/problems/request-in-progress');
      else expect({ status, body }).toMatchObject({ status: 201, body: { seq: 1, quantity: 7, available: 7 } });
    }
    const first = await eventually(
      () => move({ kind: 'receive', quantity: 7 }, key),
      ({ status }) => status === 201,
    );
    expect(first.headers.get('location')).toBe(at());
    // The stock itself has forgotten the key by then.
    await eventually(
      () => storeOf(shop, 'inventory').get(sku),
      (stock) => Object.values(stock?.back ?? {}).every(({ acked }) => acked),
    );
    await storeOf(shop, 'inventory').change(sku, () => ({ answer: undefined, patch: { back: {} } }));
    expect(await move({ kind: 'receive', quantity: 7 }, key)).toMatchObject({ status: 201, body: first.body });
    expect(await levels()).toEqual({ available: 7, reserved: 0, sold: 0, received: 7, adjusted: 0 });
    const reused = { status: 422, body: { type: '/problems/idempotency-key-reused' } };
    expect(await move({ kind: 'receive', quantity: 8 }, key)).toMatchObject(reused);
    expect(await stocktake([{ sku, counted: 7 }], key)).toMatchObject(reused);
  });

  test('an adjustment says why, goes either way, and never below what there is', async () => {
    await move({ kind: 'receive', quantity: 5 });
    expect((await move({ kind: 'adjust', quantity: -2, reason: 'damaged' })).body).toMatchObject({ available: 3 });
    expect((await move({ kind: 'adjust', quantity: 1, reason: 'found' })).body).toMatchObject({ available: 4, seq: 3 });
    expect(await move({ kind: 'adjust', quantity: -5, reason: 'lost' })).toMatchObject({
      status: 409,
      body: { type: '/problems/out-of-stock', items: [{ sku, requested: 5, available: 4 }] },
    });
    for (const body of [
      { kind: 'adjust', quantity: 1 },
      { kind: 'adjust', quantity: 0, reason: 'found' },
      { kind: 'receive', quantity: -1 },
      { kind: 'receive', quantity: 1, reason: 'found' },
      { kind: 'return', quantity: 1 },
    ]) {
      expect((await move(body)).status).toBe(400);
    }
    expect((await staff.ask(`POST ${at('/movements')}`, { kind: 'receive', quantity: 1 })).body.type).toBe(
      '/problems/missing-idempotency-key',
    );
    expect((await move({ kind: 'receive', quantity: 1 }, 'unknown', 'NEVER')).status).toBe(404);
    expect(await levels()).toEqual({ available: 4, reserved: 0, sold: 0, received: 5, adjusted: -1 });
  });

  test('its movements tell how it came to its numbers, page by page, whether filed or not', async () => {
    await move({ kind: 'receive', quantity: 20 });
    for (let n = 0; n < 6; n++) await order(1, 'release');
    await Promise.all(Array.from({ length: 3 }, () => order(2, 'commit')));
    await order(1, 'release');
    await order(3);
    const sold = await order(1, 'commit');
    await shop.broker.call('inventory.takeBack', { sku, key: sold, quantity: 1, until: Date.now() + 20_000 });
    const right = async () => {
      const all = await history(2);
      expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: 25 }, (_, n) => 25 - n));
      const total = (of: 'available' | 'reserved' | 'sold') => all.reduce((sum, { effect }) => sum + effect[of], 0);
      expect({ available: total('available'), reserved: total('reserved'), sold: total('sold') }).toEqual({
        ...{ available: 11, reserved: 3, sold: 6 },
      });
      return all.map(({ kind }) => kind).reverse();
    };
    const kinds = await right();
    expect(kinds.join()).toMatch(/^receive,(reserve,release,){6}.*reserve,release,reserve,reserve,commit,return$/);
    await eventually(filed, (found) => found.length >= 20);
    expect(await right()).toEqual(kinds);
    await order(1, 'release');
    // A later write trims filed movements from the document.
    expect(Object.keys((await storeOf(shop, 'inventory').get(sku))?.log ?? {}).length).toBeLessThanOrEqual(7);
    expect((await history(3)).map(({ seq }) => seq)).toEqual(Array.from({ length: 27 }, (_, n) => 27 - n));
  });

  test('movements stay with the stock while they cannot be filed, and are filed then', async () => {
    await move({ kind: 'receive', quantity: 50 });
    for (let n = 0; n < 10; n++) await order(1, 'release');
    await eventually(filed, (found) => found.length >= 20);
    await shop.broker.destroyService(shop.broker.getLocalService('movement'));
    for (let n = 0; n < 10; n++) await order(1, 'release');
    const { default: movementService } = await import('../../../services/product/inventory/movement.service.ts');
    shop.broker.createService(movementService(config));
    await shop.broker.waitForServices('movement');
    expect(await history()).toHaveLength(41);
    await eventually(filed, (found) => found.length >= 40);
    expect(await wrongSku()).toEqual([]);
  });
  /** These orders do not exist, which the auditor reports too. */
  const wrongSku = async () =>
    (await wrongAtRest(shop)).filter((line) => /^I1?1? |^I13 /.test(line) && line.includes(sku));

  test('a stock-taking corrects each SKU to what was counted, and reports the ones that it cannot', async () => {
    await move({ kind: 'receive', quantity: 10 });
    await order(4);
    const other = `${sku}-other`;
    await shop.broker.call('inventory.open', { items: [{ sku: other, productId: 'prd' }] });
    const key = randomUUID();
    const lines = [
      { sku, counted: 9 },
      { sku: 'NEVER', counted: 3 },
      { sku: other, counted: 2 },
    ];
    const { status, body } = await stocktake(lines, key);
    expect(status).toBe(200);
    expect(body.lines).toEqual([
      { sku, outcome: 'done', counted: 9, difference: -1, available: 5, reserved: 4, sold: 0 },
      { sku: 'NEVER', outcome: 'unknown', counted: 3, difference: 0, available: 0, reserved: 0, sold: 0 },
      { sku: other, outcome: 'done', counted: 2, difference: 2, available: 2, reserved: 0, sold: 0 },
    ]);
    await order(1, 'commit');
    expect((await stocktake(lines, key)).body).toEqual(body);
    expect((await stocktake([{ sku, counted: 3 }])).body.lines).toMatchObject([{ outcome: 'refused', difference: 0 }]);
    expect(await levels()).toEqual({ available: 4, reserved: 4, sold: 1, received: 10, adjusted: -1 });
    expect((await history()).find(({ kind }) => kind === 'adjust')).toMatchObject({
      ...{ quantity: -1, reason: 'stock-taking', ref: body.id, by: staff.id },
    });
    expect(await stocktake([lines[0] as object, lines[0] as object])).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/lines/1/sku' }] },
    });
  });

  test('a stock-taking of a thousand lines', async () => {
    const skus = Array.from({ length: 1000 }, (_, n) => `${sku}-${n}`);
    const productId = `bulk-${count}`;
    await shop.broker.call('inventory.open', { items: skus.map((one) => ({ sku: one, productId })) });
    const lines = skus.map((one, n) => ({ sku: one, counted: n % 7 }));
    const key = randomUUID();
    const answer = await eventually(
      () => stocktake(lines, key),
      ({ status }) => status === 200,
      100_000,
    );
    expect(answer.body.lines.map(({ available }: { available: number }) => available)).toEqual(
      lines.map(({ counted }) => counted),
    );
    expect((await stocktake([...lines, { sku: 'ONE MORE', counted: 1 }])).status).toBe(400);
  });

  test('a posting whose node died is finished by another, each line once', async () => {
    await move({ kind: 'receive', quantity: 10 });
    const _id = newId('pst');
    const line = { sku, key: `${_id}-0`, ref: _id, by: staff.id };
    const correction = { kind: 'adjust', quantity: -3, reason: 'lost' } as const;
    // It died after the change, and before it had noted that.
    await shop.broker.call('inventory.post', { ...line, until: Date.now() + 20_000, correction });
    await storeOf(shop, 'posting').insert({
      ...{ _id, by: staff.id, key: 'died', lines: [{ sku, correction }], outcomes: null, failures: 0 },
      ...{ nextAt: new Date(), createdAt: new Date() },
    });
    const done = await eventually(
      () => storeOf(shop, 'posting').get(_id),
      (posting) => posting?.nextAt === null,
    );
    expect(done?.outcomes).toMatchObject([{ outcome: 'done', quantity: -3, available: 7 }]);
    expect(await levels()).toMatchObject({ available: 7, adjusted: -3 });
  });

  test('is listed by SKU, by product and by low stock, page by page', async () => {
    const productId = `list-${count}`;
    const skus = ['a', 'b', 'c'].map((end) => `${sku}-${end}`);
    for (const one of skus) await shop.broker.call('inventory.open', { items: [{ sku: one, productId }] });
    await move({ kind: 'receive', quantity: 9 }, randomUUID(), skus[1]);
    const list = async (query: string) => {
      const { body } = await staff.ask(`GET /v1/admin/inventory?${query}`);
      return { skus: body.items.map((item: { sku: string }) => item.sku), nextCursor: body.nextCursor };
    };
    const first = await list(`productId=${productId}&limit=2`);
    expect(first.skus).toEqual(skus.slice(0, 2));
    const rest = await list(`productId=${productId}&limit=2&cursor=${first.nextCursor}`);
    expect(rest).toEqual({ skus: skus.slice(2), nextCursor: null });
    expect((await list(`productId=${productId}&low=true`)).skus).toEqual([skus[0], skus[2]]);
    const firstLow = await list(`productId=${productId}&low=true&limit=1`);
    expect(firstLow.skus).toEqual([skus[0]]);
    const nextLow = await list(`productId=${productId}&low=true&limit=1&cursor=${firstLow.nextCursor}`);
    expect(nextLow).toEqual({ skus: [skus[2]], nextCursor: null });
    expect((await list(`sku=${encodeURIComponent(skus[1] ?? '')}`)).skus).toEqual([skus[1]]);
    expect((await list('sku=NEVER')).skus).toEqual([]);
    expect((await staff.ask(`GET ${at('', 'NEVER')}`)).status).toBe(404);
    expect((await staff.ask(`GET ${at('/movements', 'NEVER')}`)).status).toBe(404);
  });

  test('says when it becomes low, once for each time, by a threshold of its own', async () => {
    const told: unknown[] = [];
    await shop.broker.destroyService('listener').catch(() => undefined);
    shop.broker.createService({
      name: 'listener',
      events: {
        'inventory.low': (ctx: { params: { sku: string } }) => void (ctx.params.sku === sku && told.push(ctx.params)),
      },
    });
    await move({ kind: 'receive', quantity: 12 });
    expect((await staff.ask(`PUT ${at()}`, { lowAt: 10 })).body).toMatchObject({ lowAt: 10, low: false });
    await order(2);
    expect(told).toEqual([]);
    const held = await order(1);
    await order(1);
    await eventually(
      async () => told,
      ({ length }) => length > 0,
    );
    expect(told).toEqual([{ sku, productId: `prd_${count}`, available: 9, lowAt: 10 }]);
    await shop.broker.call('inventory.release', { sku, orderId: held });
    await move({ kind: 'receive', quantity: 5 });
    await order(6);
    await eventually(
      async () => told,
      ({ length }) => length > 1,
    );
    expect(told).toHaveLength(2);
    expect((await staff.ask(`PUT ${at('', 'NEVER')}`, { lowAt: 1 })).status).toBe(404);
    expect((await staff.ask(`PUT ${at()}`, { lowAt: -1 })).status).toBe(400);
  });

  test('is not there for customers, and what staff does to it is in the audit log', async () => {
    const ada = await Shopper.at(shop.url);
    const routes = [`GET ${at()}`, 'GET /v1/admin/inventory', `GET ${at('/movements')}`];
    for (const route of routes) {
      expect((await ada.ask(route)).status).toBe(404);
      expect((await request(shop.url, route)).status).toBe(401);
    }
    const key = { 'idempotency-key': 'x' };
    expect((await ada.ask(`POST ${at('/movements')}`, { kind: 'receive', quantity: 1 }, key)).status).toBe(404);
    expect((await ada.ask('POST /v1/admin/inventory/stocktakes', { lines: [{ sku, counted: 1 }] }, key)).status).toBe(
      404,
    );
    expect((await ada.ask(`PUT ${at()}`, { lowAt: 1 })).status).toBe(404);
    await move({ kind: 'receive', quantity: 4 });
    await staff.ask(`PUT ${at()}`, { lowAt: 2 });
    const admin = await staffAt(shop, 'admin');
    const { body } = await admin.ask(`GET /v1/admin/audit-log?staffId=${staff.id}&limit=2`);
    expect(body.items).toMatchObject([
      { action: 'inventory.set', params: { sku, lowAt: 2 }, before: { lowAt: 5 }, after: { lowAt: 2 } },
      { action: 'posting.move', params: { sku, quantity: 4 }, before: { available: 0 }, after: { available: 4 } },
    ]);
  });
});
