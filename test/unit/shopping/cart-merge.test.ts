import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Changes } from '../../../mixins/store/changes.ts';
import { assignPath, deepCopy } from '../../../mixins/store/patch.ts';
import {
  type Cart,
  type CustomerCart,
  customerCart,
  emptyMergedCart,
  type GuestCart,
  guestCart,
  itemsOf,
  mergeCarts,
  newCart,
  removeItem,
  setCurrency,
  setItem,
  takeOrdered,
} from '../../../services/shopping/cart/cart.ts';
import { mergeGuestCart } from '../../../services/shopping/cart/cart-merge.ts';
import { Database } from '../../support/model-database.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);

const now = new Date('2026-03-01T10:00:00Z');
const [ADA, GUEST] = ['cus_ada', 'gst_1'];
const withItems = (_id: string, items: Record<string, number>, currency?: string): Cart => ({
  ...newCart(_id, now),
  items: Object.fromEntries(Object.entries(items).map(([sku, quantity]) => [sku, { quantity }])),
  ...(currency ? { currency } : {}),
});
const adas = (items: Record<string, number>, currency?: string) => customerCart(withItems(ADA, items, currency));
const guests = (items: Record<string, number>, currency?: string) => guestCart(withItems(GUEST, items, currency));
const quantities = (cart: Pick<Cart, 'items'> | null) =>
  Object.fromEntries(itemsOf(cart?.items ?? {}).map(({ sku, quantity }) => [sku, quantity]));
const merged = (cart: CustomerCart, guest: GuestCart): CustomerCart => {
  const next = deepCopy(cart);
  for (const [path, value] of Object.entries(mergeCarts(cart, guest, now).patch ?? {}))
    assignPath(next, path, value, []);
  return next;
};

describe('a merged cart', () => {
  test('has of each SKU the larger of both quantities, not their sum', () => {
    const after = merged(adas({ MUG: 2, BOWL: 5 }), guests({ MUG: 3, BOWL: 1, CUP: 4 }));
    expect(quantities(after)).toEqual({ MUG: 3, BOWL: 5, CUP: 4 });
  });

  test('does not bring back what was taken out since, when the same comes again', () => {
    const guest = guests({ MUG: 3 });
    const { items: _, ...without } = merged(adas({}), guest);
    expect(quantities(merged({ ...without, items: {} }, guest))).toEqual({});
    expect(quantities(merged({ ...without, items: {} }, { ...guest, rev: 1 }))).toEqual({ MUG: 3 });
  });

  test("keeps the customer's lines and leaves out those that the guest added last, beyond 100", () => {
    const many = (prefix: string, n: number) =>
      Object.fromEntries(Array.from({ length: n }, (_, i) => [prefix + i, 1]));
    const after = merged(adas(many('A', 98)), guests({ G0: 1, A5: 7, G1: 1, G2: 1 }));
    expect(Object.keys(after.items)).toHaveLength(100);
    expect(quantities(after)).toMatchObject({ A0: 1, A97: 1, A5: 7, G0: 1, G1: 1 });
    expect(after.items).not.toHaveProperty('G2');
  });

  test("is priced in the customer's currency, unless there was nothing in it: then in the guest's", () => {
    const guest = guests({ MUG: 1 }, 'USD');
    expect(merged(adas({ CUP: 1 }, 'JPY'), guest).currency).toBe('JPY');
    expect(merged(adas({ CUP: 1 }), guest).currency).toBeUndefined();
    expect(merged(adas({}, 'JPY'), guest).currency).toBe('USD');
    expect(merged(adas({}, 'JPY'), guests({ MUG: 1 })).currency).toBeUndefined();
  });

  test("a guest's cart is handed over only as it was merged", () => {
    const guest = guests({ MUG: 1, CUP: 2 });
    const merged = { items: { CUP: { quantity: 2 }, MUG: { quantity: 1 } } };
    expect(emptyMergedCart(guest, merged, ADA, now).answer).toBe(true);
    expect(emptyMergedCart(guest, { items: { MUG: { quantity: 1 } } }, ADA, now)).toEqual({ answer: false });
    expect(emptyMergedCart({ ...guest, currency: 'USD' }, merged, ADA, now)).toEqual({ answer: false });
  });
});

