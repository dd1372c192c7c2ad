import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Decision } from '../../../mixins/store/changes.ts';
import { newId } from '../../../services/shared/ids.ts';
import { priceLines } from '../../../services/shopping/checkout/pricing/price.ts';
import { standardRules } from '../../../services/shopping/checkout/pricing/standard-rules.ts';
import { takeFulfilmentStep } from '../../../services/shopping/order/fulfilment.ts';
import { beginOrder, type Order, type Refund, type Return } from '../../../services/shopping/order/order.ts';
import { moveOrder } from '../../../services/shopping/order/order-change.ts';
import { refundableAmount, remainderOf, totalAmountOf } from '../../../services/shopping/order/refund/refund-lines.ts';
import { type RefundRequest, requestRefund } from '../../../services/shopping/order/refund/refunds.ts';
import { type Approval, approveReturn, requestReturn } from '../../../services/shopping/order/refund/returns.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);

const START = Date.parse('2026-03-01T10:00:00Z');
const DAY_MS = 86_400_000;
const at = (days: number, ms = 0) => new Date(START + days * DAY_MS + ms);
const STAFF = { role: 'staff', id: 'cus_staff' } as const;
const PERIOD = { days: 14, timeZone: 'UTC' };
const eur = (amount: number) => ({ amount, currency: 'EUR' });
const problem = (type: string, data?: object) => expect.objectContaining({ type, ...(data ? { data } : {}) });

/** No delivery is free. */
const RULES = {
  ...standardRules,
  shipping: standardRules.shipping.map(({ freeFrom: _, ...rule }) => rule),
};

type Line = [sku: string, quantity: number, unitPrice: number];

/** A paid order, its delivery 4.90 for what weighs as little as this. */
function paid(lines: Line[], discount = 0): Order {
  const priced = priceLines({
    lines: lines.map(([sku, quantity, unitPrice]) => ({
      ...{ sku, quantity, unitPrice: eur(unitPrice), productId: `prd_${sku}`, title: sku, variant: 'One' },
      ...{ category: 'mugs', taxClass: sku === 'BOOK' ? 'reduced' : 'standard', weight: 1 },
    })),
    ...{ country: 'DE', rules: RULES, currency: 'EUR' },
    coupons: discount > 0 ? [{ code: 'LESS', kind: 'fixed', amount: eur(discount) }] : [],
  });
  const address = { name: 'Ada', line1: 'Way 1', city: 'Berlin', postcode: '10115', country: 'DE' };
  const who = { id: newId('ord', at(0)), customerId: 'cus_1', idemKey: 'key', fingerprint: 'print', owner: 'node' };
  const order = {
    ...beginOrder(
      { ...who, priced, shippingAddress: address, paymentMethod: 'tok', provider: 'sandbox', paymentTime: 1 },
      at(0),
    ),
    rev: 0,
  };
  const payment = { provider: 'sandbox', reference: 'ref', captured: priced.totals.total };
  return moveOrder(order, { state: 'PAID', payment }, { at: at(0) }).answer;
}

/** Shipped on the first day; delivered on the `delivered`th, if it is noted. */
function shipped(order: Order, delivered?: number): Order {
  const packed = after(order, takeFulfilmentStep(order, { to: 'PACKED' }, STAFF, at(0)));
  const step = { to: 'SHIPPED', carrier: 'Post', trackingNumber: 'RR1' } as const;
  const sent = after(packed, takeFulfilmentStep(packed, step, STAFF, at(0)));
  return delivered === undefined
    ? sent
    : after(sent, takeFulfilmentStep(sent, { to: 'DELIVERED' }, STAFF, at(delivered)));
}

const after = <A>(order: Order, { patch = {} }: Decision<A>): Order => ({ ...order, ...patch }) as Order;

function refunded(order: Order, part: Partial<RefundRequest>, key = `key ${order.refunds.length}`): Order {
  const request = { id: `rfd_${order.refunds.length}`, key, reason: 'scratched', by: STAFF, ...part };
  return after(order, requestRefund(order, request, at(1)));
}

/** Asks for a return on a day. */
const asked = (order: Order, sku: string, quantity: number, day = 1): Order => {
  const id = `ret_${order.returns.length}`;
  const request = { id, key: id, items: [{ sku, quantity }], reason: 'too small' };
  return after(order, requestReturn(order, request, at(day)));
};

