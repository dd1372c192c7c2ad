import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Config } from '../../../lib/process/config.ts';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { storeOf, wrongAtRest } from '../../support/books.ts';
import { manyCustomers } from '../../support/customers.ts';
import { eachEngine } from '../../support/engines.ts';
import { orderAsTold } from '../../support/load.ts';
import { type Answer, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

const { products } = await sampleCatalogue('EUR');
const VARIANTS = products.flatMap(({ variants }) => variants);
type Variant = (typeof VARIANTS)[number];
const [SCARCE, PAIRS] = VARIANTS.filter(({ stock }) => stock >= 7 && stock < 20) as [Variant, Variant, ...Variant[]];
const HUNDRED = VARIANTS.find(({ stock }) => stock > 100) as Variant;
const PLENTY = VARIANTS.findLast(({ stock }) => stock > 150) as Variant;

eachEngine('when more is ordered at once than there is', (engine) => {
  let shop: TestShop;
  let config: Config;
  /** This many shoppers order at once, each a cart of their own. */
  const rush = async (count: number, items: Record<string, number>) => {
    const shoppers = await manyCustomers(shop, config, count, items);
    const answers = await Promise.all(shoppers.map((shopper) => orderAsTold(shopper)));
    const paid = answers.filter(({ status }) => status === 201);
    const refused = answers.filter(({ status }) => status !== 201);
    return { paid, refused };
  };
  const unitsOf = (sku: string, paid: Answer[]) =>
    paid
      .flatMap(({ body }) => body.items as { sku: string; quantity: number }[])
      .reduce((sum, item) => sum + (item.sku === sku ? item.quantity : 0), 0);

  beforeAll(async () => {
    // With the limits of a gateway as it is: a rush is more than it lets in.
    config = engine.config({ SEED: 'true', MIN_CONCURRENCY: '' });
    shop = await startShop(config);
  });
  afterAll(() => shop.stop());

  test('exactly what there is is sold, the others learn what was short, and the books are right', async () => {
    const { sku, stock } = SCARCE;
    const { paid, refused } = await rush(40, { [sku]: 1 });
    expect(unitsOf(sku, paid)).toBe(stock);
    expect(refused).toHaveLength(40 - stock);
    for (const { status, body } of refused) {
      expect(status).toBe(409);
      expect(body).toMatchObject({ type: '/problems/out-of-stock', items: [{ sku, requested: 1, available: 0 }] });
    }
    expect(await wrongAtRest(shop)).toEqual([]);
    expect(await storeOf(shop, 'inventory').get(sku)).toMatchObject({
      available: 0,
      reserved: 0,
      sold: stock,
      res: {},
    });
  });

  test('an order of several lines takes all of them or none', async () => {
    const { sku, stock } = PAIRS;
    const { paid, refused } = await rush(24, { [PLENTY.sku]: 1, [sku]: 2 });
    expect(unitsOf(sku, paid)).toBe(stock - (stock % 2));
    for (const { status, body } of refused) {
      expect(status).toBe(409);
      expect(body.items).toEqual([{ sku, requested: 2, available: expect.any(Number) }]);
      expect(body.items[0].available).toBeLessThan(2);
    }
    expect(await wrongAtRest(shop)).toEqual([]);
    const levels = await Promise.all([PLENTY, PAIRS].map(({ sku }) => storeOf(shop, 'inventory').get(sku)));
    expect(levels).toMatchObject([
      { available: PLENTY.stock - paid.length, reserved: 0, sold: paid.length },
      { available: stock % 2, reserved: 0, sold: 2 * paid.length },
    ]);
  });

  test('1,000 at once on a stock of 100: exactly 100 orders, 900 clear 409s; refused clients retry after the given time', async () => {
    const sku = HUNDRED.sku;
    const staff = await staffAt(shop);
    const stocktake = await staff.ask(
      'POST /v1/admin/inventory/stocktakes',
      { lines: [{ sku, counted: 100 }] },
      { 'idempotency-key': 'a hundred' },
    );
    expect(stocktake.body.lines).toMatchObject([{ outcome: 'done', available: 100, reserved: 0 }]);
    const customers = await manyCustomers(shop, config, 1000, { [sku]: 1 });
    const answers = await Promise.all(customers.map((customer) => orderAsTold(customer)));
    const bought = answers.filter(({ status }) => status === 201);
    const refused = answers.filter(({ status }) => status !== 201);
    expect(bought).toHaveLength(100);
    for (const { status, body } of refused) {
      expect({ status, type: body.type }).toEqual({ status: 409, type: '/problems/out-of-stock' });
      expect(body.items).toEqual([{ sku, requested: 1, available: 0 }]);
    }
    expect(await wrongAtRest(shop)).toEqual([]);
    const ids = customers.map(({ id }) => id);
    expect(await storeOf(shop, 'order').find({ state: 'PAID', customerId: { $in: ids } })).toHaveLength(100);
    // However often a client was told to come back, it has one order.
    expect(await storeOf(shop, 'order').find({ customerId: { $in: ids } })).toHaveLength(1000);
  }, 300_000);
});
