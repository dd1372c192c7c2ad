import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Context } from 'moleculer';
import type { Events } from '../../../lib/contract/contract.ts';
import { newId } from '../../../services/shared/ids.ts';
import { storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { eventually, startShop, type TestShop } from '../../support/shop.ts';

type Levels = Events['inventory.changed']['levels'];

/** Each announcement goes to every product node and gateway, so a sale that shoppers do not see must not make one. */
eachEngine('a change of stock', (engine) => {
  let shop: TestShop;
  let count = 0;
  let sku = '';
  const announced: Levels = [];

  beforeAll(async () => {
    shop = await startShop(engine.config());
    shop.broker.createService({
      name: 'listener',
      events: {
        'inventory.changed'({ params }: Context<{ levels: Levels }>) {
          announced.push(...params.levels);
        },
      },
    });
    await shop.broker.waitForServices('listener');
  });
  beforeEach(async () => {
    count += 1;
    sku = `SEEN-${count}`;
    await shop.broker.call('inventory.open', { items: [{ sku, productId: `prd_${count}`, pieces: 20 }] });
    await told([20]);
    announced.length = 0;
  });
  afterAll(() => shop.stop());

  const piecesTold = () => announced.filter((level) => level.sku === sku).map(({ available }) => available);
  const told = (available: readonly number[]) =>
    eventually(
      async () => piecesTold(),
      (found) => String(found) === String(available),
    );
  const reserve = async (quantity: number) => {
    const orderId = newId('ord');
    await shop.broker.call('inventory.reserve', { sku, orderId, quantity });
    return orderId;
  };

  test('is announced when shoppers see it: low, sold out, back; not with each piece', async () => {
    for (let sold = 0; sold < 10; sold++) await reserve(1);
    const orderId = await reserve(6); // 4 are left, and stock is low below 5
    const last = await reserve(4);
    await shop.broker.call('inventory.release', { sku, orderId: last });
    await shop.broker.call('inventory.release', { sku, orderId });
    await told([4, 0, 4, 10]);
  });

  test('is announced once when many orders share its write', async () => {
    await Promise.all(Array.from({ length: 20 }, () => reserve(1)));
    await eventually(
      async () => piecesTold().at(-1),
      (available) => available === 0,
    );
    expect(piecesTold().length).toBeLessThanOrEqual(2);
  });

  test('is announced against the version that another node has written, not against the own last one', async () => {
    await reserve(20);
    await told([0]);
    // Another node has given some back; its event is not known here.
    const stock = await storeOf(shop, 'inventory').get(sku);
    const { adapter } = shop.broker.getLocalService('inventory') as unknown as {
      adapter: { swap(id: string, rev: number, patch: object): Promise<boolean> };
    };
    expect(await adapter.swap(sku, Number(stock?.rev), { available: 10, reserved: 10 })).toBe(true);
    await reserve(10);
    await told([0, 0]);
  });
});
