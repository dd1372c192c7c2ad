import { beforeEach, describe, expect, test } from '@jest/globals';
import { Changes } from '../../../mixins/store/changes.ts';
import type { Patch } from '../../../mixins/store/patch.ts';
import {
  type Cart,
  type ClaimingOrder,
  cartClaimOf,
  customerCart,
  newCart,
  setItem,
} from '../../../services/shopping/cart/cart.ts';
import { changeCurrentCart, loadCurrentCart } from '../../../services/shopping/cart/cart-orders.ts';
import { Database } from '../../support/model-database.ts';

const ADA = 'cus_ada';
const now = new Date('2026-03-01T10:00:00Z');
const order = (id: string, status: ClaimingOrder['status'], items: Record<string, number>): ClaimingOrder => ({
  ...{ id, status },
  items: Object.entries(items).map(([sku, quantity]) => ({ sku, quantity })),
});

/** A process with its own view of the carts, which counts what it reads and writes. */
function processOf(database: Database, orders: ReadonlyMap<string, ClaimingOrder>) {
  const counts = { reads: 0, writes: 0, lookUps: 0 };
  const get = async (id: string) => {
    counts.reads += 1;
    return database.read('carts', id) as Cart | null;
  };
  const read = async (id: string) => {
    if (!database.read('carts', id)) database.insert('carts', newCart(id, now));
    return get(id);
  };
  const swap = async (id: string, rev: number, patch: Patch) => {
    counts.writes += 1;
    return database.swap('carts', id, rev, patch);
  };
  const changes = new Changes<Cart>({ read, swap });
  const call = async (_name: string, { cartClaim }: { cartClaim: string }) => {
    counts.lookUps += 1;
    return orders.get(cartClaim) ?? null;
  };
  const access = {
    carts: { get, change: changes.change.bind(changes) },
    rpc: { call: call as never },
  };
  const put = (sku: string, quantity: number, known = changes.lastWritten(ADA) ?? null) =>
    changeCurrentCart(ADA, known, access, () => (cart, openOrder, at) => {
      const { answer, ...rest } = setItem(cart, { sku, quantity }, at);
      return { answer: { items: Object.keys(answer.items), openOrder }, ...rest };
    });
  return { counts, put, access, lastWritten: () => changes.lastWritten(ADA) };
}

describe('a change of a cart', () => {
  let database: Database;
  let orders: Map<string, ClaimingOrder>;
  const stored = () => customerCart(database.read('carts', ADA) as Cart);

  beforeEach(() => {
    database = new Database(() => undefined);
    orders = new Map();
  });

  test('needs no read where this process has written the cart last', async () => {
    const { put, counts } = processOf(database, orders);
    await put('MUG', 1);
    const before = { ...counts };
    expect(await put('CUP', 2)).toEqual({ items: ['MUG', 'CUP'], openOrder: null });
    expect(counts).toEqual({ reads: before.reads, writes: before.writes + 1, lookUps: before.lookUps + 1 });
  });

  test('takes a paid order out in the same write, so that the new quantity stays', async () => {
    const { put, counts } = processOf(database, orders);
    await put('MUG', 1);
    orders.set(cartClaimOf(stored()), order('ord_1', 'PAID', { MUG: 1 }));
    const { writes } = counts;
    await put('MUG', 2);
    expect(counts.writes).toBe(writes + 1);
    expect(stored()).toMatchObject({ items: { MUG: { quantity: 2 } }, ordered: ['ord_1'], generation: 1 });
  });

  test('on an outdated version looks up the order of the present one', async () => {
    const [one, two] = [processOf(database, orders), processOf(database, orders)];
    await one.put('MUG', 1);
    orders.set(`${ADA}:0`, order('ord_1', 'PAID', { MUG: 1 }));
    await two.put('CUP', 1, stored());
    orders.set(`${ADA}:1`, order('ord_2', 'PAID', { CUP: 1 }));
    expect(one.lastWritten()).toMatchObject({ items: { MUG: { quantity: 1 } } });
    expect(await one.put('BOWL', 3)).toEqual({ items: ['BOWL'], openOrder: null });
    expect(stored()).toMatchObject({ items: { BOWL: { quantity: 3 } }, ordered: ['ord_1', 'ord_2'], generation: 2 });
  });

  test('says which order has no outcome yet, and leaves its items', async () => {
    const { put } = processOf(database, orders);
    await put('MUG', 1);
    orders.set(`${ADA}:0`, order('ord_1', 'PENDING', { MUG: 1 }));
    expect(await put('CUP', 1)).toEqual({ items: ['MUG', 'CUP'], openOrder: { id: 'ord_1', status: 'PENDING' } });
    expect(stored().generation).toBeUndefined();
  });

  test('of a rejected order releases the claim', async () => {
    const { put, access } = processOf(database, orders);
    await put('MUG', 1);
    orders.set(`${ADA}:0`, order('ord_1', 'REJECTED', { MUG: 1 }));
    await put('CUP', 1);
    expect(stored()).toMatchObject({ items: { MUG: { quantity: 1 }, CUP: { quantity: 1 } }, generation: 1 });
    expect(await loadCurrentCart(ADA, access)).toMatchObject({ openOrder: null });
  });

  test('that is refused creates no cart', async () => {
    const { access } = processOf(database, orders);
    const refused = changeCurrentCart(ADA, null, access, () => () => {
      throw new RangeError('refused');
    });
    await expect(refused).rejects.toThrow(RangeError);
    expect(database.read('carts', ADA)).toBeNull();
  });
});