const approved = (order: Order, part: Partial<Approval> = {}, period = PERIOD): Order => {
  const returnId = part.returnId ?? (order.returns.at(-1)?.id as string);
  const approval = { returnId, restock: true, refundId: `rfd_${order.refunds.length}`, by: STAFF, ...part };
  return after(order, approveReturn(order, approval, period, at(30)));
};

const sums = (refunds: readonly Refund[]) => refunds.map(({ amount }) => amount.amount);
const lines = (order: Order) => order.refunds.at(-1)?.lines;

describe('a refund', () => {
  const order = paid([
    ['A', 1, 3000],
    ['B', 2, 3000],
  ]);

  test('of lines is recorded at the lines, zero among them, and so is that of the delivery', () => {
    const named = [
      { sku: 'A', amount: 1500 },
      { sku: 'B', quantity: 1, amount: 0 },
    ];
    const done = refunded(order, { lines: named, shipping: 90 });
    expect(done.refunds).toMatchObject([{ amount: eur(1590), lines: named, shipping: 90, state: 'PENDING' }]);
    expect(remainderOf(done)).toEqual({
      lines: [
        { sku: 'A', amount: 1500 },
        { sku: 'B', amount: 6000 },
      ],
      shipping: 400,
    });
  });

  test('of nothing is recorded as done: no provider has to do anything', () => {
    for (const part of [{ lines: [{ sku: 'A', amount: 0 }] }, { amount: 0 }, { shipping: 0 }]) {
      const done = refunded(order, part);
      expect(done.refunds).toMatchObject([{ amount: eur(0), state: 'DONE', reason: 'scratched' }]);
      expect([done.outbox, done.nextAt]).toEqual([order.outbox, order.nextAt]);
    }
  });

  test('of a line is never above what was paid for it after discounts, however it is spread over refunds', () => {
    const discounted = paid(
      [
        ['A', 1, 1000],
        ['B', 1, 2000],
      ],
      1000,
    );
    const half = refunded(discounted, { lines: [{ sku: 'A', amount: 400 }] });
    expect(discounted.lines[0]?.total.amount).toBe(667);
    expect(() => refunded(half, { lines: [{ sku: 'A', amount: 268 }] })).toThrow(
      problem('refund-too-high', { left: eur(2490 - 400), lines: [{ sku: 'A', left: eur(267) }] }) as never,
    );
    expect(sums(refunded(half, { lines: [{ sku: 'A', amount: 267 }] }).refunds)).toEqual([400, 267]);
    expect(() => refunded(half, { shipping: 491 })).toThrow(
      problem('refund-too-high', { left: eur(2090), shipping: eur(490) }) as never,
    );
  });

  test('names lines that the order has, each once, with no more pieces than there are, and a right sum', () => {
    const refusals: [Partial<RefundRequest>, string][] = [
      [{ lines: [{ sku: 'C', amount: 1 }] }, '/lines/0/sku'],
      [
        {
          lines: [
            { sku: 'A', amount: 1 },
            { sku: 'A', amount: 1 },
          ],
        },
        '/lines/1/sku',
      ],
      [{ lines: [{ sku: 'B', quantity: 3, amount: 1 }] }, '/lines/0/quantity'],
      [{ lines: [{ sku: 'B', amount: 1 }], shipping: 1, amount: 3 }, '/amount'],
    ];
    for (const [part, pointer] of refusals) {
      expect(() => refunded(order, part)).toThrow(
        problem('invalid-request', { errors: [expect.objectContaining({ pointer })] }) as never,
      );
    }
  });

  test('of an amount of the whole order is spread over all goods in proportion to the rest of each, and only then over the delivery', () => {
    const once = refunded(order, { lines: [{ sku: 'A', amount: 1500 }] });
    const spread = refunded(once, { amount: 1000 });
    expect(spread.refunds[1]).toMatchObject({ lines: [{ amount: 200 }, { amount: 800 }], shipping: 0 });
    const rest = refunded(spread, {});
    expect(rest.refunds[2]).toMatchObject({ lines: [{ amount: 1300 }, { amount: 5200 }], shipping: 490 });
    expect(refundableAmount(rest).amount).toBe(0);
    expect(() => refunded(rest, {})).toThrow(problem('refund-too-high') as never);
  });

  test('from before there were lines counts as one of the whole order', () => {
    const { lines: _, shipping: __, cause: ___, ...old } = refunded(order, { amount: 4500 }).refunds[0] as Refund;
    const known = { ...order, refunds: [old] };
    expect(remainderOf(known)).toMatchObject({ lines: [{ amount: 1500 }, { amount: 3000 }], shipping: 490 });
    // Its key was compared by amount alone.
    expect(refunded(known, { amount: 4500 }, 'key 0').refunds).toEqual([old]);
    for (const part of [{ amount: 4501 }, { amount: 4500, reason: 'late' }, { amount: 4500, shipping: 0 }]) {
      expect(() => refunded(known, part, 'key 0')).toThrow(problem('idempotency-key-reused') as never);
    }
  });

  test('whose key is the word of a cancellation, or the id of a return, is a refund like any other', () => {
    const named = refunded(order, { amount: 100 }, 'cancel');
    const cancelled = after(named, takeFulfilmentStep(named, { to: 'CANCELLED', refundId: 'rfd_c' }, STAFF, at(1)));
    expect(cancelled.refunds).toMatchObject([{ cause: 'request' }, { cause: 'cancellation' }]);
    const back = approved(refunded(asked(shipped(order), 'A', 1), { amount: 9 }, 'ret_0'));
    expect(back.refunds).toMatchObject([{ cause: 'request' }, { cause: 'return', lines: [{ sku: 'A' }] }]);
  });
});

