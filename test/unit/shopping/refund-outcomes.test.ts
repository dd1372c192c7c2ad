import { describe, expect, test } from '@jest/globals';
import { errors } from '../../../services/shared/problems.ts';
import { priceLines } from '../../../services/shopping/checkout/pricing/price.ts';
import { standardRules } from '../../../services/shopping/checkout/pricing/standard-rules.ts';
import { attentionReasons } from '../../../services/shopping/order/attention.ts';
import { takeFulfilmentStep } from '../../../services/shopping/order/fulfilment.ts';
import { beginOrder, type Order, type Refund } from '../../../services/shopping/order/order.ts';
import {
  recordRefundDone,
  recordRefundFailed,
  refundKey,
  retryRefund,
  settleRefund,
} from '../../../services/shopping/order/refund/refund-outcomes.ts';
import { requestRefund } from '../../../services/shopping/order/refund/refunds.ts';
import { ORDER_STEPS, STEP_DECISIONS } from '../../../services/shopping/order/saga/order-steps.ts';
import { allowedDecision, decideParked } from '../../../services/shopping/order/saga/parked-decision.ts';
import { postpone } from '../../../services/shopping/order/saga/recovery.ts';
import { orderIn } from '../../support/orders.ts';

const NOW = new Date('2026-03-01T10:00:00Z');
const later = (ms: number) => new Date(+NOW + ms);
const STAFF = { role: 'staff', id: 'cus_2' } as const;
const eur = (amount: number) => ({ amount, currency: 'EUR' });
const line = {
  ...{ sku: 'MUG', productId: 'prd_1', title: 'Mug', variant: 'One', category: 'mugs', taxClass: 'standard' },
  ...{ weight: 300, quantity: 2, unitPrice: eur(1000) },
};
const pending: Order = {
  ...beginOrder(
    {
      ...{
        id: 'ord_01KJMVC9R0AAAAAAAAAAAAAAAA',
        customerId: 'cus_1',
        idemKey: 'key',
        fingerprint: 'print',
        owner: 'node',
      },
      shippingAddress: { name: 'Ada', line1: 'Way 1', city: 'Berlin', postcode: '10115', country: 'DE' },
      priced: priceLines({ lines: [line], country: 'DE', coupons: [], rules: standardRules, currency: 'EUR' }),
      ...{ paymentMethod: 'tok_approve', provider: 'sandbox', paymentTime: 60_000 },
    },
    NOW,
  ),
  ...{ rev: 0, nextAt: null },
};
const paid = orderIn('PAID', pending, NOW);
const requested = requestRefund(paid, { id: 'rfd_a', key: 'a', amount: 500, reason: 'late', by: STAFF }, NOW).answer;
const settle = (order: Order, outcome: 'paid-elsewhere' | 'not-owed' = 'paid-elsewhere') =>
  settleRefund(order, { refundId: 'rfd_a', outcome, reason: 'why', by: STAFF }, NOW).answer;
const failed = (order: Order, isReturned = false) =>
  recordRefundFailed(order, 'rfd_a', { reason: 'charge_disputed', isReturned }, NOW).answer;
const stateOf = ({ refunds }: Order): Refund['state'] | undefined => refunds[0]?.state;
const sent = ({ outbox }: Order) => outbox.map(({ id }) => id);
const wrongState = expect.objectContaining({ type: 'wrong-state' });

describe('a refund', () => {
  test('that is settled while it is under way, and is made after all, is done: staff hears that it went out twice', () => {
    const settled = settle(requested);
    expect([stateOf(settled), sent(settled)]).toEqual(['SETTLED', ['mail:rfd_a:order-refunded', 'credit-note:rfd_a']]);
    const twice = recordRefundDone(settled, 'rfd_a', NOW).answer;
    expect([stateOf(twice), sent(twice), attentionReasons(twice)]).toEqual(['DONE', sent(settled), ['refunded-twice']]);
  });

  test('that was done cannot be settled, nor one that is credited be waived', () => {
    const done = recordRefundDone(requested, 'rfd_a', NOW).answer;
    expect(() => settle(done)).toThrow(wrongState as never);
    expect(() => settle(failed(done, true), 'not-owed')).toThrow(wrongState as never);
    expect(stateOf(settle(failed(requested), 'not-owed'))).toBe('WAIVED');
    expect(() => settle({ ...requested, refunds: [] })).toThrow(
      expect.objectContaining({ type: 'not-found' }) as never,
    );
  });

  test('that is refused is told to staff alone, as the customer was not told of it', () => {
    const refused = failed(requested);
    expect([stateOf(refused), sent(refused), attentionReasons(refused)]).toEqual(['FAILED', [], ['refund-failed']]);
    expect(failed(refused)).toBe(refused);
    expect(stateOf(failed(recordRefundDone(requested, 'rfd_a', NOW).answer))).toBe('DONE');
  });

  test('that failed, and of which others got the money since, is neither settled nor tried again: it is not owed', () => {
    const ask = (order: Order, id: string, part: { amount?: number; lines?: { sku: string; amount: number }[] }) =>
      requestRefund(order, { id, key: id, ...part, reason: 'late', by: STAFF }, NOW).answer;
    const tooHigh = expect.objectContaining({ type: 'refund-too-high' });
    const ofLine = (amount: number) => ({ lines: [{ sku: 'MUG', amount }] });
    const gone = [
      // Of the whole order, and of a line of which 1.00 is left, while the order has more.
      ask(failed(requested), 'rfd_b', { amount: 2490 }),
      ask(failed(ask(paid, 'rfd_a', ofLine(500))), 'rfd_b', ofLine(1900)),
    ];
    for (const order of gone) {
      expect(() => settle(order)).toThrow(tooHigh as never);
      expect(() => retryRefund(order, 'rfd_a', STAFF, NOW)).toThrow(tooHigh as never);
      expect(stateOf(settle(order, 'not-owed'))).toBe('WAIVED');
    }
    const enough = ask(failed(ask(paid, 'rfd_a', ofLine(500))), 'rfd_b', ofLine(1500));
    expect(stateOf(settle(enough))).toBe('SETTLED');
    expect(stateOf(retryRefund(enough, 'rfd_a', STAFF, NOW).answer)).toBe('PENDING');
  });

  test('that is tried again has another key at the provider, and one credit note', () => {
    const again = retryRefund(
      failed(recordRefundDone(requested, 'rfd_a', NOW).answer, true),
      'rfd_a',
      STAFF,
      NOW,
    ).answer;
    expect(refundKey(again.refunds[0] as Refund)).toBe('rfd_a_2');
    expect(retryRefund(again, 'rfd_a', STAFF, NOW).answer).toBe(again);
    const done = recordRefundDone({ ...again, outbox: [] }, 'rfd_a', NOW).answer;
    expect(sent(done)).toEqual(['mail:rfd_a_2:order-refunded']);
  });
});

