import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Decision } from '../../../mixins/store/changes.ts';
import { assignPath, deepCopy } from '../../../mixins/store/patch.ts';
import {
  type Cart,
  type CustomerCart,
  cartClaimOf,
  cartView,
  clearCart,
  currencyOf,
  customerCart,
  eraseCart,
  type Item,
  itemsOf,
  newCart,
  type Offer,
  releaseClaim,
  removeItem,
  setCurrency,
  setItem,
  takeOrdered,
} from '../../../services/shopping/cart/cart.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);

const [begun, now] = [new Date('2026-03-01T10:00:00Z'), new Date('2026-03-01T10:05:00Z')];

function after<C extends Cart>(cart: C, { patch = {} }: Decision<unknown>): C {
  const next = deepCopy(cart);
  for (const [path, value] of Object.entries(patch)) assignPath(next, path, value, []);
  return next;
}

const empty = customerCart({ ...newCart('cus_1', begun), rev: 0 });
const cartOf = (...items: [string, number][]): CustomerCart => ({
  ...empty,
  items: Object.fromEntries(items.map(([sku, quantity]) => [sku, { quantity }])),
});

describe('setting an item', () => {
  test('adds it behind the others, and answers with the whole cart', () => {
    const decision = setItem(cartOf(['MUG', 2]), { sku: 'BOWL', quantity: 1 }, now);
    expect(itemsOf(decision.answer.items)).toEqual([
      { sku: 'MUG', quantity: 2 },
      { sku: 'BOWL', quantity: 1 },
    ]);
    expect(after(cartOf(['MUG', 2]), decision).items).toEqual(decision.answer.items);
  });

  test('sets the quantity of one that is there, so that doing it again changes nothing', () => {
    const once = after(
      cartOf(['MUG', 2], ['BOWL', 1]),
      setItem(cartOf(['MUG', 2], ['BOWL', 1]), { sku: 'MUG', quantity: 5 }, now),
    );
    expect(once.items).toEqual({ MUG: { quantity: 5 }, BOWL: { quantity: 1 } });
    expect(after(once, setItem(once, { sku: 'MUG', quantity: 5 }, now))).toEqual(once);
    expect(once.updatedAt).toEqual(now);
  });

  test('writes that item alone, so that another that is set at the same time stays', () => {
    const both = [
      setItem(empty, { sku: 'MUG', quantity: 1 }, now),
      setItem(empty, { sku: 'BOWL', quantity: 2 }, now),
    ].reduce(after, empty);
    expect(both.items).toEqual({ MUG: { quantity: 1 }, BOWL: { quantity: 2 } });
  });

  test('takes 100 lines, and refuses one more, but not a change to one of the 100', () => {
    const full = cartOf(...Array.from({ length: 100 }, (_, n): [string, number] => [`SKU-${n}`, 1]));
    const { SKU_99: _, ...most } = Object.fromEntries(Object.entries(full.items).slice(0, 99)) as Cart['items'];
    const { answer } = setItem({ ...full, items: most }, { sku: 'LAST', quantity: 1 }, now);
    expect(itemsOf(answer.items)).toHaveLength(100);
    expect(() => setItem(full, { sku: 'MORE', quantity: 1 }, now)).toThrow(
      expect.objectContaining({ type: 'limit-reached' }),
    );
    const changed = setItem(full, { sku: 'SKU-7', quantity: 9 }, now).answer.items;
    expect(itemsOf(changed)[7]).toEqual({ sku: 'SKU-7', quantity: 9 });
  });
});

test('removing an item leaves the others; one that is not there changes nothing', () => {
  const decision = removeItem(cartOf(['MUG', 2], ['BOWL', 1]), 'MUG', now);
  expect(decision.answer.items).toEqual({ BOWL: { quantity: 1 } });
  expect(after(cartOf(['MUG', 2], ['BOWL', 1]), decision).items).toEqual({ BOWL: { quantity: 1 } });
  for (const sku of ['CUP', 'constructor', 'toString']) {
    expect(removeItem(cartOf(['MUG', 2]), sku, now)).toEqual({ answer: cartOf(['MUG', 2]) });
  }
});

test('clearing leaves nothing; an empty cart is not written', () => {
  expect(after(cartOf(['MUG', 2]), clearCart(cartOf(['MUG', 2]), now)).items).toEqual({});
  expect(clearCart(empty, now)).toEqual({ answer: empty });
});