test('of what was charged back nothing is refunded again, nor its customer told so: by no refund, return or cancellation', () => {
  const lost = (order: Order, amount: number): Order => ({
    ...order,
    disputes: [{ id: 'dp_1', state: 'LOST', amount: eur(amount), reason: 'fraudulent', at: at(1) }],
  });
  const order = paid([['A', 2, 1000]]); // 20.00 and 4.90 of delivery
  const cancel = (one: Order) =>
    after(one, takeFulfilmentStep(one, { to: 'CANCELLED', refundId: 'rfd_c' }, STAFF, at(2)));
  const returned = (one: Order) => approved(asked(one, 'A', 2));
  const mailed = ({ outbox }: Order) => outbox.find(({ id }) => id.includes('return-approved'))?.params;
  for (const [amount, left] of [
    [1490, 1000],
    [2490, 0],
  ] as const) {
    const back = returned(lost(shipped(order), amount));
    expect(mailed(back)).toMatchObject({ refund: eur(left) });
    for (const one of [back, cancel(lost(order, amount)), ...(left > 0 ? [refunded(lost(order, amount), {})] : [])]) {
      expect(sums(one.refunds)).toEqual(left > 0 ? [left] : []);
      expect(
        one.refunds.map((refund) => totalAmountOf({ lines: refund.lines ?? [], shipping: refund.shipping ?? 0 })),
      ).toEqual(sums(one.refunds));
    }
    expect(back.returns[0]?.state).toBe('APPROVED');
  }
});

