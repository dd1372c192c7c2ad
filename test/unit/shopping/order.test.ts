import { describe, expect, test } from '@jest/globals';
import { MongoNetworkError } from 'mongodb';
import { fingerprintOf } from '../../../lib/contract/fingerprint.ts';
import { newId } from '../../../services/shared/ids.ts';
import { PROBLEMS } from '../../../services/shared/problem-codes.ts';
import type { Item, Offer } from '../../../services/shopping/cart/cart.ts';
import { priceLines } from '../../../services/shopping/checkout/pricing/price.ts';
import { standardRules } from '../../../services/shopping/checkout/pricing/standard-rules.ts';
import { responseOf } from '../../../services/shopping/order/idempotent-response.ts';
import { beginOrder, type Order, orderableLines } from '../../../services/shopping/order/order.ts';
import { moveOrder } from '../../../services/shopping/order/order-change.ts';
import { orderNumber } from '../../../services/shopping/order/order-number.ts';
import { canMove, type OrderState, type Rejection, TRANSITIONS } from '../../../services/shopping/order/order-state.ts';
import { orderView } from '../../../services/shopping/order/order-view.ts';
import { postpone, unpark } from '../../../services/shopping/order/saga/recovery.ts';
import { orderIn, transitionTo } from '../../support/orders.ts';

const now = new Date('2026-03-01T10:00:00Z');
const later = new Date('2026-03-01T10:00:05Z');
const offer = (sku: string, amount: number): Offer => ({
  ...{ sku, productId: `prd_${sku}`, slug: 'thing', title: `A ${sku}`, variant: 'One', category: 'mugs', weight: 300 },
  ...{ price: { amount, currency: 'EUR' }, availability: 'in_stock', taxClass: 'standard' },
  ...{ requiresShipping: true, available: 100 },
});
const priced = (items: Item[], offers: Offer[]) =>
  priceLines({
    lines: orderableLines(items, offers),
    country: 'DE',
    coupons: [],
    rules: standardRules,
    currency: 'EUR',
  });
const begun = () => ({
  ...beginOrder(
    {
      ...{ id: newId('ord', now), customerId: 'cus_1', idemKey: 'key', fingerprint: 'print', owner: 'node' },
      shippingAddress: { name: 'Ada', line1: 'Way 1', city: 'Berlin', postcode: '10115', country: 'DE' },
      priced: priced([{ sku: 'MUG', quantity: 2 }], [offer('MUG', 1999)]),
      ...{ paymentMethod: 'tok_approve', provider: 'sandbox', paymentTime: 60_000 },
    },
    now,
  ),
  rev: 0,
});
const problem = (type: string) => expect.objectContaining({ type });

describe('beginning an order', () => {
  test('freezes the ordered items and their current prices', () => {
    const order = begun();
    const [unitPrice, lineTotal] = [1999, 3998].map((amount) => ({ amount, currency: 'EUR' }));
    expect(order.lines).toMatchObject([
      { sku: 'MUG', productId: 'prd_MUG', title: 'A MUG', variant: 'One', quantity: 2, unitPrice, lineTotal },
    ]);
    expect(order.totals).toMatchObject({ quantity: 2, subtotal: lineTotal, total: { amount: 3998 + 490 } });
    expect(order).toMatchObject({ state: 'PENDING', history: [{ status: 'PENDING', at: now }], outbox: [] });
  });

  test('makes it due for recovery as soon as the lease of its process ends', () => {
    const { lease, nextAt, attempts } = begun();
    expect(lease).toEqual({ owner: 'node', until: later });
    expect(nextAt).toEqual(later);
    expect(attempts).toBe(0);
  });

  test('is refused for an empty cart, and for items that are no longer sold, by name', () => {
    expect(() => orderableLines([], [])).toThrow(problem('empty-cart'));
    const items = ['MUG', 'GONE', 'AWAY'].map((sku) => ({ sku, quantity: 1 }));
    expect(() => orderableLines(items, [offer('MUG', 1)])).toThrow(
      expect.objectContaining({ type: 'cart-not-orderable', data: { items: [{ sku: 'GONE' }, { sku: 'AWAY' }] } }),
    );
  });
});

describe('the states of an order', () => {
  /** Once more by hand: a transition that appears or goes must be meant. */
  const ALLOWED = [
    'PENDING > PAID',
    'PENDING > REJECTING',
    'REJECTING > REJECTED',
    'PAID > PACKED',
    'PAID > CANCELLING',
    'PAID > DELIVERED',
    'PACKED > SHIPPED',
    'PACKED > CANCELLING',
    'PACKED > DELIVERED',
    'SHIPPED > DELIVERED',
    'CANCELLING > CANCELLED',
  ];
  const states = Object.keys(TRANSITIONS) as OrderState[];

  test.each(states.flatMap((from) => states.map((to) => [from, to] as const)))('%s > %s', (from, to) => {
    const allowed = ALLOWED.includes(`${from} > ${to}`);
    const order = orderIn(from, begun(), now);
    expect(order.state).toBe(from);
    expect(canMove(order, to)).toBe(allowed);
    if (to === 'PENDING') return;
    const next = transitionTo(to, order);
    if (!allowed) {
      expect(() => moveOrder(order, next, { at: later })).toThrow(`an order cannot go from ${from} to ${to}`);
      return;
    }
    const entry = { event: 'status', status: to, at: later };
    const history = [...order.history, { ...entry, by: { role: 'system' } }];
    const { answer, patch } = moveOrder(order, next, { at: later });
    expect(patch).toEqual({ ...next, history });
    expect(answer).toEqual({ ...order, ...next, history });
    const by = { role: 'staff', id: 'cus_2' } as const;
    const { answer: told } = moveOrder(order, next, { at: later, by, note: 'why' });
    expect(told.history.at(-1)).toEqual({ ...entry, by, note: 'why' });
    expect(order.history).toHaveLength(answer.history.length - 1);
  });

  test('all that are allowed are among them', () => {
    expect(states.flatMap((from) => TRANSITIONS[from].map((to) => `${from} > ${to}`))).toEqual(ALLOWED);
  });
});

