import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Decision } from '../../../mixins/store/changes.ts';
import { paymentKeyOf } from '../../../services/shopping/payment/payment-key.ts';
import {
  cancelClaim,
  claimsLine,
  creditClaim,
  emptyReceivable,
  openClaim,
} from '../../../services/shopping/payment/receivables/claims.ts';
import { bookMoney, MAX_BOOKINGS } from '../../../services/shopping/payment/receivables/money-bookings.ts';
import { acknowledgeNews } from '../../../services/shopping/payment/receivables/news-queue.ts';
import {
  claimOf,
  missingOf,
  type Receivable,
  receivedOf,
  surplusOf,
} from '../../../services/shopping/payment/receivables/receivable.ts';

const ID = 'ord_01M8HGBCPQ6AVHMPBHWPA5CC5B';
const NOW = new Date('2026-11-28T12:00:00Z');
const euros = (amount: number) => ({ amount, currency: 'EUR' });
const empty = (): Receivable => ({ ...emptyReceivable(ID, NOW), rev: 0 });

type Decide = (receivable: Readonly<Receivable>) => Decision<unknown>;
const after = (receivable: Receivable, ...decisions: Decide[]): Receivable => {
  let current = receivable;
  for (const decide of decisions) current = { ...current, ...(decide(current).patch as Partial<Receivable>) };
  return current;
};

const open =
  (n = 1, total = 1000): Decide =>
  (one) =>
    openClaim(one, { key: paymentKeyOf(ID, n), provider: 'transfer', amount: euros(total) }, NOW);
const onCredit =
  (total = 1000): Decide =>
  (one) =>
    openClaim(one, { key: ID, provider: 'invoice', amount: euros(total), dueAt: NOW }, NOW);
const cancel =
  (n = 1): Decide =>
  (one) =>
    cancelClaim(one, { key: paymentKeyOf(ID, n), provider: 'transfer' }, NOW);
const credit =
  (key: string, amount: number, n = 1): Decide =>
  (one) =>
    creditClaim(one, { key, of: paymentKeyOf(ID, n), amount: euros(amount) }, NOW);
const book =
  (key: string, amount: number, kind: 'receipt' | 'payout' = 'receipt'): Decide =>
  (one) =>
    bookMoney(one, { kind, key, amount, date: '2026-11-20', bankReference: 'E2E', by: 'cus_1' }, NOW);

test('an open claim is captured in the write of the booking that covers it', () => {
  const part = after(empty(), open(), book('a', 999));
  expect([claimOf(part, ID)?.state, missingOf(part)]).toEqual(['open', 1]);
  const all = after(part, book('b', 1));
  expect([claimOf(all, ID)?.state, claimOf(all, ID)?.captured, missingOf(all)]).toEqual(['captured', 1000, 0]);
});

test('a booking that is repeated, a refund that is repeated, and a claim that is repeated change nothing', () => {
  const one = after(empty(), open(), book('a', 1000), credit('rfd_1', 300));
  for (const again of [open(), book('a', 1000), credit('rfd_1', 300)]) expect(again(one)).not.toHaveProperty('patch');
  expect(() => book('a', 999)(one)).toThrow(expect.objectContaining({ type: 'idempotency-key-reused' }));
  expect(() => open(1, 999)(one)).toThrow('was used for 1000 EUR');
});

test('a cancelled key is never claimed, and a claim of another currency is an error', () => {
  const cancelled = after(empty(), cancel(), open());
  expect([claimOf(cancelled, ID)?.state, missingOf(cancelled)]).toEqual(['cancelled', 0]);
  const dollars = { key: paymentKeyOf(ID, 2), provider: 'transfer', amount: { amount: 1, currency: 'USD' } } as const;
  expect(() => openClaim(after(empty(), open()), dollars, NOW)).toThrow('is in EUR, not in USD');
});

test('money for a cancelled try counts for the next one', () => {
  const next = after(empty(), open(), book('a', 400), cancel(), open(2));
  expect([missingOf(next), surplusOf(next)]).toEqual([600, 0]);
});

