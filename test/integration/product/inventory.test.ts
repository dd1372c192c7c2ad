import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { newId } from '../../../services/shared/ids.ts';
import { emptyReservable } from '../../../services/shared/reservations.ts';
import { storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { startShop, type TestShop } from '../../support/shop.ts';

eachEngine('the stock of a SKU', (engine) => {
  let shop: TestShop;
  let count = 0;
  let sku = '';

  beforeAll(async () => {
    shop = await startShop(engine.config());
  });
  beforeEach(async () => {
    count += 1;
    sku = `SKU-${count}`;
    const stock = { ...emptyReservable(10), received: 10, updatedAt: new Date() };
    await storeOf(shop, 'inventory').insert({ _id: sku, productId: 'prd', ...stock });
  });
  afterAll(() => shop.stop());

  const levels = async () => {
    const stock = await storeOf(shop, 'inventory').get(sku);
    if (!stock) throw new Error(`${sku} is gone`);
    const { available, reserved, sold, received } = stock;
    return { available, reserved, sold, received };
  };
  const soon = () => Date.now() + 20_000;
  const sold = async (quantity: number) => {
    const orderId = newId('ord');
    await shop.broker.call('inventory.reserve', { sku, orderId, quantity });
    await shop.broker.call('inventory.commit', { sku, orderId });
    return orderId;
  };

  test('goods that were sold come back once, by however many at once it is asked for', async () => {
    const key = await sold(4);
    const takeBack = () => shop.broker.call('inventory.takeBack', { sku, key, quantity: 4, until: soon() });
    await Promise.all(Array.from({ length: 20 }, takeBack));
    expect(await levels()).toEqual({ available: 10, reserved: 0, sold: 0, received: 10 });
    await shop.broker.call('inventory.forget', { sku, key });
    await takeBack();
    expect(await levels()).toEqual({ available: 10, reserved: 0, sold: 0, received: 10 });
  });

  test('new goods come in once for each key', async () => {
    const receive = (key: string) => shop.broker.call('inventory.receive', { sku, key, quantity: 5, until: soon() });
    await Promise.all(['a', 'a', 'b', 'a'].map(receive));
    expect(await levels()).toEqual({ available: 20, reserved: 0, sold: 0, received: 20 });
  });

  test('a command that was stuck until after its deadline is refused', async () => {
    const key = await sold(1);
    const late = shop.broker.call('inventory.takeBack', { sku, key, quantity: 1, until: Date.now() - 1 });
    await expect(late).rejects.toMatchObject({ type: 'unavailable' });
    expect(await levels()).toMatchObject({ available: 9, sold: 1 });
  });

  test('the books have every SKU once, page by page, with who holds it', async () => {
    const orderId = newId('ord');
    await shop.broker.call('inventory.reserve', { sku, orderId, quantity: 2 });
    const all = [];
    for (let after: string | null = ''; after !== null; ) {
      const page: { items: { sku: string }[]; next: string | null } = await shop.broker.call('inventory.books', {
        after,
        limit: 2,
      });
      expect(page.items.length).toBeLessThanOrEqual(2);
      all.push(...page.items);
      after = page.next;
    }
    const skus = all.map((item) => item.sku);
    expect(skus).toEqual(Array.from({ length: count }, (_, n) => `SKU-${n + 1}`).toSorted());
    expect(all.find((item) => item.sku === sku)).toMatchObject({
      ...{ available: 8, reserved: 2, sold: 0, received: 10, res: { [orderId]: 2 } },
    });
  });
});