test('an order whose payment is disputed, or was charged back, is shipped only if staff says so', () => {
  const shipped = { to: 'SHIPPED', carrier: 'Post', trackingNumber: 'RR1' } as const;
  const packed = (state: 'OPEN' | 'WON' | 'LOST'): Order => ({
    ...{
      ...orderIn('PACKED', pending, NOW),
      disputes: [{ id: 'dp_1', state, amount: eur(2490), reason: 'fraudulent', at: NOW }],
    },
  });
  for (const state of ['OPEN', 'LOST'] as const) {
    const disputed = expect.objectContaining({
      type: 'order-disputed',
      data: { disputes: [{ id: 'dp_1', status: state }] },
    });
    expect(() => takeFulfilmentStep(packed(state), shipped, STAFF, NOW)).toThrow(disputed as never);
    const despite = takeFulfilmentStep(packed(state), { ...shipped, despiteDispute: true }, STAFF, NOW).answer;
    expect(despite.state).toBe('SHIPPED');
    expect(takeFulfilmentStep(despite, shipped, STAFF, NOW).answer).toBe(despite);
  }
  expect(takeFulfilmentStep(packed('WON'), shipped, STAFF, NOW).answer.state).toBe('SHIPPED');
});

describe('an order that is stuck', () => {
  const parkedAt = (step: (typeof ORDER_STEPS)[number], state: Order['state']): Order => ({
    ...{ ...orderIn(state, pending, NOW), parkedAt: NOW, parkedError: 'Error', parkedStep: step },
  });
  const verdict = (decision: 'reject' | 'skip') => ({ decision, reason: 'why', by: STAFF });

  test.each(ORDER_STEPS)('at %s, in any later state, has a decision that ends it', (step) => {
    expect(Object.keys(STEP_DECISIONS)).toContain(step);
    for (const state of ['PENDING', 'REJECTING', 'PAID', 'PACKED', 'SHIPPED', 'DELIVERED', 'CANCELLING'] as const) {
      const order = parkedAt(step, state);
      const due = allowedDecision(order);
      const decided = decideParked(order, verdict(due), NOW).answer;
      expect(decided).toMatchObject({ parkedAt: null, failures: 0, decisions: [{ decision: due, step }] });
      expect(decided.nextAt).toBeInstanceOf(Date);
      expect(decided.state).toBe(state === 'PENDING' ? 'REJECTING' : state);
    }
  });

  test('because of an outage can be decided of after an hour, and not before', () => {
    const unreachable = errors.unavailable('Stripe: out of reach');
    const cancelling = takeFulfilmentStep(paid, { to: 'CANCELLED', refundId: 'rfd_a' }, STAFF, NOW).answer;
    const waiting = { ...cancelling, ...postpone(cancelling, NOW, unreachable).patch };
    expect(waiting).toMatchObject({
      parkedAt: null,
      parkedStep: 'other',
      parkedError: expect.stringContaining('reach'),
    });
    expect(() => decideParked(waiting, verdict('skip'), later(3_600_000))).toThrow(wrongState as never);
    const decided = decideParked(waiting, verdict('skip'), later(3_600_001)).answer;
    expect(decided.refunds).toMatchObject([{ state: 'FAILED', failure: { reason: 'given_up' } }]);
    expect(decideParked(decided, verdict('skip'), NOW).answer).toBe(decided);
  });

  test('and one that is not cannot', () => {
    expect(() => decideParked(paid, verdict('skip'), later(9e9))).toThrow(wrongState as never);
    expect(() => decideParked(parkedAt('charge', 'PENDING'), verdict('skip'), NOW)).toThrow(wrongState as never);
  });
});