test('no more is refunded than was captured, and no more is sent back than the surplus', () => {
  const paid = after(empty(), open(), book('a', 1100), credit('rfd_1', 900));
  expect(credit('rfd_2', 101)(paid).answer).toEqual({ outcome: 'refused', reason: 'more_than_left' });
  expect(surplusOf(paid)).toBe(1000);
  const tooHigh = expect.objectContaining({ type: 'refund-too-high', data: { left: euros(1000) } });
  expect(() => book('b', 1001, 'payout')(paid)).toThrow(tooHigh);
  expect(surplusOf(after(paid, book('b', 1000, 'payout')))).toBe(0);
});

test('a captured claim that is cancelled is refunded in full, once', () => {
  const cancelled = after(empty(), open(), book('a', 1000), credit('rfd_1', 300), cancel());
  expect(claimsLine(cancelled, 'transfer')).toMatchObject({ captured: 1000, refunded: 1000 });
  expect(surplusOf(cancelled)).toBe(1000);
  expect(cancel()(cancelled)).not.toHaveProperty('patch');
});

test('an order on credit is due until nothing is missing', () => {
  const due = after(empty(), onCredit());
  expect([claimOf(due, ID)?.state, due.payableUntil]).toEqual(['captured', NOW]);
  expect(after(due, book('a', 999)).payableUntil).toEqual(NOW);
  expect(after(due, book('a', 999), credit('rfd_1', 1)).payableUntil).toBeNull();
});

test('an order has at most so many bookings', () => {
  const bookings = Array.from({ length: MAX_BOOKINGS }, (_, n) => book(`k${n}`, 1));
  const full = after(empty(), open(), ...bookings);
  expect(() => book('more', 1)(full)).toThrow(expect.objectContaining({ type: 'limit-reached' }));
});

test('news that came after those that an order was told of stay due', () => {
  const told = after(empty(), open());
  expect(acknowledgeNews(told, told).patch).toEqual({ newsAt: null });
  const newer = { ...told, newsAt: new Date(+NOW + 60_000) };
  expect(acknowledgeNews(newer, told)).not.toHaveProperty('patch');
});

test('whatever happens, money is neither lost nor made: received = kept + to be sent back − still missing', () => {
  const n = fc.integer({ min: 1, max: 3 });
  const key = fc.constantFrom('a', 'b', 'c', 'd');
  const amount = fc.constantFrom(1, 400, 1000, 1200);
  const step: fc.Arbitrary<Decide> = fc.oneof(
    n.map((one) => open(one)),
    n.map(cancel),
    fc.tuple(key, amount, n).map((args) => credit(...args)),
    fc.tuple(key, amount).map((args) => book(...args)),
    fc.tuple(key, amount).map((args) => book(...args, 'payout')),
  );
  const refused = /refund-too-high|idempotency-key-reused/;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let one = empty();
      const paid = new Map<string, number>();
      for (const decide of steps) {
        try {
          const next = after(one, decide);
          // At most one claim is open: an order cancels a try before it opens the next one.
          if (next.claims.filter(({ state }) => state !== 'cancelled').length < 2) one = next;
        } catch (error) {
          expect(String((error as { type?: string }).type)).toMatch(refused);
        }
      }
      for (const booking of one.bookings) {
        if (booking.kind === 'credit') continue;
        expect(paid.has(booking.key)).toBe(false);
        paid.set(booking.key, booking.kind === 'receipt' ? booking.amount : -booking.amount);
      }
      const line = claimsLine(one, 'transfer') ?? { captured: 0, refunded: 0, amount: 0 };
      const kept = line.captured - line.refunded;
      const openAmount = one.claims.reduce((sum, { state, amount: all }) => (state === 'open' ? sum + all : sum), 0);
      expect([...paid.values()].reduce((sum, all) => sum + all, 0)).toBe(receivedOf(one));
      expect(receivedOf(one)).toBe(kept + openAmount + surplusOf(one) - missingOf(one));
      expect(kept).toBeGreaterThanOrEqual(0);
      expect(line.captured).toBeLessThanOrEqual(line.amount);
    }),
  );
});