describe('the currency of a cart', () => {
  const shop = { currency: 'EUR', currencies: ['EUR', 'USD'] };

  test("is the shop's own until another is chosen, and once more when the shop has given that up", () => {
    expect(currencyOf(null, shop)).toBe('EUR');
    expect(currencyOf(empty, shop)).toBe('EUR');
    const chosen = after(cartOf(['MUG', 2]), setCurrency(cartOf(['MUG', 2]), 'USD', now));
    expect(chosen).toMatchObject({ currency: 'USD', items: { MUG: { quantity: 2 } } });
    expect(currencyOf(chosen, shop)).toBe('USD');
    expect(currencyOf(chosen, { currency: 'EUR', currencies: ['EUR'] })).toBe('EUR');
  });

  test('stays while items come and go, and is not written again', () => {
    const chosen: CustomerCart = { ...cartOf(['MUG', 2]), currency: 'USD' };
    expect(setCurrency(chosen, 'USD', now)).toEqual({ answer: chosen });
    for (const decision of [
      setItem(chosen, { sku: 'BOWL', quantity: 1 }, now),
      removeItem(chosen, 'MUG', now),
      clearCart(chosen, now),
    ]) {
      expect([decision.answer.currency, after(chosen, decision).currency]).toEqual(['USD', 'USD']);
    }
    expect(after(chosen, takeOrdered(chosen, 'ord_1', [{ sku: 'MUG', quantity: 2 }], now)).currency).toBe('USD');
    expect(after(chosen, eraseCart(chosen, now)).currency).toBeUndefined();
  });
});

describe('taking out what was ordered', () => {
  test('takes the quantities, and the lines of which nothing is left', () => {
    const cart = cartOf(['MUG', 3], ['BOWL', 1], ['CUP', 2]);
    const items = [
      { sku: 'MUG', quantity: 1 },
      { sku: 'BOWL', quantity: 1 },
    ];
    const taken = after(cart, takeOrdered(cart, 'ord_1', items, now));
    expect(taken.items).toEqual({ MUG: { quantity: 2 }, CUP: { quantity: 2 } });
    expect(taken.ordered).toEqual(['ord_1']);
  });

  test('takes no more than is there', () => {
    const cart = cartOf(['MUG', 1]);
    const items = [
      { sku: 'MUG', quantity: 3 },
      { sku: 'GONE', quantity: 1 },
    ];
    expect(after(cart, takeOrdered(cart, 'ord_1', items, now)).items).toEqual({});
  });

  test('happens once for an order; the latest 50 orders are remembered', () => {
    let cart = cartOf(['MUG', 99]);
    const take = (n: number) => takeOrdered(cart, `ord_${n}`, [{ sku: 'MUG', quantity: 1 }], now);
    for (let n = 0; n < 50; n++) cart = after(cart, take(n));
    expect(cart.items.MUG?.quantity).toBe(49);
    for (let n = 0; n < 50; n++) expect(take(n).patch).toBeUndefined();
    cart = after(cart, take(50));
    expect(cart.ordered).toHaveLength(50);
    expect(take(1).patch).toBeUndefined();
  });

  test('moves the generation on, once, so that the next order has a claim of its own', () => {
    const cart = cartOf(['MUG', 2]);
    const items = [{ sku: 'MUG', quantity: 1 }];
    const taken = after(cart, takeOrdered(cart, 'ord_1', items, now));
    expect([cartClaimOf(cart), cartClaimOf(taken)]).toEqual([`${cart._id}:0`, `${cart._id}:1`]);
    expect(cartClaimOf(after(taken, takeOrdered(taken, 'ord_1', items, now)))).toBe(`${cart._id}:1`);
    for (const decision of [
      setItem(taken, { sku: 'CUP', quantity: 1 }, now),
      clearCart(taken, now),
      eraseCart(taken, now),
    ]) {
      expect(cartClaimOf(after(taken, decision))).toBe(`${cart._id}:1`);
    }
  });

  test('is not for a rejected order, which gives the cart back under another claim, once', () => {
    const cart = cartOf(['MUG', 2]);
    const back = after(cart, releaseClaim(cart, cartClaimOf(cart)));
    expect(back).toMatchObject({ items: cart.items, ordered: [], generation: 1 });
    expect(releaseClaim(back, cartClaimOf(cart)).patch).toBeUndefined();
  });

  test('however often and late an order is taken out, what was added since stays', () => {
    const sku = fc.constantFrom('MUG', 'BOWL', 'CUP');
    const items = fc.uniqueArray(fc.record({ sku, quantity: fc.integer({ min: 1, max: 9 }) }), {
      selector: (i) => i.sku,
    });
    const step = fc.oneof(
      fc.record({ add: sku, quantity: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ take: fc.nat(2) }),
    );
    const property = fc.property(fc.array(items, { minLength: 3, maxLength: 3 }), fc.array(step), (orders, steps) => {
      const expected: Record<string, number> = {};
      const change = ({ sku, quantity }: Item, sign: 1 | -1) => {
        expected[sku] = (expected[sku] ?? 0) + sign * quantity;
      };
      for (const item of orders.flat()) change(item, 1);
      let cart = cartOf(...Object.entries(expected));
      const taken = new Set<number>();
      for (const what of steps) {
        if ('add' in what) {
          change({ sku: what.add, quantity: what.quantity }, 1);
          const quantity = (cart.items[what.add]?.quantity ?? 0) + what.quantity;
          cart = after(cart, setItem(cart, { sku: what.add, quantity }, now));
        } else {
          const order = orders[what.take] ?? [];
          if (!taken.has(what.take)) for (const item of order) change(item, -1);
          taken.add(what.take);
          cart = after(cart, takeOrdered(cart, `ord_${what.take}`, order, now));
        }
      }
      const left = Object.entries(expected).filter(([, quantity]) => quantity > 0);
      expect(Object.fromEntries(itemsOf(cart.items).map((item) => [item.sku, item.quantity]))).toEqual(
        Object.fromEntries(left),
      );
    });
    fc.assert(property, { seed });
  });
});