class Crash extends Error {}

/** Carts in a database that several processes share; `step` is waited for before each access, and may end in a crash. */
function cartsOf(database: Database, step: () => Promise<unknown> = async () => undefined) {
  const changes = new Changes<Cart>(
    {
      async read(id) {
        await step();
        database.insert('carts', newCart(id, now));
        return database.read('carts', id) as Cart | null;
      },
      async swap(id, rev, patch) {
        await step();
        return database.swap('carts', id, rev, { ...patch });
      },
    },
    { random: () => 0 },
  );
  return {
    change: changes.change.bind(changes),
    get: async (id: string) => {
      await step();
      return database.read('carts', id) as Cart | null;
    },
  };
}

const SKUS = ['MUG', 'BOWL', 'CUP'];
const command = fc.oneof(
  fc.record({
    what: fc.constant('set' as const),
    sku: fc.constantFrom(...SKUS),
    quantity: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({ what: fc.constant('remove' as const), sku: fc.constantFrom(...SKUS) }),
);
type Carts = ReturnType<typeof cartsOf>;
const run = (carts: Carts, id: string, one: { what: 'set' | 'remove'; sku: string; quantity?: number }) =>
  carts.change(id, (cart, at) =>
    one.what === 'set'
      ? setItem(cart, { sku: one.sku, quantity: one.quantity ?? 1 }, at)
      : removeItem(cart, one.sku, at),
  );

test('one after the other, also with crashes inside a merge, the carts are what the rule says', async () => {
  const step = fc.oneof(
    fc.record({ by: fc.constant('customer' as const), command }),
    fc.record({ by: fc.constant('guest' as const), command }),
    // How many accesses the merge makes before its process dies.
    fc.record({ by: fc.constant('merge' as const), lasts: fc.option(fc.integer({ min: 0, max: 6 }), { nil: 100 }) }),
  );
  const property = fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
    const database = new Database(() => undefined);
    const mine: Record<string, number> = {};
    let guests: Record<string, number> = {};
    const bring = () => {
      for (const [sku, quantity] of Object.entries(guests)) mine[sku] = Math.max(quantity, mine[sku] ?? 0);
    };
    // Of this content of the guest's cart: whether it is in the customer's.
    let isIn = false;
    for (const one of steps) {
      if (one.by === 'merge') {
        let left = one.lasts;
        const carts = cartsOf(database, async () => {
          if (left-- <= 0) throw new Crash();
        });
        await mergeGuestCart(carts, GUEST, ADA).catch((error) => expect(error).toBeInstanceOf(Crash));
        const key = database.read('carts', GUEST)?.rev;
        const came = (database.read('carts', ADA) as Cart | null)?.merged ?? [];
        const after = database.read('carts', GUEST) as Cart | null;
        const isEmptied = Object.keys(guests).length > 0 && Object.keys(after?.items ?? {}).length === 0;
        if (!isIn && (isEmptied || (Object.keys(guests).length > 0 && came.includes(`${GUEST}:${key}`)))) {
          bring();
          isIn = true;
        }
        if (isEmptied) [guests, isIn] = [{}, false];
      } else {
        const id = one.by === 'guest' ? GUEST : ADA;
        const items = one.by === 'guest' ? guests : mine;
        const had = one.command.sku in items;
        await run(cartsOf(database), id, one.command);
        if (one.command.what === 'set') items[one.command.sku] = one.command.quantity;
        else delete items[one.command.sku];
        // Its cart is another one now.
        if (one.by === 'guest' && (had || one.command.what === 'set')) isIn = false;
      }
      expect(quantities(database.read('carts', ADA) as Cart | null)).toEqual(mine);
      expect(quantities(database.read('carts', GUEST) as Cart | null)).toEqual(guests);
    }
  });
  await fc.assert(property, { seed });
});

