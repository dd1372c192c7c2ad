import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { newId } from '../../../services/shared/ids.ts';
import { emptyReservable } from '../../../services/shared/reservations.ts';
import { newCart } from '../../../services/shopping/cart/cart.ts';
import { type Hold, newHold } from '../../../services/shopping/hold/hold.ts';
import { type HoldKeeper, placeHold, reviewDueHold } from '../../../services/shopping/hold/hold-keeper.ts';
import { holdLimits } from '../../../services/shopping/hold/hold-limits.ts';
import { stopAndAudit, storeOf } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { eventually, startShop, type TestShop } from '../../support/shop.ts';

eachEngine('stock on hold', (engine) => {
  let shop: TestShop;
  let count = 0;
  let [sku, customerId] = ['', ''];

  beforeAll(async () => {
    // One of the tests has what fails for ever, which is logged as an error each time.
    shop = await startShop(engine.config({ LOG_LEVEL: 'fatal' }));
  });
  beforeEach(async () => {
    count += 1;
    sku = `SKU-${count}`;
    customerId = newId('cus');
    const stock = { ...emptyReservable(10), received: 10, updatedAt: new Date() };
    await storeOf(shop, 'inventory').insert({ _id: sku, productId: 'prd', ...stock });
    await storeOf(shop, 'cart').insert({ ...newCart(customerId, new Date()), items: { [sku]: { quantity: 3 } } });
  });
  afterAll(async () => {
    expect(await stopAndAudit(shop)).toEqual([]);
  });

  const meta = () => ({ meta: { user: { id: customerId, sessionId: 'ses', role: 'customer' as const } } });
  const hold = () => shop.broker.call('hold.put', {}, meta());
  const consume = (cartClaim: string, quantity = 3) =>
    shop.broker.call('hold.consume', { customerId, cartClaim, items: [{ sku, quantity }] });
  const stockOf = async () => {
    const { available = 0, reserved = 0 } = (await storeOf(shop, 'inventory').get(sku)) ?? {};
    return { available, reserved };
  };
  const free = { available: 10, reserved: 0 };
  const kept = { available: 7, reserved: 3 };
  /** Writes past the service: what a crash, or the passing of time, has left. */
  const left = (patch: Partial<Hold>) => storeOf(shop, 'hold').change(customerId, () => ({ answer: undefined, patch }));
  const isFree = () => eventually(stockOf, ({ available }) => available === 10);
  const isDone = () =>
    eventually(
      () => storeOf(shop, 'hold').get(customerId),
      (doc) => doc?.nextAt === null,
    );
  /** An order that has consumed the hold a minute ago; the service's own keeper has no reason to look at it yet. */
  const consumedLongAgo = async () => {
    const { id } = await hold();
    await consume('key');
    const { consumed } = (await storeOf(shop, 'hold').get(customerId)) as Hold;
    const nextAt = new Date(Date.now() + 900_000);
    await left({ consumed: consumed.map((one) => ({ ...one, at: ago(60_001) })), nextAt });
    return id;
  };
  /** A keeper that looks at this hold, and tells of each call before it makes it, or instead. */
  const keepWith = async (told: (name: string) => Promise<boolean | undefined>) => {
    const store = storeOf(shop, 'hold');
    const call = async (name: string, params: object) =>
      (await told(name)) ?? shop.broker.call(name as 'order.exists', params as { orderId: string });
    const doc = (await store.get(customerId)) as Hold;
    return reviewDueHold(doc, { store, rpc: { call: call as HoldKeeper['rpc']['call'] } });
  };
  const ago = (ms: number) => new Date(Date.now() - ms);

  test('is given back by itself when its time is over', async () => {
    await hold();
    expect(await stockOf()).toEqual(kept);
    const { current } = (await storeOf(shop, 'hold').get(customerId)) as Hold;
    await left({ current: current && { ...current, until: ago(1) }, nextAt: ago(1) });
    await isFree();
    expect(await isDone()).toMatchObject({ current: null, releasing: [] });
    await expect(shop.broker.call('hold.get', {}, meta())).rejects.toMatchObject({ type: 'not-found' });
  });

  test('is released when the process that reserved it died before all was reserved', async () => {
    const reservation = { orderId: newId('ord'), items: [{ sku, quantity: 3 }] };
    await shop.broker.call('inventory.reserve', { sku, orderId: reservation.orderId, quantity: 3 });
    const until = new Date(Date.now() + 900_000);
    const current = { ...reservation, until, begunAt: ago(30_001), state: 'TAKING' as const };
    await storeOf(shop, 'hold').insert({ ...newHold(customerId), current, nextAt: ago(1) });
    await isFree();
    await isDone();
    const late = shop.broker.call('inventory.reserve', { sku, orderId: reservation.orderId, quantity: 3 });
    expect((await late).outcome).toBe('closed');
  });

  test('is released when the process that released it died on the way', async () => {
    const reservation = { orderId: newId('ord'), items: [{ sku, quantity: 3 }] };
    await shop.broker.call('inventory.reserve', { sku, orderId: reservation.orderId, quantity: 3 });
    await storeOf(shop, 'hold').insert({ ...newHold(customerId), releasing: [reservation], nextAt: ago(1) });
    await isFree();
    await isDone();
  });

  test('is given back when the order that has consumed it never came to be, even after the next hold', async () => {
    const { id } = await hold();
    expect(await consume('key')).toEqual({ orderId: id });
    const second = await hold();
    expect(await stockOf()).toEqual({ available: 4, reserved: 6 });
    const { consumed } = (await storeOf(shop, 'hold').get(customerId)) as Hold;
    await left({ consumed: consumed.map((one) => ({ ...one, at: ago(60_001) })), nextAt: ago(1) });
    await eventually(stockOf, ({ available }) => available === 7);
    expect(await shop.broker.call('hold.get', {}, meta())).toMatchObject({ id: second.id });
    await shop.broker.call('hold.drop', {}, meta());
    expect(await stockOf()).toEqual(free);
  });

  test('is closed to an order that shows up late, before it is given back from under it', async () => {
    const orderId = await consumedLongAgo();
    const late: string[] = [];
    await keepWith(async (name) => {
      // The last moment at which the order could still be stored, and find its stock held.
      if (name !== 'inventory.release') return undefined;
      late.push((await shop.broker.call('inventory.reserve', { sku, orderId, quantity: 3 })).outcome);
      return undefined;
    });
    expect(late).toEqual(['closed']);
    expect(await stockOf()).toEqual(free);
  });

  test('of an order that is stored while the keeper looks for it stays with it', async () => {
    const orderId = await consumedLongAgo();
    const looks: string[] = [];
    await keepWith(async (name) => {
      if (name !== 'order.exists') return undefined;
      looks.push(name);
      return looks.length > 1;
    });
    expect(looks).toHaveLength(2);
    expect(await stockOf()).toEqual(kept);
    expect(await isDone()).toMatchObject({ consumed: [], releasing: [] });
    await shop.broker.call('inventory.release', { sku, orderId });
  });

  test('goes to one order of many that ask for it at once, and always to the same cart', async () => {
    const { id } = await hold();
    const answers = await Promise.all(
      Array.from({ length: 10 }, async (_, n) => ({ key: n % 5, ...(await consume(`key-${n % 5}`)) })),
    );
    const winners = answers.filter(({ orderId }) => orderId !== null);
    expect(new Set(winners.map(({ orderId }) => orderId))).toEqual(new Set([id]));
    expect(new Set(winners.map(({ key }) => key)).size).toBe(1);
    expect(winners).toHaveLength(2);
    expect(await stockOf()).toEqual(kept);
    await shop.broker.call('hold.drop', {}, meta());
    expect(await stockOf()).toEqual(kept);
    await shop.broker.call('inventory.release', { sku, orderId: id });
  });

  test('for other items than the order’s is given back before the order goes on', async () => {
    await hold();
    expect(await consume('key', 2)).toEqual({ orderId: null });
    expect(await stockOf()).toEqual(free);
  });

  /** Requests a hold, and runs `meanwhile` before its stock is reserved. */
  const holdWith = async (meanwhile: () => Promise<unknown>) => {
    const call = async (name: string, params: object) => {
      if (name === 'inventory.reserve') await meanwhile();
      return shop.broker.call(
        name as 'inventory.reserve',
        params as { sku: string; orderId: string; quantity: number },
      );
    };
    const wanted = { orderId: newId('ord'), items: [{ sku, quantity: 3 }] };
    const keeper = { store: storeOf(shop, 'hold'), rpc: { call: call as HoldKeeper['rpc']['call'] } };
    return placeHold(customerId, wanted, holdLimits(false, 900_000), keeper);
  };
  const isReleased = async () => {
    await shop.broker.call('hold.drop', {}, meta());
    expect(await stockOf()).toEqual(free);
  };

  test('of one cart that is requested while it is reserved is one hold, which both requests get', async () => {
    let second = '';
    const first = await holdWith(async () => {
      second = (await hold()).id;
    });
    expect(first.current).toMatchObject({ orderId: second, state: 'HELD' });
    expect((await shop.broker.call('hold.get', {}, meta())).id).toBe(second);
    expect(await stockOf()).toEqual(kept);
    await isReleased();
  });

  test('that another request replaces or releases while it is reserved is refused as hold-replaced', async () => {
    const change = { items: { [sku]: { quantity: 4 } } };
    const replaced = holdWith(async () => {
      await storeOf(shop, 'cart').change(customerId, () => ({ answer: undefined, patch: change }));
      await hold();
    });
    await expect(replaced).rejects.toMatchObject({ type: 'hold-replaced', code: 409 });
    expect(await stockOf()).toEqual({ available: 6, reserved: 4 });
    await isReleased();
    const released = holdWith(() => shop.broker.call('hold.drop', {}, meta()));
    await expect(released).rejects.toMatchObject({ type: 'hold-replaced' });
    expect(await stockOf()).toEqual(free);
  });

  test('that is requested three times at once for one cart is granted each time, and one hold in the end', async () => {
    const holds = await Promise.all([hold(), hold(), hold()]);
    const { id } = await shop.broker.call('hold.get', {}, meta());
    expect(holds.map((one) => one.id)).toContain(id);
    expect(await stockOf()).toEqual(kept);
    await isReleased();
  });

  test('of one that cannot be given back does not keep the others waiting', async () => {
    const reservation = { orderId: newId('ord'), items: [{ sku, quantity: 3 }] };
    await shop.broker.call('inventory.reserve', { sku, orderId: reservation.orderId, quantity: 3 });
    const broken = Array.from({ length: 3 }, () => ({
      ...newHold(newId('cus')),
      // No such id can be: the stock refuses it each time.
      ...{ releasing: [{ orderId: 'ord_BROKEN', items: [{ sku, quantity: 1 }] }], nextAt: new Date(1) },
    }));
    for (const doc of broken) await storeOf(shop, 'hold').insert(doc);
    await storeOf(shop, 'hold').insert({ ...newHold(customerId), releasing: [reservation], nextAt: ago(1) });
    await isFree();
    for (const { _id } of broken) {
      await storeOf(shop, 'hold').change(_id, () => ({ answer: undefined, patch: { releasing: [], nextAt: null } }));
    }
  });

  test('by an account whose address is not verified ends with its first hold, however often it is renewed', async () => {
    const { expiresAt } = await hold();
    // Half of the time later: it lasts no longer by being asked for again.
    const { current: first } = (await storeOf(shop, 'hold').get(customerId)) as Hold;
    await left({ current: first && { ...first, begunAt: ago(450_000) } });
    expect(Date.parse((await hold()).expiresAt)).toBeLessThan(Date.parse(expiresAt) - 440_000);
    // Once its time is over, the stock goes back and cannot be held again.
    const { current } = (await storeOf(shop, 'hold').get(customerId)) as Hold;
    await left({ current: current && { ...current, begunAt: ago(450_001), until: ago(1) }, nextAt: ago(1) });
    await isFree();
    await isDone();
    await expect(hold()).rejects.toMatchObject({ type: 'limit-reached' });
    expect(await stockOf()).toEqual(free);
  });

  test('of more pieces than the limit is refused, and the hold before stays', async () => {
    await hold();
    await storeOf(shop, 'cart').change(customerId, () => ({
      answer: undefined,
      patch: { items: { [sku]: { quantity: 11 } } },
    }));
    await expect(hold()).rejects.toMatchObject({ type: 'limit-reached' });
    expect(await stockOf()).toEqual(kept);
    await shop.broker.call('hold.drop', {}, meta());
  });
});
