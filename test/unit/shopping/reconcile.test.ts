import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assignPath } from '../../../mixins/store/patch.ts';
import { priceLines } from '../../../services/shopping/checkout/pricing/price.ts';
import { standardRules } from '../../../services/shopping/checkout/pricing/standard-rules.ts';
import { attentionReasons } from '../../../services/shopping/order/attention.ts';
import type { Order } from '../../../services/shopping/order/order.ts';
import { beginOrder } from '../../../services/shopping/order/order.ts';
import { refundableAmount } from '../../../services/shopping/order/refund/refund-lines.ts';
import {
  recordRefundDone,
  recordRefundFailed,
  retryRefund,
  settleRefund,
} from '../../../services/shopping/order/refund/refund-outcomes.ts';
import { requestRefund } from '../../../services/shopping/order/refund/refunds.ts';
import { reconcile } from '../../../services/shopping/order/saga/reconcile.ts';
import type { StatedDispute, StatedRefund, Statement } from '../../../services/shopping/payment/payment-provider.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);

const NOW = new Date('2026-03-01T10:00:00Z');
const ID = 'ord_01KJMVC9R0AAAAAAAAAAAAAAAA';
const eur = (amount: number) => ({ amount, currency: 'EUR' });
const line = {
  ...{ sku: 'MUG', productId: 'prd_1', title: 'Mug', variant: 'One', category: 'mugs', taxClass: 'standard' },
  ...{ weight: 300, quantity: 2, unitPrice: eur(1000) },
};
const priced = priceLines({ lines: [line], country: 'DE', coupons: [], rules: standardRules, currency: 'EUR' });
/** 20.00 of goods and 4.90 of delivery, paid. */
const TOTAL = 2490;
const paid: Order = {
  ...beginOrder(
    {
      ...{ id: ID, customerId: 'cus_1', idemKey: 'key', fingerprint: 'print', owner: 'node', priced },
      shippingAddress: { name: 'Ada', line1: 'Way 1', city: 'Berlin', postcode: '10115', country: 'DE' },
      ...{ paymentMethod: 'tok_approve', provider: 'sandbox', paymentTime: 60_000 },
    },
    NOW,
  ),
  ...{ rev: 0, state: 'PAID', nextAt: null, payment: { provider: 'stripe', reference: 'pi_1', captured: eur(TOTAL) } },
};
let ids = 0;
const newId = () => {
  ids += 1;
  return `rfd_${ids}`;
};
const hear = (order: Order, { refunds = [], disputes = [] }: Partial<Statement>): Order =>
  reconcile(order, { refunds, disputes }, newId, NOW).answer;
const elsewhere = (id: string, amount: number, state: StatedRefund['state'] = 'made'): StatedRefund => ({
  ...{ id, key: null, amount, state },
  reason: state === 'failed' ? 'lost_or_stolen_card' : null,
});
const dispute = (state: StatedDispute['state'], amount = TOTAL): StatedDispute => ({
  ...{ id: 'dp_1', amount, state, reason: 'fraudulent' },
});
const requested = (order: Order, id: string, amount?: number) =>
  requestRefund(order, { id, key: id, amount, reason: 'late', by: { role: 'staff', id: 'cus_2' } }, NOW).answer;
const states = ({ refunds }: Order) => refunds.map(({ state, amount }) => [state, amount.amount]);
const sent = ({ outbox }: Order) => outbox.map(({ id }) => id.replace(/rfd_\w+/, 'rfd'));

test('a patch says all that the answer has', () => {
  const { answer, patch } = reconcile(
    requested(paid, 'rfd_a'),
    { refunds: [elsewhere('re_1', 500)], disputes: [dispute('open')] },
    newId,
    NOW,
  );
  const patched = structuredClone(requested(paid, 'rfd_a'));
  for (const [path, value] of Object.entries(patch ?? {})) assignPath(patched, path, value, []);
  expect(patched).toEqual(answer);
});

