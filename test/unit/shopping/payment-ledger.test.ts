import assert from 'node:assert/strict';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { claim } from '../../../mixins/due-work/queue.ts';
import type { Decision } from '../../../mixins/store/changes.ts';
import { assignPath } from '../../../mixins/store/patch.ts';
import { answerChallenge } from '../../../services/shopping/payment/providers/sandbox/bank-events.ts';
import type { LedgerEntry } from '../../../services/shopping/payment/providers/sandbox/ledger-entry.ts';
import {
  cancelledEntry,
  capture,
  ledgerLine,
  ledgerOutcome,
  lookUp,
  openEntry,
  repeatCharge,
} from '../../../services/shopping/payment/providers/sandbox/sandbox-ledger.ts';
import {
  applyDueEvents,
  removeDelivered,
  sandboxQueue,
} from '../../../services/shopping/payment/providers/sandbox/sandbox-queue.ts';
import { cancel, refund, statementOf } from '../../../services/shopping/payment/providers/sandbox/sandbox-refunds.ts';
import { TEST_TOKENS, type TestToken } from '../../../services/shopping/payment/providers/sandbox/sandbox-tokens.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);

const NOW = new Date('2026-03-01T10:00:00Z');
const later = (ms: number) => new Date(+NOW + ms);
const TOTAL = { amount: 1000, currency: 'EUR' };
const euros = (amount: number) => ({ amount, currency: 'EUR' });

const PAGE = { url: 'https://shop.example/sandbox/challenge/ord_1', returnUrl: 'https://shop.example/orders/ord_1' };
const begun = (method: TestToken): LedgerEntry => ({
  ...openEntry('ord_1', { amount: TOTAL, method, page: PAGE }, NOW),
  rev: 0,
});

/** The entry as a decision leaves it. */
function after<A>(entry: LedgerEntry, decide: (entry: LedgerEntry) => Decision<A>): LedgerEntry {
  const next = structuredClone(entry);
  for (const [path, value] of Object.entries(decide(entry).patch ?? {})) assignPath(next, path, value, []);
  return next;
}

describe('the first attempt', () => {
  test.each([
    ['tok_approve', 'captured', 1000],
    ['tok_slow', 'captured', 1000],
    ['tok_timeout_charged', 'captured', 1000],
    ['tok_duplicate_webhook', 'captured', 1000],
    ['tok_two_step', 'authorised', 0],
    ['tok_late_webhook', 'pending', 0],
    ['tok_late_decline', 'pending', 0],
    ['tok_challenge', 'requires-action', 0],
    ['tok_challenge_approved', 'requires-action', 0],
    ['tok_challenge_declined', 'requires-action', 0],
    ['tok_challenge_abandoned', 'requires-action', 0],
    ['tok_redirect', 'requires-action', 0],
    ['tok_decline', 'declined', 0],
    ['tok_timeout_not_charged', 'pending', 0],
    ['tok_refund_fails', 'captured', 1000],
    ['tok_disputed', 'captured', 1000],
  ] as const)('with %s is %s, with %d captured', (method, outcome, captured) => {
    const entry = begun(method);
    expect(ledgerOutcome(entry).outcome).toBe(outcome);
    expect(entry).toMatchObject({ captured, refunded: 0, refunds: {} });
  });

  test('has no webhook and nothing due, but for the tokens that are about those', () => {
    for (const method of TEST_TOKENS) {
      const { dueAt, events } = begun(method);
      const isTold = /webhook|late|elsewhere|dispute|challenge_(approved|declined)/.test(method);
      expect([method, dueAt !== null]).toEqual([method, isTold]);
      expect([method, events.length]).toEqual([method, method === 'tok_duplicate_webhook' ? 1 : 0]);
    }
  });
});

describe('a later attempt', () => {
  test('finds nothing of one that was lost on its way, and is charged then', () => {
    const lost = begun('tok_timeout_not_charged');
    expect(lookUp(lost, TOTAL)).toEqual({ outcome: 'unknown' });
    const charged = after(lost, (entry) => repeatCharge(entry, TOTAL));
    expect(lookUp(charged, TOTAL)).toEqual({ outcome: 'captured', reference: 'sandbox_ord_1' });
    expect(charged.captured).toBe(1000);
  });

  test.each([euros(999), { amount: 1000, currency: 'USD' }])('for another amount, %j, is an error', (amount) => {
    expect(() => repeatCharge(begun('tok_approve'), amount)).toThrow('before');
    expect(() => capture(begun('tok_two_step'), amount)).toThrow('before');
  });

  test('finds a key of another amount only as an error', () => {
    expect(() => lookUp(begun('tok_approve'), euros(1))).toThrow('before');
    expect(lookUp(null, TOTAL)).toEqual({ outcome: 'unknown' });
  });

  test('is declined on a key that was cancelled before it was used, by any token', () => {
    const entry = { ...cancelledEntry('ord_1', NOW), rev: 0 };
    for (const amount of [TOTAL, euros(1)]) {
      expect(repeatCharge(entry, amount)).toEqual({ answer: { outcome: 'declined', reason: 'cancelled' } });
    }
  });
});