test('with any devices, merges and crashes at the same time, no added item is lost', async () => {
  // Each device has SKUs of its own, so that it is known what has to be there.
  const wants = (prefix: string) =>
    fc.array(
      fc.record({ sku: fc.constantFrom(`${prefix}1`, `${prefix}2`), quantity: fc.integer({ min: 1, max: 9 }) }),
      {
        maxLength: 5,
      },
    );
  const devices = fc.record({ phone: wants('P'), laptop: wants('L'), guest: wants('G'), tab: wants('T') });
  const merges = fc.array(fc.option(fc.integer({ min: 0, max: 8 }), { nil: 1000 }), { minLength: 1, maxLength: 4 });
  const property = fc.asyncProperty(fc.scheduler(), devices, merges, async (scheduler, plans, lasts) => {
    const database = new Database(() => undefined);
    const pause = () => scheduler.schedule(Promise.resolve());
    const device = async (id: string, items: { sku: string; quantity: number }[]) => {
      const carts = cartsOf(database, pause); // a process of its own
      for (const item of items) await run(carts, id, { what: 'set', ...item });
    };
    const merging = async (steps: number) => {
      let left = steps;
      const carts = cartsOf(database, async () => {
        await pause();
        if (left-- <= 0) throw new Crash();
      });
      await mergeGuestCart(carts, GUEST, ADA).catch((error) => expect(error).toBeInstanceOf(Crash));
    };
    const all = Promise.all([
      device(ADA, plans.phone),
      device(ADA, plans.laptop),
      device(GUEST, plans.guest),
      device(GUEST, plans.tab),
      ...lasts.map(merging),
    ]);
    await scheduler.waitFor(all);
    await mergeGuestCart(cartsOf(database), GUEST, ADA);

    const last = (items: { sku: string; quantity: number }[]) =>
      Object.fromEntries(items.map(({ sku, quantity }) => [sku, quantity]));
    const most = (items: { sku: string; quantity: number }[], sku: string) =>
      Math.max(...items.filter((item) => item.sku === sku).map(({ quantity }) => quantity));
    const found = quantities(database.read('carts', ADA) as Cart | null);
    expect(found).toMatchObject({ ...last(plans.phone), ...last(plans.laptop) });
    const guests = [...plans.guest, ...plans.tab];
    for (const [sku, quantity] of Object.entries(last(guests))) {
      // An earlier merge may have taken a larger quantity, but only a chosen one.
      expect(found[sku]).toBeGreaterThanOrEqual(quantity);
      expect(found[sku]).toBeLessThanOrEqual(most(guests, sku));
    }
    const known = [...plans.phone, ...plans.laptop, ...guests].map(({ sku }) => sku);
    expect(Object.keys(found).sort()).toEqual([...new Set(known)].sort());
    const guest = database.read('carts', GUEST) as Cart | null;
    expect(quantities(guest)).toEqual({});
    if (guests.length > 0) expect(guest).toMatchObject({ mergedInto: ADA, guest: true });
  });
  await fc.assert(property, { seed, numRuns: 200 });
});

test('a currency that a guest chose before anything else comes into an empty cart, once', async () => {
  const database = new Database(() => undefined);
  const carts = cartsOf(database);
  const currency = () => (database.read('carts', ADA) as Cart | null)?.currency;
  await carts.change(GUEST, (cart, at) => setCurrency(cart, 'USD', at));
  await mergeGuestCart(carts, GUEST, ADA);
  expect(currency()).toBe('USD');
  await carts.change(ADA, (cart, at) => setCurrency(cart, 'JPY', at));
  await mergeGuestCart(carts, GUEST, ADA);
  expect(currency()).toBe('JPY');
});

test('an order that is taken out while a merge is under way keeps what the guest had besides', async () => {
  const database = new Database(() => undefined);
  const carts = cartsOf(database);
  await run(carts, ADA, { what: 'set', sku: 'MUG', quantity: 2 });
  await run(carts, GUEST, { what: 'set', sku: 'CUP', quantity: 1 });
  await Promise.all([
    mergeGuestCart(cartsOf(database), GUEST, ADA),
    carts.change(ADA, (cart, at) => takeOrdered(customerCart(cart), 'ord_1', [{ sku: 'MUG', quantity: 2 }], at)),
  ]);
  expect(quantities(database.read('carts', ADA) as Cart | null)).toEqual({ CUP: 1 });
});