describe("a refund on the provider's own pages", () => {
  test('counts once, is credited and told of; the goods and the delivery share it', () => {
    const once = hear(paid, { refunds: [elsewhere('re_1', 2100)] });
    expect(once.refunds).toMatchObject([
      { state: 'DONE', cause: 'provider', providerId: 're_1', lines: [{ sku: 'MUG', amount: 2000 }], shipping: 100 },
    ]);
    expect(sent(once)).toEqual(['mail:rfd:order-refunded', 'credit-note:rfd']);
    expect(hear(once, { refunds: [elsewhere('re_1', 2100)] })).toBe(once);
    expect(refundableAmount(once).amount).toBe(390);
  });

  test('that fails later is still owed, also after late messages, and is never done again', () => {
    const failed = hear(hear(paid, { refunds: [elsewhere('re_1', 500)] }), {
      refunds: [elsewhere('re_1', 500, 'failed')],
    });
    expect(failed.refunds).toMatchObject([
      { state: 'FAILED', failure: { reason: 'lost_or_stolen_card', isReturned: true } },
    ]);
    expect([failed.attentionAt, refundableAmount(failed).amount]).toEqual([NOW, TOTAL - 500]);
    expect(hear(failed, { refunds: [elsewhere('re_1', 500)] })).toBe(failed);
  });

  test('of what the bank has sent back is that refund, made by hand: it is credited once, and owed no more', () => {
    const staff = { role: 'staff', id: 'cus_2' } as const;
    const ours: StatedRefund = { ...elsewhere('re_a', 500), key: 'rfd_a' };
    const back = (stated: StatedRefund): StatedRefund => ({ ...stated, state: 'failed', reason: 'expired_card' });
    for (const first of [ours, elsewhere('re_x', 500)]) {
      const start = first === ours ? requested(paid, 'rfd_a', 500) : paid;
      const failed = hear(hear(start, { refunds: [first] }), { refunds: [back(first)] });
      const news = { refunds: [elsewhere('re_b', 500), back(first)] };
      for (const before of [failed, retryRefund(failed, failed.refunds[0]?.id ?? '', staff, NOW).answer]) {
        const done = hear({ ...before, outbox: [] }, news);
        expect([states(done), done.attentionAt]).toEqual([[['DONE', 500]], null]);
        expect(sent(done)).toEqual([expect.stringContaining('order-refunded')]);
        expect(refundableAmount(done).amount).toBe(TOTAL - 500);
        expect(hear(done, news)).toBe(done);
        expect(hear(done, { refunds: [first] })).toBe(done);
        expect(states(hear(done, { refunds: [back(elsewhere('re_b', 500))] }))).toEqual([['FAILED', 500]]);
      }
    }
  });

  test('that exceeds the rest pays refunds that the bank has sent back: in whole, or with a note of the difference for staff', () => {
    const back = { refunds: [{ ...elsewhere('re_a', 500, 'failed'), key: 'rfd_a' }] };
    const failedAfter = (amount: number) =>
      hear(recordRefundDone(requested(paid, 'rfd_a', amount), 'rfd_a', NOW).answer, back);
    const all = { refunds: [elsewhere('re_b', TOTAL), ...back.refunds] };
    const whole = hear({ ...failedAfter(500), outbox: [] }, all);
    expect([states(whole), whole.attentionAt]).toEqual([
      [
        ['DONE', 500],
        ['DONE', TOTAL - 500],
      ],
      null,
    ]);
    expect(sent(whole).filter((id) => id.startsWith('credit-note'))).toHaveLength(1);
    expect(hear(whole, all)).toBe(whole);
    const some = { refunds: [elsewhere('re_b', 1000), ...back.refunds] };
    const part = hear(failedAfter(TOTAL), some);
    expect([states(part), part.attentionAt]).toEqual([[['FAILED', TOTAL]], NOW]);
    expect(part.history.at(-1)?.note).toBe(
      "10.00 EUR of 24.90 EUR that failed: made on the payment provider's own pages",
    );
    expect(hear(part, some)).toBe(part);
    const mixed = hear(failedAfter(2000), some);
    expect(states(mixed)).toEqual([
      ['FAILED', 2000],
      ['DONE', 490],
    ]);
    for (const { refunds } of [whole, part, mixed]) {
      const parts = refunds.flatMap(({ lines = [], shipping = 0 }) => [...lines.map((one) => one.amount), shipping]);
      expect(parts.reduce((sum, amount) => sum + amount, 0)).toBeLessThanOrEqual(TOTAL);
      expect(refunds.reduce((sum, { shipping = 0 }) => sum + shipping, 0)).toBeLessThanOrEqual(490);
    }
  });

  test('of what was settled by other means, with no more left to refund, is that refund: staff hears that it went out twice', () => {
    const settlement = { refundId: 'rfd_a', outcome: 'paid-elsewhere', reason: 'cash' } as const;
    const settled = settleRefund(requested(paid, 'rfd_a'), { ...settlement, by: { role: 'staff', id: 'cus_2' } }, NOW);
    const twice = hear(settled.answer, { refunds: [elsewhere('re_1', TOTAL)] });
    expect([states(twice), attentionReasons(twice)]).toEqual([[['DONE', TOTAL]], ['refunded-twice']]);
  });

  test('that had failed before it was heard of is nothing', () => {
    expect(hear(paid, { refunds: [elsewhere('re_1', 500, 'failed')] })).toBe(paid);
  });

  test('leaves the rest to those of the shop: a smaller amount, or none', () => {
    const waiting = requested(requested(paid, 'rfd_a', 1000), 'rfd_b', 800);
    expect(states(hear(waiting, { refunds: [elsewhere('re_1', 600)] }))).toEqual([
      ['PENDING', 1000],
      ['PENDING', 800],
      ['DONE', 600],
    ]);
    const less = hear(waiting, { refunds: [elsewhere('re_1', 1000)] });
    expect(states(less).slice(0, 2)).toEqual([
      ['PENDING', 1000],
      ['PENDING', 490],
    ]);
    expect(less.refunds[1]?.lines?.reduce((sum, { amount }) => sum + amount, less.refunds[1].shipping ?? 0)).toBe(490);
    const nothing = hear(waiting, { refunds: [elsewhere('re_1', TOTAL)] });
    expect(states(nothing)).toEqual([
      ['WAIVED', 1000],
      ['WAIVED', 800],
      ['DONE', TOTAL],
    ]);
    expect(nothing.attentionAt ?? null).toBeNull();
  });
});

