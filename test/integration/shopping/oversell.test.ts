import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Config } from '../../../lib/config.ts';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { storeOf, wrongAtRest } from '../../support/books.ts';
import { manyCustomers } from '../../support/customers.ts';
import { eachEngine } from '../../support/engines.ts';
import { ADDRESS, type Answer, type Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

const { products } = await sampleCatalogue('EUR');
const VARIANTS = products.flatMap(({ variants }) => variants);
type Variant = (typeof VARIANTS)[number];
const [SCARCE, PAIRS] = VARIANTS.filter(({ stock }) => stock >= 7 && stock < 20) as [Variant, Variant, ...Variant[]];
const HUNDRED = VARIANTS.find(({ stock }) => stock > 100) as Variant;
const PLENTY = VARIANTS.findLast(({ stock }) => stock > 150) as Variant;

/** Orders the cart. Of an order that is still under way, a front end asks again, with the key. */
async function checkout(shopper: Shopper): Promise<Answer> {
  const answer = await shopper.ask('POST /v1/orders', { address: ADDRESS }, { 'idempotency-key': 'rush' });
  const isOpen = answer.status === 202 || answer.body.type === '/problems/request-in-progress';
  return isOpen ? checkout(shopper) : answer;
}

eachEngine('when more is ordered at once than there is', (engine) => {
  let shop: TestShop;
  let config: Config;

  /** So many customers order the same at once. */
  const rush = async (count: number, goods: Record<string, number>) => {
    const customers = await manyCustomers(shop, config, count, goods);
    const answers = await Promise.all(customers.map((customer) => checkout(customer)));
    const paid = answers.filter(({ status }) => status === 201);
    const refused = answers.filter(({ status }) => status !== 201);
    return { paid, refused };
  };
  const unitsOf = (sku: string, paid: Answer[]) =>
    paid
      .flatMap(({ body }) => body.items as { sku: string; quantity: number }[])
      .reduce((sum, item) => sum + (item.sku === sku ? item.quantity : 0), 0);

  beforeAll(async () => {
    config = engine.config({ SEED: 'true' });
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

  test('1,000 concurrent checkouts on a stock of 100: exactly 100 orders, 900 clear 409s, no 5xx', async () => {
    const sku = HUNDRED.sku;
    const staff = await staffAt(shop);
    const stocktake = await staff.ask(
      'POST /v1/admin/inventory/stocktakes',
      { lines: [{ sku, counted: 100 }] },
      { 'idempotency-key': 'a hundred' },
    );
    expect(stocktake.body.lines).toMatchObject([{ outcome: 'done', available: 100, reserved: 0 }]);
    const customers = await manyCustomers(shop, config, 1000, sku);
    const answers = await Promise.all(customers.map((customer) => checkout(customer)));
    const count = (is: (answer: Answer) => boolean) => answers.filter(is).length;
    expect(answers.filter(({ status }) => status >= 500).map(({ body }) => body.detail)).toEqual([]);
    expect(count(({ status }) => status === 201)).toBe(100);
    const short = (answer: Answer) => answer.status === 409 && answer.body.type === '/problems/out-of-stock';
    expect(count(short)).toBe(900);
    expect(answers.find(short)?.body.items).toEqual([{ sku, requested: 1, available: 0 }]);
    expect(await wrongAtRest(shop)).toEqual([]);
    expect(
      await storeOf(shop, 'order').find({ state: 'PAID', customerId: { $in: customers.map(({ id }) => id) } }),
    ).toHaveLength(100);
  });
});
