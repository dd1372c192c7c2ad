import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PROBLEMS } from '../../../lib/errors.ts';
import { newId } from '../../../lib/ids.ts';
import type { Offer } from '../../../services/shopping/cart.ts';
import {
  begin,
  fingerprintOf,
  type Order,
  orderNumber,
  orderView,
  type Placement,
} from '../../../services/shopping/order.ts';
import { canMove, move, type OrderState, type Rejection, TRANSITIONS } from '../../../services/shopping/order-state.ts';
import { answerOf } from '../../../services/shopping/replay.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);

const now = new Date('2026-03-01T10:00:00Z');
const later = new Date('2026-03-01T10:00:05Z');
const offer = (sku: string, amount: number): Offer => ({
  ...{ sku, productId: `prd_${sku}`, slug: 'thing', title: `A ${sku}`, variant: 'One' },
  ...{ price: { amount, currency: 'EUR' }, availability: 'in_stock', available: 7 },
});
const placement = (items: Placement['items'], offers: Offer[]): Placement => ({
  ...{ id: newId('ord', now), customerId: 'cus_1', idemKey: 'key', fingerprint: 'print', items, offers },
  shippingAddress: { name: 'Ada', line1: 'Way 1', city: 'Berlin', postcode: '10115', country: 'DE' },
  ...{ currency: 'EUR', owner: 'node' },
});
const begun = (): Order => ({
  ...begin(placement([{ sku: 'MUG', quantity: 2 }], [offer('MUG', 1999)]), now),
  rev: 0,
});
const problem = (type: string) => expect.objectContaining({ type });

describe('beginning an order', () => {
  test('freezes what is ordered, at the prices of the moment', () => {
    const order = begun();
    const [unitPrice, total] = [1999, 3998].map((amount) => ({ amount, currency: 'EUR' }));
    expect(order.lines).toEqual([
      { sku: 'MUG', productId: 'prd_MUG', title: 'A MUG', variant: 'One', quantity: 2, unitPrice, lineTotal: total },
    ]);
    expect(order.totals).toEqual({ quantity: 2, subtotal: total, total });
    expect(order).toMatchObject({ state: 'PENDING', history: [{ status: 'PENDING', at: now }], outbox: [] });
  });

  test('makes it due for recovery as soon as the lease of its process ends', () => {
    const { lease, nextAt, attempts } = begun();
    expect(lease).toEqual({ owner: 'node', until: later });
    expect(nextAt).toEqual(later);
    expect(attempts).toBe(0);
  });

  test('is refused for an empty cart, and for what is no longer sold, by name', () => {
    expect(() => begin(placement([], []), now)).toThrow(problem('empty-cart'));
    const items = ['MUG', 'GONE', 'AWAY'].map((sku) => ({ sku, quantity: 1 }));
    expect(() => begin(placement(items, [offer('MUG', 1)]), now)).toThrow(
      expect.objectContaining({ type: 'cart-not-orderable', data: { items: [{ sku: 'GONE' }, { sku: 'AWAY' }] } }),
    );
  });

  test('has as its total the sum of its lines, to the cent', () => {
    const line = fc.record({ price: fc.nat(10_000_000), quantity: fc.integer({ min: 1, max: 99 }) });
    const property = fc.property(fc.array(line, { minLength: 1, maxLength: 100 }), (lines) => {
      const items = lines.map(({ quantity }, n) => ({ sku: `SKU-${n}`, quantity }));
      // The offers come in no particular order.
      const offers = lines.map(({ price }, n) => offer(`SKU-${n}`, price)).reverse();
      const order = begin(placement(items, offers), now);
      for (const [n, { price, quantity }] of lines.entries()) {
        expect(order.lines[n]).toMatchObject({
          quantity,
          unitPrice: { amount: price },
          lineTotal: { amount: price * quantity },
        });
      }
      const exact = lines.reduce((total, { price, quantity }) => total + BigInt(price) * BigInt(quantity), 0n);
      expect(BigInt(order.totals.total.amount)).toBe(exact);
      expect(order.totals.subtotal).toEqual(order.totals.total);
      expect(order.totals.quantity).toBe(lines.reduce((total, { quantity }) => total + quantity, 0));
    });
    fc.assert(property, { seed });
  });
});