describe("a refund of the shop's own", () => {
  const own = (key: string, state: StatedRefund['state'] = 'made'): StatedRefund => ({
    ...elsewhere(`re_${key}`, 500, state),
    key,
  });

  test('of which the answer was lost is done by what the provider says, once', () => {
    const done = hear(requested(paid, 'rfd_a', 500), { refunds: [own('rfd_a')] });
    expect(states(done)).toEqual([['DONE', 500]]);
    expect(hear(done, { refunds: [own('rfd_a')] })).toBe(done);
  });

  test('that was thought to be refused, and was made, is done', () => {
    const refused = recordRefundFailed(
      requested(paid, 'rfd_a', 500),
      'rfd_a',
      { reason: 'x', isReturned: false },
      NOW,
    ).answer;
    expect(states(refused)).toEqual([['FAILED', 500]]);
    expect(refundableAmount(refused).amount).toBe(TOTAL);
    const done = hear(refused, { refunds: [own('rfd_a')] });
    expect([states(done), done.attentionAt]).toEqual([[['DONE', 500]], null]);
  });

  test('that fails later tells its customer, who was told that it is done', () => {
    const done = recordRefundDone(requested(paid, 'rfd_a', 500), 'rfd_a', NOW).answer;
    const failed = hear({ ...done, outbox: [] }, { refunds: [own('rfd_a', 'failed')] });
    expect([states(failed), sent(failed)]).toEqual([[['FAILED', 500]], ['mail:rfd:refund-failed']]);
    expect(recordRefundDone(failed, 'rfd_a', NOW).answer).toBe(failed);
  });

  test('that the provider has never heard of stays as it is', () => {
    const waiting = requested(paid, 'rfd_a', 500);
    expect(hear(waiting, {})).toBe(waiting);
  });
});

describe('a dispute', () => {
  test('is opened and closed once, in any order of messages', () => {
    const open = hear(paid, { disputes: [dispute('open')] });
    expect([open.disputes?.[0]?.state, open.attentionAt]).toEqual(['OPEN', NOW]);
    expect(hear(open, { disputes: [dispute('open')] })).toBe(open);
    const lost = hear(open, { disputes: [dispute('lost')] });
    expect([lost.disputes?.[0]?.state, lost.attentionAt, refundableAmount(lost).amount]).toEqual(['LOST', null, 0]);
    expect(hear(lost, { disputes: [dispute('open')] })).toBe(lost);
    const won = hear(open, { disputes: [dispute('won')] });
    expect([won.attentionAt, refundableAmount(won).amount]).toEqual([null, TOTAL]);
  });

  test('that was lost has paid its customer: a waiting refund gets the rest', () => {
    const lost = hear(requested(paid, 'rfd_a'), { disputes: [dispute('lost', 2000)] });
    expect(states(lost)).toEqual([['PENDING', 490]]);
    expect(states(hear(requested(paid, 'rfd_a'), { disputes: [dispute('lost')] }))).toEqual([['WAIVED', TOTAL]]);
  });
});

test('an order without a payment has nothing to be told of', () => {
  const order: Order = { ...paid, state: 'PENDING', payment: null };
  expect(hear(order, { refunds: [elsewhere('re_1', 500)], disputes: [dispute('open')] })).toBe(order);
});

test('messages in any number and order count once, and never exceed the captured amount', () => {
  /** What the provider has said, at any time, of two refunds on its pages, one of ours, and a dispute. */
  const state = fc.constantFrom('made' as const, 'failed' as const);
  const stated = fc.oneof(
    fc.record({ id: fc.constantFrom('re_1', 're_2'), state }).map(({ id, state: is }) => elsewhere(id, 700, is)),
    state.map((is) => ({ ...elsewhere('re_3', 500, is), key: 'rfd_a' })),
  );
  const news = fc.array(fc.array(stated, { maxLength: 4 }), { maxLength: 12 });
  fc.assert(
    fc.property(news, (all) => {
      let order = requested(paid, 'rfd_a', 500);
      const failed = new Set<string>();
      for (const refunds of all) {
        order = hear(order, { refunds });
        for (const { state: is, providerId, id } of order.refunds) if (is === 'FAILED') failed.add(providerId ?? id);
        for (const { state: is, providerId, id } of order.refunds) {
          // What the bank has sent back stays so.
          if (failed.has(providerId ?? id)) expect(is).toBe('FAILED');
        }
      }
      const keys = order.refunds.map(({ providerId, id }) => providerId ?? id);
      expect(new Set(keys).size).toBe(keys.length);
      expect(order.refunds.length).toBeLessThanOrEqual(3);
      expect(sent(order).filter((id) => id === 'credit-note:rfd').length).toBeLessThanOrEqual(3);
      expect(refundableAmount(order).amount).toBeGreaterThanOrEqual(0);
    }),
    { seed, numRuns: 1000 },
  );
});
