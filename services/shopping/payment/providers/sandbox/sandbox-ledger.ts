import { type DueQueue, dueIn } from '../../../../../mixins/due-work/queue.ts';
import { RETRY_POLICY } from '../../../../../mixins/due-work/schedule.ts';
import type { Decision } from '../../../../../mixins/store/changes.ts';
import type { Money } from '../../../../shared/money.ts';
import type {
  CancelOutcome,
  ChargeOutcome,
  LedgerLine,
  LookupOutcome,
  RefundOutcome,
  Statement,
} from '../../payment-provider.ts';
import { stripeLimits } from '../stripe/stripe-limits.ts';
import { applyBankEvent, BANK_DELAY_MS, bankEventsOf } from './bank-events.ts';
import type { BankEvent, LedgerEntry, SandboxEvent } from './ledger-entry.ts';
import type { TestToken } from './sandbox-tokens.ts';

export interface TokenPayment {
  amount: Money;
  method: TestToken;
}

/** The entry of the first charge under a key. */
export function openEntry(key: string, { amount, method }: TokenPayment, now: Date): Omit<LedgerEntry, 'rev'> {
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

/** @throws {Error} for a known refund with another amount */
export function refund(
  entry: Readonly<LedgerEntry>,
  key: string,
  { amount, currency }: Money,
  now: Date,
): Decision<RefundOutcome> {
  const before = entry.refunds[key];
  if (before === amount) return { answer: { outcome: 'refunded' } };
  if (before !== undefined) throw new Error(`${key} refunded ${before} before, and not ${amount}`);
  const reason = refundRefusal(entry, key, { amount, currency });
  if (reason !== undefined) return { answer: { outcome: 'refused', reason } };
  const at = new Date(+now + BANK_DELAY_MS);
  const later =
    entry.method === 'tok_refund_fails'
      ? [...(entry.happenings ?? []), { what: 'return-refund' as const, key, at }]
      : [];
  return {
    answer: { outcome: 'refunded' },
    patch: {
      [`refunds.${key}`]: amount,
      refunded: entry.refunded + amount,
      ...(later.length > 0 ? { happenings: later, dueAt: entry.dueAt && entry.dueAt < at ? entry.dueAt : at } : {}),
    },
  };
}

/** The reason why a refund is refused for good; undefined if it can be made. */
function refundRefusal(entry: Readonly<LedgerEntry>, key: string, { amount, currency }: Money): string | undefined {
  const { captured, refunded, returned = {}, dispute, method } = entry;
  if (returned[key] !== undefined) return 'expired_or_canceled_card';
  if (method === 'tok_refund_refused') return 'charge_too_old';
  if (dispute && dispute.state !== 'won') return 'charge_disputed';
  return amount > captured - refunded || currency !== entry.amount?.currency ? 'more_than_left' : undefined;
}

/** The refunds and disputes of a charge; the id of each refund is its key. */
export function statementOf({ _id, refunds, returned = {}, dispute }: Readonly<LedgerEntry>): Statement {
  // A refund in the provider's dashboard has no key of the shop's.
  const keyOf = (id: string) => (id === 'elsewhere' ? null : id);
  const made = Object.entries(refunds).map(([id, amount]) => ({
    ...{ id, key: keyOf(id), amount },
    ...{ state: 'made' as const, reason: null },
  }));
  const failed = Object.entries(returned).map(([id, amount]) => ({
    ...{ id, key: keyOf(id), amount },
    ...{ state: 'failed' as const, reason: 'expired_or_canceled_card' },
  }));
  const disputes = dispute ? [{ id: `dp_${_id}`, ...dispute, reason: 'fraudulent' }] : [];
  return { refunds: [...made, ...failed], disputes };
}

/** The entry of a key that is cancelled before it is used. */
export function cancelledEntry(key: string, now: Date): Omit<LedgerEntry, 'rev'> {
  const nothing = { captured: 0, refunded: 0, refunds: {}, events: [], dueAt: null };
  return { _id: key, state: 'cancelled', ...nothing, at: now };
}

export function cancel(entry: Readonly<LedgerEntry>): Decision<CancelOutcome> {
  const { _id: key, state, amount, captured, refunded, events, dueAt } = entry;
  const answer = { outcome: 'cancelled' } as const;
  // A declined key stays declined.
  if (state === 'cancelled' || state === 'declined') return { answer };
  const rest = captured - refunded;
  const reason = rest > 0 && amount ? refundRefusal(entry, 'cancel', { ...amount, amount: rest }) : undefined;
  if (reason !== undefined) return { answer: { outcome: 'refused', reason, reference: referenceOf(key) } };
  const refunds = rest > 0 ? { refunded: captured, 'refunds.cancel': rest } : {};
  return {
    answer,
    patch: { state: 'cancelled', ...refunds, happenings: [], dueAt: events.length > 0 ? dueAt : null },
  };
}

/** Bank events and webhooks that are due. The lease is longer than a webhook takes. */
export const sandboxQueue: DueQueue<LedgerEntry> = {
  name: 'payment-sandbox',
  policy: { ...RETRY_POLICY, leaseMs: 10_000 },
  ...dueIn('dueAt'),
};

/** Applies the bank events that are due. @returns the webhooks to be sent now, for an entry that the worker has claimed */
export function applyDueEvents(entry: Readonly<LedgerEntry>, now: Date): Decision<SandboxEvent[]> {
  const { happenings = [] } = entry;
  let next: LedgerEntry = entry;
  for (const event of happenings) if (event.at <= now) next = { ...next, ...applyBankEvent(next, event) };
  const { state, captured, refunded, refunds, returned = {}, dispute, events } = next;
  const left = happenings.filter(({ at }) => at > now);
  const dueAt = nextDueAt(events, left, entry.dueAt);
  if (left.length === happenings.length && dueAt?.getTime() === entry.dueAt?.getTime()) return { answer: events };
  return {
    answer: events,
    patch: {
      ...{ state, captured, refunded, refunds, returned, events, happenings: left, dueAt },
      ...(dispute ? { dispute } : {}),
    },
  };
}

/** Removes an event whose copies have all been delivered. */
export function removeDelivered(
  { events, happenings = [], dueAt }: Readonly<LedgerEntry>,
  eventId: string,
): Decision<undefined> {
  const left = events.filter(({ id }) => id !== eventId);
  return { answer: undefined, patch: { events: left, dueAt: nextDueAt(left, happenings, dueAt) } };
}

/** The next bank event, or the end of the lease while there are webhooks to be sent, whichever is earlier. */
function nextDueAt(events: SandboxEvent[], happenings: BankEvent[], lease: Date | null): Date | null {
  const times = [...happenings.map(({ at }) => +at), ...(events.length > 0 && lease ? [+lease] : [])];
  return times.length > 0 ? new Date(Math.min(...times)) : null;
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
}: Pick<LedgerEntry, '_id' | 'state' | 'reason'>): ChargeOutcome {
  const reference = referenceOf(key);
  switch (state) {
    case 'captured':
    case 'authorised':
      return { outcome: state, reference };
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

const referenceOf = (key: string) => `sandbox_${key}`;

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
