import { describe, expect, test } from '@jest/globals';
import { beginOrder, type Order } from '../../../services/shopping/order/order.ts';
import { moveOrder, type OrderDecision } from '../../../services/shopping/order/order-change.ts';
import { afterRejection } from '../../../services/shopping/order/order-outbox.ts';
import {
  closeTries,
  openNextTry,
  recordAction,
  recordAnsweredPending,
  recordDecline,
} from '../../../services/shopping/order/session/payment-session.ts';
import { awaitsCustomer, lastTryOf, triesOf } from '../../../services/shopping/order/session/payment-tries.ts';
import { requestTry } from '../../../services/shopping/order/session/retry-payment.ts';
import { ADDRESS } from '../../support/address.ts';

const NOW = new Date('2026-03-01T10:00:00Z');
const later = (minutes: number) => new Date(+NOW + minutes * 60_000);
const ID = 'ord_01JNNNNNNNNNNNNNNNNNNNNNNN';
const none = { amount: 0, currency: 'EUR' };
const tax = { rate: 0, amount: none, net: none, category: 'S' };

const order: Order = {
  ...beginOrder(
    {
      ...{ id: ID, customerId: 'cus_1', idemKey: 'key', fingerprint: 'print', owner: 'node' },
      ...{ paymentMethod: 'tok', provider: 'sandbox', paymentTime: 30 * 60_000, shippingAddress: ADDRESS },
      priced: {
        lines: [],
        shipping: { method: 'standard', title: 'Standard', price: none, discount: none, tax, total: none },
        ...{ discounts: [], taxes: [] },
        totals: {
          ...{ quantity: 0, subtotal: none, discount: none, shipping: none, tax: none, taxIncluded: true },
          total: { amount: 1000, currency: 'EUR' },
        },
      },
    },
    NOW,
  ),
  rev: 0,
};
const next = (idemKey: string, method = 'tok_2') => ({
  ...{ provider: 'sandbox', method },
  request: { idemKey, fingerprint: method },
});
const after = (one: Order, ...steps: ((order: Order) => OrderDecision)[]): Order =>
  steps.reduce((current, step) => step(current).answer, one);
const declined = (one: Order) => recordDecline(one, lastTryOf(one), 'card_declined', NOW);
const asked = (idemKey: string) => (one: Order) => requestTry(one, next(idemKey), NOW);
const opened = (one: Order) => openNextTry(one, lastTryOf(one), NOW);
const action = { type: 'redirect', url: 'https://bank.example/1' } as const;
const challenged = (one: Order) => recordAction(one, lastTryOf(one), { reference: 'pi_1', action }, NOW);

describe('a try to pay an order', () => {
  test('that is declined leaves the order to its customer, until it expires', () => {
    const failed = after(order, declined);
    expect(failed).toMatchObject({ state: 'PENDING', lease: null, nextAt: later(30) });
    expect(triesOf(failed)).toMatchObject([{ key: ID, state: 'FAILED', reason: 'card_declined' }]);
    expect(awaitsCustomer(failed)).toBe(true);
  });

  test('opens the next one, under a key of its own, once it is cancelled', () => {
    const open = after(order, challenged, asked('again'), opened);
    expect(triesOf(open)).toEqual([
      expect.objectContaining({ key: ID, state: 'FAILED', reason: 'cancelled' }),
      expect.objectContaining({ key: `${ID}_2`, state: 'OPEN', method: 'tok_2' }),
    ]);
    expect(triesOf(open)[0]).not.toHaveProperty('action');
    expect(triesOf(open)[0]).not.toHaveProperty('next');
  });

  test('keeps the reason of its decline when another one follows', () => {
    const open = after(order, declined, asked('again'), opened);
    expect(triesOf(open)[0].reason).toBe('card_declined');
  });

  test('that was replaced: what comes of it later is not about the next one', () => {
    const first = lastTryOf(order);
    const open = after(order, declined, asked('again'), opened);
    expect(recordDecline(open, first, 'late', NOW)).toEqual({ answer: open });
    expect(recordAction(open, first, { reference: 'pi_1', action }, NOW)).toEqual({ answer: open });
    expect(openNextTry(open, { ...first, state: 'ENDING' }, NOW)).toEqual({ answer: open });
  });

  test('of an order that ends is closed, without its secrets', () => {
    const open = after(order, challenged);
    expect(closeTries(open, true).tries).toMatchObject([{ state: 'CAPTURED' }]);
    expect(closeTries(open, false).tries).toMatchObject([{ state: 'FAILED', reason: 'cancelled' }]);
    expect(closeTries(open, true).tries[0]).not.toHaveProperty('action');
  });

  test('whose decline comes after the answer is told by mail, once', () => {
    const answered = after(order, (one) => recordAnsweredPending(one));
    expect(recordAnsweredPending(answered)).toEqual({ answer: answered });
    const news = (one: Order) => recordDecline(one, lastTryOf(answered), 'card_declined', NOW);
    expect(after(answered, news, news).outbox).toMatchObject([{ id: `mail:${ID}:payment-declined` }]);
    expect(after(order, declined).outbox).toEqual([]);
  });
});

describe('an order that is not paid in time', () => {
  const mailsOf = (one: Order) => {
    const rejecting = moveOrder(one, { state: 'REJECTING', rejection: { code: 'order-expired' } }, { at: later(30) });
    if (rejecting.answer.state !== 'REJECTING') throw new Error(`it is ${rejecting.answer.state}`);
    return afterRejection(rejecting.answer, false).map(({ id }) => id);
  };

  test('is told of by mail, as its customer was answered while it was open', () => {
    expect(mailsOf(after(order, declined))).toEqual([`mail:${ID}:payment-failed`]);
    expect(mailsOf(after(order, challenged))).toEqual([`mail:${ID}:payment-failed`]);
    // Its rejection is the answer.
    expect(mailsOf(order)).toEqual([]);
  });
});

describe('a request for another try', () => {
  test('is one request, however often it is sent; a key is for one method', () => {
    const waiting = after(order, declined, asked('again'));
    expect(asked('again')(waiting)).toEqual({ answer: waiting });
    expect(asked('again')(after(waiting, opened)).patch).toBeUndefined();
    expect(() => requestTry(waiting, next('again', 'tok_3'), NOW)).toThrow(
      expect.objectContaining({ type: 'idempotency-key-reused' }),
    );
  });

  test('waits for the one before it', () => {
    const waiting = after(order, declined, asked('again'));
    expect(() => asked('other')(waiting)).toThrow(expect.objectContaining({ type: 'request-in-progress' }));
  });

  test('is refused when its time is over, and for an order that is not pending', () => {
    const failed = after(order, declined);
    expect(() => requestTry(failed, next('late'), later(30))).toThrow(expect.objectContaining({ type: 'wrong-state' }));
    const rejecting = { state: 'REJECTING', rejection: { code: 'order-expired' } } as const;
    const over = moveOrder(failed, rejecting, { at: NOW }).answer;
    expect(() => requestTry(over, next('late'), NOW)).toThrow(expect.objectContaining({ type: 'wrong-state' }));
  });

  test('is refused once there were as many times as cards can be tried', () => {
    let current = after(order, declined);
    for (let nth = 2; nth <= 20; nth += 1) current = after(current, asked(`key ${nth}`), opened, declined);
    expect(triesOf(current)).toHaveLength(20);
    expect(() => asked('one more')(current)).toThrow(expect.objectContaining({ type: 'wrong-state' }));
  });
});