describe('a refund', () => {
  const paid = begun('tok_approve');

  test('with the same key again changes nothing, and with another amount is an error', () => {
    const once = after(paid, (entry) => refund(entry, 'rfd_1', euros(300), NOW));
    expect(once).toMatchObject({ refunded: 300, refunds: { rfd_1: 300 } });
    expect(refund(once, 'rfd_1', euros(300), NOW)).toEqual({ answer: { outcome: 'refunded' } });
    expect(() => refund(once, 'rfd_1', euros(301), NOW)).toThrow('300');
  });

  const refused = (reason: string) => ({ answer: { outcome: 'refused', reason } });

  test('of more than is left is refused for good', () => {
    const once = after(paid, (entry) => refund(entry, 'rfd_1', euros(300), NOW));
    expect(refund(once, 'rfd_2', euros(701), NOW)).toEqual(refused('more_than_left'));
    expect(after(once, (entry) => refund(entry, 'rfd_2', euros(700), NOW))).toMatchObject({ refunded: 1000 });
    expect(refund(begun('tok_two_step'), 'rfd_1', euros(1), NOW)).toEqual(refused('more_than_left'));
  });

  test('that comes back from the bank is told of by a webhook, and refused when it is asked for again', () => {
    const sent = after(begun('tok_refund_fails'), (entry) => refund(entry, 'rfd_1', euros(300), NOW));
    expect(sent).toMatchObject({ refunded: 300, dueAt: later(1000) });
    const back = after(sent, (entry) => applyDueEvents(entry, later(1000)));
    expect(back).toMatchObject({ refunded: 0, refunds: {}, events: [{ type: 'refund.failed' }] });
    expect(statementOf(back).refunds).toMatchObject([{ id: 'rfd_1', key: 'rfd_1', amount: 300, state: 'failed' }]);
    expect(refund(back, 'rfd_1', euros(300), NOW)).toEqual(refused('expired_or_canceled_card'));
  });

  test('and a cancellation of what is disputed, or too old, are refused for good', () => {
    const disputed = after(begun('tok_disputed'), (entry) => applyDueEvents(entry, later(1000)));
    expect(disputed).toMatchObject({ dispute: { state: 'open', amount: 1000 }, events: [{ type: 'dispute.created' }] });
    for (const [entry, reason] of [
      [disputed, 'charge_disputed'],
      [begun('tok_refund_refused'), 'charge_too_old'],
    ] as const) {
      expect(refund(entry, 'rfd_1', euros(300), NOW)).toEqual(refused(reason));
      const reference = 'sandbox_ord_1';
      expect(cancel(entry)).toEqual({ answer: { outcome: 'refused', reason, reference } });
    }
    const won = after(begun('tok_dispute_won'), (entry) => applyDueEvents(entry, later(2000)));
    expect(won).toMatchObject({ dispute: { state: 'won' }, events: [{}, { type: 'dispute.closed' }] });
    expect(refund(won, 'rfd_1', euros(300), NOW).answer).toEqual({ outcome: 'refunded' });
    const lost = after(begun('tok_dispute_lost'), (entry) => applyDueEvents(entry, later(2000)));
    expect(ledgerLine(lost)).toMatchObject({ captured: 1000, refunded: 0, chargedBack: 1000 });
  });
});

describe('a challenge', () => {
  const answered = (method: TestToken, approved: boolean): LedgerEntry => {
    const entry = begun(method);
    return { ...entry, ...answerChallenge(entry, approved, NOW) };
  };

  test.each([
    ['tok_challenge', true, 'captured', 1000],
    ['tok_challenge', false, 'declined', 0],
    ['tok_redirect', true, 'authorised', 0],
    ['tok_redirect', false, 'declined', 0],
    ['tok_challenge_abandoned', true, 'requires-action', 0],
  ] as const)('by %s, approved: %s, is %s, which a webhook tells', (method, approved, outcome, captured) => {
    const entry = answered(method, approved);
    expect(ledgerOutcome(entry).outcome).toBe(outcome);
    expect(entry.captured).toBe(captured);
    expect(entry.events).toHaveLength(outcome === 'requires-action' ? 0 : 1);
  });

  test('has one answer, the first, and none once it is cancelled', () => {
    const declined = answered('tok_challenge', false);
    expect(answerChallenge(declined, true, NOW)).toEqual({});
    expect(ledgerOutcome(declined)).toEqual({ outcome: 'declined', reason: 'authentication_failed' });
    expect(answerChallenge(after(begun('tok_challenge'), cancel), true, NOW)).toEqual({});
  });
});

