import type { Decision } from '../../../../../mixins/store/changes.ts';
import type { Money } from '../../../../shared/money.ts';
import type { ChargeOutcome, LedgerLine, LookupOutcome } from '../../payment-provider.ts';
import { stripeLimits } from '../stripe/stripe-limits.ts';
import { bankEventsOf } from './bank-events.ts';
import type { BankEvent, ChallengePage, LedgerEntry, SandboxEvent } from './ledger-entry.ts';
import type { TestToken } from './sandbox-tokens.ts';

export interface TokenPayment {
  amount: Money;
  method: TestToken;
  page: ChallengePage;
}

/** The entry of the first charge under a key. */
export function openEntry(key: string, { amount, method, page }: TokenPayment, now: Date): Omit<LedgerEntry, 'rev'> {
  const untouched = { captured: 0, refunded: 0, refunds: {}, events: [], dueAt: null };
  const entry = { _id: key, amount, method, ...untouched, at: now };
  const { least, largest } = stripeLimits(amount.currency);
  if (amount.amount < least) return { ...entry, state: 'declined', reason: 'amount_too_small' };
  if (amount.amount > largest) return { ...entry, state: 'declined', reason: 'amount_too_large' };
  const captured = { ...entry, state: 'captured' as const, captured: amount.amount };
  switch (method) {
    case 'tok_approve':
    case 'tok_slow':
    case 'tok_timeout_charged':
    case 'tok_refund_refused':
    case 'tok_refund_fails':
      return captured;
    case 'tok_refunded_elsewhere':
    case 'tok_disputed':
    case 'tok_dispute_won':
    case 'tok_dispute_lost':
      return withBankEvents(captured, bankEventsOf(method, now));
    case 'tok_decline':
      return { ...entry, state: 'declined' };
    case 'tok_timeout_not_charged':
      return { ...entry, state: 'unseen' };
    case 'tok_late_webhook':
    case 'tok_late_decline':
      return withBankEvents({ ...entry, state: 'pending' as const }, bankEventsOf(method, now));
    case 'tok_challenge':
    case 'tok_challenge_abandoned':
    case 'tok_redirect':
      return { ...entry, state: 'challenge', page };
    case 'tok_challenge_approved':
    case 'tok_challenge_declined':
      return withBankEvents({ ...entry, state: 'challenge' as const, page }, bankEventsOf(method, now));
    case 'tok_duplicate_webhook':
      return { ...captured, events: [capturedEvent(key, 3)], dueAt: now };
    case 'tok_two_step':
      return { ...entry, state: 'authorised' };
    default:
      throw new Error(`unknown token ${method satisfies never}`);
  }
}

/** Adds bank events to an entry, with the time of the first one. */
function withBankEvents<E extends Pick<LedgerEntry, 'dueAt'>>(entry: E, events: BankEvent[]) {
  const first = Math.min(...events.map(({ at }) => +at));
  return { ...entry, happenings: events, dueAt: events.length > 0 ? new Date(first) : entry.dueAt };
}

/** Answers a repeated charge as the first one. @throws {Error} for another amount */
export function repeatCharge(entry: Readonly<LedgerEntry>, amount: Money): Decision<ChargeOutcome> {
  refuseOtherAmount(entry, amount);
  return entry.state === 'unseen' ? captureAll(entry, amount) : { answer: ledgerOutcome(entry) };
}

/** Captures an authorised charge; any other state stays. @throws {Error} for another amount */
export function capture(entry: Readonly<LedgerEntry>, amount: Money): Decision<ChargeOutcome> {
  refuseOtherAmount(entry, amount);
  return entry.state === 'authorised' ? captureAll(entry, amount) : { answer: ledgerOutcome(entry) };
}

export function lookUp(entry: Readonly<LedgerEntry> | null, amount: Money): LookupOutcome {
  if (entry) refuseOtherAmount(entry, amount);
  return entry && entry.state !== 'unseen' ? ledgerOutcome(entry) : { outcome: 'unknown' };
}

/** The entry of a key that is cancelled before it is used. */
export function cancelledEntry(key: string, now: Date): Omit<LedgerEntry, 'rev'> {
  const nothing = { captured: 0, refunded: 0, refunds: {}, events: [], dueAt: null };
  return { _id: key, state: 'cancelled', ...nothing, at: now };
}

export function ledgerLine({ _id: id, state, amount, captured, refunded, dispute }: Readonly<LedgerEntry>): LedgerLine {
  const chargedBack = dispute?.state === 'lost' ? dispute.amount : 0;
  const { currency = null, amount: asked = 0 } = amount ?? {};
  return { id, state, currency, amount: asked, captured, refunded, chargedBack };
}

function captureAll(entry: Readonly<LedgerEntry>, { amount }: Money): Decision<ChargeOutcome> {
  const patch = { state: 'captured' as const, captured: amount };
  return { answer: ledgerOutcome({ ...entry, ...patch }), patch };
}

/** The outcome of a key, as the API returns it. */
export function ledgerOutcome({
  _id: key,
  state,
  reason,
  page,
}: Pick<LedgerEntry, '_id' | 'state' | 'reason' | 'page'>): ChargeOutcome {
  const reference = referenceOf(key);
  switch (state) {
    case 'captured':
    case 'authorised':
      return { outcome: state, reference };
    case 'challenge':
      return { outcome: 'requires-action', reference, action: { type: 'redirect', url: page?.url ?? '' } };
    case 'pending':
    case 'unseen':
      return { outcome: 'pending' };
    case 'declined':
      return { outcome: 'declined', reason: reason ?? 'card_declined' };
    case 'cancelled':
      return { outcome: 'declined', reason: 'cancelled' };
    default:
      throw new Error(`unknown state ${state satisfies never}`);
  }
}

export const referenceOf = (key: string) => `sandbox_${key}`;

/** A key stands for one amount, as at Stripe. @throws {Error} for another one */
function refuseOtherAmount({ _id: key, amount }: Readonly<LedgerEntry>, asked: Money): void {
  if (amount && (amount.amount !== asked.amount || amount.currency !== asked.currency)) {
    throw new Error(`${key} was used for ${amount.amount} ${amount.currency} before`);
  }
}

const capturedEvent = (key: string, copies: number): SandboxEvent => ({
  id: `evt_${key}`,
  type: 'payment.captured',
  copies,
});