describe('the answer to a key that is sent again', () => {
  const paid = orderIn('PAID', begun(), later);
  const outOfStock: Rejection = { code: 'out-of-stock', items: [{ sku: 'MUG', requested: 2, available: 1 }] };

  test('is the order as it was when it was paid, also when it has changed since', () => {
    const first = responseOf(paid, 'print');
    expect(first).toEqual(orderView(paid));
    expect(first.status).toBe('PAID');
    const packed = moveOrder(paid, { state: 'PACKED' }, { at: later }).answer;
    expect(responseOf(packed, 'print')).toEqual(first);
  });

  test('is that it still runs, while it does', () => {
    expect(() => responseOf(begun(), 'print')).toThrow(problem('request-in-progress'));
    expect(PROBLEMS['request-in-progress'].retryAfter).toBe(1);
  });

  test.each<[Rejection, object]>([
    [outOfStock, { code: 409, type: 'out-of-stock', data: { items: outOfStock.items } }],
    [
      { code: 'payment-declined', reason: 'card' },
      { code: 402, type: 'payment-declined', data: { reason: 'card' } },
    ],
    [{ code: 'order-expired' }, { code: 409, type: 'order-expired' }],
    [{ code: 'order-cancelled' }, { code: 409, type: 'order-cancelled' }],
    [
      { code: 'coupon-refused', coupon: 'SAVE', reason: 'used-up' },
      { code: 422, type: 'coupon-refused', data: { code: 'SAVE', reason: 'used-up' } },
    ],
  ])('is its rejection, from when that is certain: %j', (rejection, expected) => {
    for (const state of ['REJECTING', 'REJECTED'] as const) {
      expect(() => responseOf({ ...begun(), state, rejection }, 'print')).toThrow(expect.objectContaining(expected));
    }
  });

  test('is a refusal when the body is another, however the order stands', () => {
    for (const order of [begun(), paid, { ...begun(), state: 'REJECTED' as const, rejection: outOfStock }]) {
      expect(() => responseOf(order, 'another')).toThrow(problem('idempotency-key-reused'));
    }
  });

  test('depends on every field of the body, and not on their order', () => {
    const body = { addressId: 'adr_1', couponCodes: ['A', 'B'], expectedTotal: { amount: 1, currency: 'EUR' } };
    const same = { expectedTotal: { currency: 'EUR', amount: 1 }, couponCodes: ['A', 'B'], addressId: 'adr_1' };
    expect(fingerprintOf(body)).toBe(fingerprintOf(same));
    expect(fingerprintOf({ ...body, note: undefined })).toBe(fingerprintOf(body));
    for (const other of [{ addressId: 'adr_2' }, { couponCodes: ['B', 'A'] }, { note: '' }, { paymentMethod: 'x' }]) {
      expect(fingerprintOf({ ...body, ...other })).not.toBe(fingerprintOf(body));
    }
  });
});

test('an order shows nothing of its processing, and has a number with its day that people can read out', () => {
  const view = orderView(begun());
  for (const field of [
    'outbox',
    'lease',
    'attempts',
    'failures',
    'nextAt',
    'rev',
    'idemKey',
    'fingerprint',
    'customerId',
  ]) {
    expect(view).not.toHaveProperty(field);
  }
  expect(orderNumber(newId('ord', now))).toMatch(/^260301-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
  expect(view.number).toBe(orderNumber(view.id));
});

describe('an order that could not be processed', () => {
  const failed = (order: Order, error?: unknown): Order => ({ ...order, ...postpone(order, now, error).patch });
  const failing = (times: number, error: () => unknown, order: Order = begun()): Order =>
    times === 0 ? order : failing(times - 1, error, failed(order, error()));
  const byItself = () => new Error('holds nothing');

  test('is tried again nine times, and left to an operator with its error after the tenth', () => {
    expect(failing(9, byItself)).toMatchObject({ failures: 9, parkedAt: null, nextAt: expect.any(Date), lease: null });
    const parked = failing(10, byItself);
    expect(parked).toMatchObject({ parkedAt: now, parkedError: 'Error: holds nothing', nextAt: null, lease: null });
    expect(failing(1, byItself, parked)).toEqual(parked);
    expect({ ...parked, ...unpark(parked, now).patch }).toMatchObject({ failures: 0, parkedAt: null, nextAt: later });
  });

  test('for an outage is tried again for as long as that lasts, within ten seconds at the latest', () => {
    const order = failing(1000, () => new MongoNetworkError('connection lost'), {
      ...failing(9, byItself),
      attempts: 99,
    });
    expect(order).toMatchObject({ failures: 9, parkedAt: null });
    expect(+(order.nextAt ?? 0)).toBeGreaterThanOrEqual(+now + 5000);
    expect(+(order.nextAt ?? 0)).toBeLessThanOrEqual(+now + 10_000);
  });

  test('and then only waits for the payment provider has not failed ten times in a row', () => {
    const waited = failed(failing(9, byItself));
    expect(waited).toMatchObject({ failures: 0, nextAt: expect.any(Date) });
    expect(failing(9, byItself, waited).parkedAt).toBeNull();
  });
});