test.each([
  ['EUR', 49, 'amount_too_small'],
  ['JPY', 49, 'amount_too_small'],
  ['EUR', 100_000_000, 'amount_too_large'],
])('an attempt to charge %s %d is declined as %s', (currency, amount, reason) => {
  const entry = openEntry('ord_1', { amount: { amount, currency }, method: 'tok_approve', page: PAGE }, NOW);
  expect(entry).toMatchObject({ state: 'declined', captured: 0 });
  expect(ledgerOutcome(entry)).toEqual({ outcome: 'declined', reason });
});

describe('a late capture', () => {
  const pending = begun('tok_late_webhook');

  test('happens when it is due, is told of until the webhook is taken, and then never again', () => {
    expect(applyDueEvents(pending, later(999))).toEqual({ answer: [] });
    const captured = after(pending, (entry) => applyDueEvents(entry, later(1000)));
    expect(captured).toMatchObject({ state: 'captured', captured: 1000, events: [{ id: 'evt_ord_1', copies: 1 }] });
    const sending = claim(sandboxQueue, captured, later(1001)).answer as LedgerEntry;
    expect(claim(sandboxQueue, sending, later(1002)).answer).toBeUndefined();
    const again = claim(sandboxQueue, sending, later(60_000)).answer as LedgerEntry;
    expect(applyDueEvents(again, later(60_000)).answer).toEqual(captured.events);
    const told = after(captured, (entry) => removeDelivered(entry, 'evt_ord_1'));
    expect(told).toMatchObject({ events: [], dueAt: null, captured: 1000 });
  });

  test('does not happen once it was cancelled', () => {
    const cancelled = after(pending, cancel);
    expect(cancelled).toMatchObject({ state: 'cancelled', captured: 0, dueAt: null });
    expect(applyDueEvents(cancelled, later(60_000))).toEqual({ answer: [] });
  });
});

test('a late decline happens when it is due, is told of, and never captures anything', () => {
  const pending = begun('tok_late_decline');
  expect(applyDueEvents(pending, later(999))).toEqual({ answer: [] });
  const declined = after(pending, (entry) => applyDueEvents(entry, later(1000)));
  expect(declined).toMatchObject({ state: 'declined', captured: 0, events: [{ type: 'payment.failed', copies: 1 }] });
  expect(lookUp(declined, TOTAL)).toEqual({ outcome: 'declined', reason: 'card_declined' });
  expect(applyDueEvents(declined, later(60_000)).answer).toEqual(declined.events);
  expect(after(declined, (entry) => removeDelivered(entry, 'evt_ord_1'))).toMatchObject({ events: [], dueAt: null });
});

interface Command {
  what: string;
  key: string;
  amount: number;
}

test('after any commands in any order it is charged once at most, and never refunded more', () => {
  const amount = fc.integer({ min: 1, max: 1500 });
  const command: fc.Arbitrary<Command> = fc.oneof(
    fc.constantFrom('again', 'capture', 'cancel', 'due', 'deliver').map((what) => ({ what, key: '', amount: 0 })),
    fc.record({ what: fc.constant('refund'), key: fc.constantFrom('rfd_1', 'rfd_2', 'rfd_3'), amount }),
  );
  const act = (entry: LedgerEntry, { what, key, amount }: Command, now: Date) => {
    if (what === 'again') return after(entry, (one) => repeatCharge(one, TOTAL));
    if (what === 'capture') return after(entry, (one) => capture(one, TOTAL));
    if (what === 'cancel') return after(entry, cancel);
    if (what === 'due') return after(entry, (one) => applyDueEvents(one, now));
    if (what === 'deliver') return after(entry, (one) => removeDelivered(one, `evt_${one._id}`));
    return after(entry, (one) => refund(one, key, euros(amount), NOW));
  };
  const property = fc.property(fc.constantFrom(...TEST_TOKENS), fc.array(command), (method, commands) => {
    let entry = begun(method);
    for (const [n, command] of commands.entries()) {
      const before = entry;
      try {
        entry = act(entry, command, later(n * 700));
      } catch {
        assert.equal(command.what, 'refund'); // nothing else is ever refused here
      }
      const { captured, refunded, refunds, state } = entry;
      assert.ok(captured === 0 || captured === 1000);
      assert.ok(captured >= before.captured);
      // Only the bank sends back what was refunded.
      if (command.what !== 'due') assert.ok(refunded >= before.refunded);
      assert.ok(refunded <= captured);
      assert.equal(
        Object.values(refunds).reduce((a, b) => a + b, 0),
        refunded,
      );
      if (before.state === 'cancelled') assert.equal(state, 'cancelled');
      if (state === 'cancelled' && method !== 'tok_refund_fails') assert.equal(captured - refunded, 0);
      if (state === 'captured') assert.equal(captured, 1000);
    }
  });
  fc.assert(property, { seed, numRuns: 2000 });
});