describe('the cart as a customer sees it', () => {
  const offer = (sku: string, amount: number): Offer => ({
    ...{
      sku,
      productId: `prd_${sku}`,
      slug: sku.toLowerCase(),
      title: sku,
      variant: 'One',
      category: 'mugs',
      taxClass: 'standard',
      weight: 300,
      requiresShipping: true,
      available: 100,
    },
    ...{ price: { amount, currency: 'EUR' }, availability: 'in_stock' },
  });

  test('has prices, a total for each line and for all', () => {
    const view = cartView([{ sku: 'MUG', quantity: 3 }], [offer('MUG', 1999)], 'EUR');
    const [unitPrice, total] = [1999, 5997].map((amount) => ({ amount, currency: 'EUR' }));
    const { price: _, category: _c, taxClass: _t, weight: _w, available: _a, ...shown } = offer('MUG', 1999);
    expect(view).toEqual({
      currency: 'EUR',
      items: [{ ...shown, quantity: 3, unitPrice, lineTotal: total, available: 3, isShort: false }],
      totals: { quantity: 3, subtotal: total, total },
    });
  });

  test('says which SKU is no longer sold, and does not count it', () => {
    const items = ['GONE', 'MUG'].map((sku) => ({ sku, quantity: 2 }));
    const { items: lines, totals } = cartView(items, [offer('MUG', 5)], 'EUR');
    expect(lines[0]).toEqual({ sku: 'GONE', quantity: 2, availability: 'not_sold' });
    expect(totals.total).toEqual({ amount: 10, currency: 'EUR' });
  });

  test('is worth nothing when it is empty', () => {
    const none = { amount: 0, currency: 'EUR' };
    expect(cartView([], [], 'EUR')).toEqual({
      ...{ currency: 'EUR', items: [] },
      totals: { quantity: 0, subtotal: none, total: none },
    });
  });

  test('adds up to the cent, at any prices', () => {
    const line = fc.record({ price: fc.nat(10_000_000), quantity: fc.integer({ min: 1, max: 99 }) });
    const property = fc.property(fc.array(line, { maxLength: 100 }), (lines) => {
      const items = lines.map(({ quantity }, n) => ({ sku: `SKU-${n}`, quantity }));
      const view = cartView(
        items,
        lines.map(({ price }, n) => offer(`SKU-${n}`, price)),
        'EUR',
      );
      const exact = lines.reduce((total, { price, quantity }) => total + BigInt(price) * BigInt(quantity), 0n);
      expect(BigInt(view.totals.total.amount)).toBe(exact);
      expect(view.totals.subtotal).toEqual(view.totals.total);
    });
    fc.assert(property, { seed });
  });
});