describe('the states of an order', () => {
  /** Once more by hand: a transition that appears or goes must be meant. */
  const ALLOWED = ['PENDING > PAID', 'PENDING > REJECTING', 'REJECTING > REJECTED'];
  const states = Object.keys(TRANSITIONS) as OrderState[];

  test.each(states.flatMap((from) => states.map((to) => [from, to] as const)))('%s > %s', (from, to) => {
    const allowed = ALLOWED.includes(`${from} > ${to}`);
    expect(canMove(from, to)).toBe(allowed);
    const order = { state: from, history: [{ status: 'PENDING' as const, at: now }] };
    if (!allowed) {
      expect(() => move(order, to, later)).toThrow(`an order cannot go from ${from} to ${to}`);
      return;
    }
    expect(move(order, to, later)).toEqual({ state: to, history: [...order.history, { status: to, at: later }] });
    expect(move(order, to, later, 'why').history.at(-1)).toEqual({ status: to, at: later, note: 'why' });
    expect(order.history).toHaveLength(1);
  });

  test('all that are allowed are among them', () => {
    expect(states.flatMap((from) => TRANSITIONS[from].map((to) => `${from} > ${to}`))).toEqual(ALLOWED);
  });
});

describe('the answer to a key that is sent again', () => {
  const paid: Order = { ...begun(), ...move(begun(), 'PAID', later) };
  const outOfStock: Rejection = { code: 'out-of-stock', items: [{ sku: 'MUG', requested: 2, available: 1 }] };

  test('is the order as it was when it was paid, whatever became of it', () => {
    const first = answerOf(paid, 'print');
    expect(first).toEqual(orderView(paid));
    expect(first.status).toBe('PAID');
    const history = [...paid.history, { status: 'REJECTED' as const, at: new Date(0) }];
    expect(answerOf({ ...paid, state: 'REJECTED', history }, 'print')).toEqual(first);
  });

  test('is that it still runs, while it does', () => {
    expect(() => answerOf(begun(), 'print')).toThrow(problem('request-in-progress'));
    expect(PROBLEMS['request-in-progress'].retryAfter).toBe(1);
  });

  test.each<[Rejection, object]>([
    [outOfStock, { code: 409, type: 'out-of-stock', data: { items: outOfStock.items } }],
    [
      { code: 'payment-declined', reason: 'card' },
      { code: 402, type: 'payment-declined', data: { reason: 'card' } },
    ],
    [{ code: 'order-expired' }, { code: 409, type: 'order-expired' }],
  ])('is its rejection, from when that is certain: %j', (rejection, expected) => {
    for (const state of ['REJECTING', 'REJECTED'] as const) {
      expect(() => answerOf({ ...begun(), state, rejection }, 'print')).toThrow(expect.objectContaining(expected));
    }
  });

  test('is a refusal when the body is another, however the order stands', () => {
    for (const order of [begun(), paid, { ...begun(), state: 'REJECTED' as const, rejection: outOfStock }]) {
      expect(() => answerOf(order, 'another')).toThrow(problem('idempotency-key-reused'));
    }
  });

  test('depends on the address', () => {
    expect(fingerprintOf({ addressId: 'adr_1' })).toBe(fingerprintOf({ addressId: 'adr_1' }));
    expect(fingerprintOf({ addressId: 'adr_1' })).not.toBe(fingerprintOf({ addressId: 'adr_2' }));
  });
});

test('an order shows nothing of how it is driven on, and has a number with its day that people can read out', () => {
  const view = orderView(begun());
  expect(Object.keys(view).sort()).toEqual(
    ['createdAt', 'history', 'id', 'items', 'number', 'payment', 'shippingAddress', 'status', 'totals'].sort(),
  );
  expect(orderNumber(newId('ord', now))).toMatch(/^260301-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
  expect(view.number).toBe(orderNumber(view.id));
});