describe('a return', () => {
  const single = shipped(paid([['A', 1, 3000]]));
  const pair = shipped(
    paid([
      ['A', 2, 3000],
      ['B', 1, 3000],
    ]),
  );

  test('after a price reduction of its line is worth the rest of the line', () => {
    const reduced = refunded(pair, { lines: [{ sku: 'B', amount: 1500 }] });
    expect(sums(approved(asked(reduced, 'B', 1)).refunds)).toEqual([1500, 1500]);
    expect(sums(approved(asked(reduced, 'A', 1)).refunds)).toEqual([1500, 3000]);
  });

  test('after a refund of the whole order is worth less by its share of that', () => {
    const reduced = refunded(single, { amount: 1500 });
    expect(sums(approved(asked(reduced, 'A', 1), {}, { ...PERIOD, days: 0 }).refunds)).toEqual([1500, 1500]);
    const spread = refunded(pair, { amount: 900 });
    expect(sums(approved(asked(spread, 'A', 1)).refunds)).toEqual([900, 2700]);
  });

  test('from before there were lines counts for its own lines', () => {
    const done = approved(asked(pair, 'B', 1));
    const { lines: _, shipping: __, cause: ___, ...refund } = done.refunds[0] as Refund;
    const { worth: ____, approval: _____, ...back } = done.returns[0] as Return;
    const old = { ...done, refunds: [refund], returns: [back] };
    expect(remainderOf(old).lines).toEqual([
      { sku: 'A', amount: 6000 },
      { sku: 'B', amount: 0 },
    ]);
    expect(sums(approved(asked(old, 'A', 2), {}, { ...PERIOD, days: 0 }).refunds)).toEqual([3000, 6000]);
    expect(approved(old, { refund: { amount: 1 } })).toEqual(old);
  });

  test('piece by piece is worth the price of the line, with any refunds in between', () => {
    const three = shipped(
      paid([
        ['A', 3, 1000],
        ['B', 1, 1],
      ]),
    );
    const first = approved(asked(three, 'A', 1));
    const second = approved(asked(refunded(first, { lines: [{ sku: 'A', amount: 501 }] }), 'A', 1));
    const third = approved(asked(second, 'A', 1));
    expect(sums(third.refunds)).toEqual([1000, 501, 749, 750]);
  });

  test('can be approved with any amount from zero to the rest of its lines, and never more', () => {
    const back = asked(pair, 'A', 1);
    expect(sums(approved(back, { refund: { amount: 0 } }).refunds)).toEqual([]);
    expect(sums(approved(back, { refund: { amount: 700 } }).refunds)).toEqual([700]);
    expect(sums(approved(back, { refund: { amount: 6000 } }).refunds)).toEqual([6000]);
    expect(() => approved(back, { refund: { amount: 6001 } })).toThrow(
      problem('refund-too-high', { left: eur(6000) }) as never,
    );
    expect(() => approved(back, { refund: { amount: 0, shipping: 491 } })).toThrow(problem('refund-too-high') as never);
  });

  test('that was taken back without money does not make the next piece worth more', () => {
    const worn = approved(asked(pair, 'A', 1), { refund: { amount: 0 } });
    expect(sums(approved(asked(worn, 'A', 1)).refunds)).toEqual([3000]);
  });

  test('splits what staff names by what the goods are worth', () => {
    const request = { id: 'ret', key: 'ret', reason: 'worn' };
    const items = [
      { sku: 'A', quantity: 2 },
      { sku: 'B', quantity: 1 },
    ];
    const back = after(pair, requestReturn(pair, { ...request, items }, at(1)));
    expect(lines(approved(back, { refund: { amount: 100 } }))).toEqual([
      { sku: 'A', quantity: 2, amount: 67 },
      { sku: 'B', quantity: 1, amount: 33 },
    ]);
  });

  test('approved again in the same way changes nothing, and in another way is refused', () => {
    const back = asked(pair, 'A', 1);
    const done = approved(back, { refund: { amount: 700 } });
    expect(approved(done, { refund: { amount: 700 } })).toEqual(done);
    for (const part of [{}, { refund: { amount: 701 } }, { refund: { amount: 700 }, restock: false }]) {
      expect(() => approved(done, part)).toThrow(problem('wrong-state') as never);
    }
  });
});

describe('the delivery is refunded', () => {
  const order = paid([
    ['A', 2, 3000],
    ['B', 1, 3000],
  ]);
  const total = order.totals.total.amount;
  const all = (from: Order, day = 1, period = PERIOD): Order => {
    const most = approved(asked(from, 'A', 2, day), {}, period);
    return approved(asked(most, 'B', 1, day), {}, period);
  };
  const shippingOf = (refunds: readonly Refund[]) => refunds.map(({ shipping = 0 }) => shipping);

  test('with the return by which all goods are back, and not before', () => {
    const { refunds } = all(shipped(order, 2));
    expect(shippingOf(refunds)).toEqual([0, 490]);
    expect(sums(refunds)).toEqual([6000, 3490]);
  });

  test('also after refunds of lines, and never twice', () => {
    const reduced = refunded(shipped(order, 2), { lines: [{ sku: 'A', amount: 1000 }], shipping: 200 });
    const { refunds } = all(reduced);
    expect(shippingOf(refunds)).toEqual([200, 0, 290]);
    expect(sums(refunds).reduce((sum, amount) => sum + amount, 0)).toBe(total);
    const whole = all(refunded(shipped(order, 2), {}));
    expect(sums(whole.refunds)).toEqual([total]);
  });

  test('when each return was asked for by the end of the last day, in the time zone of the shop', () => {
    const last = (days: number, ms: number) => shippingOf(all(shipped(order, 2), days + ms / DAY_MS).refunds);
    const midnight = 14 * 3_600_000;
    expect(last(16, midnight - 1)).toEqual([0, 490]);
    expect(last(16, midnight)).toEqual([0, 0]);
    // Eleven in the morning of the 15th day is still the 14th in Los Angeles.
    const there = { days: 14, timeZone: 'America/Los_Angeles' };
    expect(shippingOf(all(shipped(order, 2), 16 + (midnight + 3_600_000) / DAY_MS, there).refunds)).toEqual([0, 490]);
    const late = approved(asked(approved(asked(shipped(order, 2), 'A', 2, 17)), 'B', 1, 3));
    expect(shippingOf(late.refunds)).toEqual([0, 0]);
  });

  test('counted from the delivery, or from the shipment if the delivery was not recorded', () => {
    expect(shippingOf(all(shipped(order, 20), 30).refunds)).toEqual([0, 490]);
    expect(shippingOf(all(shipped(order), 30).refunds)).toEqual([0, 0]);
    expect(shippingOf(all(shipped(order), 14).refunds)).toEqual([0, 490]);
  });

  test('never when the period is 0 days, nor when staff names an amount without it', () => {
    expect(shippingOf(all(shipped(order, 2), 1, { ...PERIOD, days: 0 }).refunds)).toEqual([0, 0]);
    const most = approved(asked(shipped(order, 2), 'A', 2));
    const last = asked(most, 'B', 1);
    expect(approved(last, { refund: { amount: 100 } }).refunds[1]).toMatchObject({ amount: eur(100), shipping: 0 });
    const refund = { amount: 100, shipping: 490 };
    expect(approved(last, { refund }).refunds[1]).toMatchObject({ amount: eur(590), shipping: 490 });
  });
});

