import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '../../services/shared/ids.ts';
import { emptyReservable } from '../../services/shared/reservations.ts';
import { newHold } from '../../services/shopping/hold/hold.ts';
import { stopAndAudit, storeOf } from '../support/books.ts';
import { eachEngine } from '../support/engines.ts';
import { eventually, startShop, type TestShop } from '../support/shop.ts';

const SKU = 'MUG-1';
const NAMES = [
  'erasures',
  'guest-claims',
  'holds',
  'imports',
  'mails',
  'orders',
  'payment-sandbox',
  'receivables',
  'review-votes',
  'reviews',
];

eachEngine('the queues of the shop', (engine) => {
  let shop: TestShop;
  beforeAll(async () => {
    shop = await startShop(engine.config());
    const stock = { ...emptyReservable(5), received: 5, updatedAt: new Date() };
    await storeOf(shop, 'inventory').insert({ _id: SKU, productId: 'prd', ...stock });
  });
  afterAll(async () => {
    expect(await stopAndAudit(shop)).toEqual([]);
  });
  const listed = () => shop.broker.call('due.list', {});

  test('are all under one list', async () => {
    expect((await listed()).queues.toSorted()).toEqual([...NAMES, 'stock-adjustments']);
  });

  test('a hold that was parked is listed, and given back when an operator replays it', async () => {
    const id = newId('cus');
    const orderId = newId('ord');
    await shop.broker.call('inventory.reserve', { sku: SKU, orderId, quantity: 2 });
    const parkedAt = new Date(Date.now() - 60_000);
    const parked = { parkedAt, failures: 20, attempts: 20, parkedError: 'Error: no such shelf' };
    const left = { releasing: [{ orderId, items: [{ sku: SKU, quantity: 2 }] }] };
    await storeOf(shop, 'hold').insert({ ...newHold(id), ...left, ...parked });
    // Its customer's next hold has ended this one, and nothing is left to be given back.
    await storeOf(shop, 'hold').insert({ ...newHold(newId('cus')), ...parked });
    expect((await listed()).items).toEqual([
      { queue: 'holds', id, parkedAt: parkedAt.toISOString(), failures: 20, error: 'Error: no such shelf' },
    ]);
    await shop.broker.call('due.replay', { queue: 'holds', id });
    const ended = await eventually(
      () => storeOf(shop, 'hold').get(id),
      (hold) => hold?.releasing.length === 0,
    );
    expect(ended).toMatchObject({ nextAt: null, parkedAt: null, failures: 0, attempts: 0 });
    const [level] = await shop.broker.call('inventory.current', { skus: [SKU] });
    expect(level).toMatchObject({ available: 5 });
    expect((await listed()).items).toEqual([]);
    await expect(shop.broker.call('due.replay', { queue: 'holds', id })).rejects.toMatchObject({ type: 'not-found' });
  });

  test('a replay of what is not there makes nothing', async () => {
    const replayed = shop.broker.call('due.replay', { queue: 'holds', id: newId('cus') });
    await expect(replayed).rejects.toMatchObject({ type: 'not-found' });
    // A hold begins with its first change: asking for one must not make it.
    expect(await storeOf(shop, 'hold').count()).toBe(2);
  });
});