type Act =
  | { act: 'whole'; amount: number }
  | { act: 'shipping'; amount: number }
  | { act: 'line'; sku: string; amount: number }
  | { act: 'back'; sku: string; quantity: number; amount: number | null };

const SKUS = ['A', 'B', 'BOOK'];
const amount = fc.oneof(fc.nat(200), fc.nat(10_000));
const sku = fc.constantFrom(...SKUS);
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ act: fc.constant('whole' as const), amount }),
  fc.record({ act: fc.constant('shipping' as const), amount }),
  fc.record({ act: fc.constant('line' as const), sku, amount }),
  fc.record({
    act: fc.constant('back' as const),
    sku,
    quantity: fc.integer({ min: 1, max: 3 }),
    amount: fc.option(amount),
  }),
);

function acted(order: Order, one: Act): Order {
  if (one.act === 'whole') return refunded(order, { amount: one.amount });
  if (one.act === 'shipping') return refunded(order, { shipping: one.amount });
  if (one.act === 'line') return refunded(order, { lines: [{ sku: one.sku, amount: one.amount }] });
  const back = asked(order, one.sku, one.quantity);
  return one.amount === null ? approved(back) : approved(back, { refund: { amount: one.amount } });
}

test('refunds and returns in any order never exceed the paid amount of a line, the delivery or the order', () => {
  const quantities = fc.tuple(...SKUS.map(() => fc.integer({ min: 1, max: 4 })));
  const prices = fc.tuple(...SKUS.map(() => fc.integer({ min: 1, max: 5000 })));
  const property = fc.property(
    quantities,
    prices,
    fc.nat(3000),
    fc.array(act, { maxLength: 25 }),
    (many, unit, off, acts) => {
      const start = paid(
        SKUS.map((one, n): Line => [one, many[n] as number, unit[n] as number]),
        off,
      );
      let order = shipped(start);
      for (const one of acts) {
        try {
          order = acted(order, one);
        } catch (error) {
          expect(['refund-too-high', 'not-returnable']).toContain((error as { type?: string }).type);
        }
        const left = remainderOf(order);
        for (const part of [...left.lines.map((line) => line.amount), left.shipping])
          expect(part).toBeGreaterThanOrEqual(0);
        expect(totalAmountOf(left)).toBe(refundableAmount(order).amount);
        for (const refund of order.refunds) {
          const { lines: ofLines = [], shipping = 0 } = refund;
          expect(totalAmountOf({ lines: ofLines, shipping })).toBe(refund.amount.amount);
        }
      }
      // All other goods come back: without amounts chosen by staff, the whole paid amount is refunded.
      const isChosen = acts.some((one) => one.act === 'back' && one.amount !== null);
      for (const one of SKUS) {
        const open = many[SKUS.indexOf(one)] as number;
        const returned = order.returns.flatMap(({ state, items, approved }) =>
          state === 'REQUESTED' ? items : approved,
        );
        const count = returned.reduce((sum, item) => sum + (item.sku === one ? item.quantity : 0), 0);
        if (open > count) order = approved(asked(order, one, open - count));
      }
      const isOpen = order.returns.some(({ state }) => state === 'REQUESTED');
      if (!isChosen && !isOpen) expect(refundableAmount(order).amount).toBe(0);
    },
  );
  fc.assert(property, { seed, numRuns: 300 });
});
