import type { Decision } from '../../lib/changes.ts';
import { errors } from '../../lib/errors.ts';
import type { Money } from '../../lib/money.ts';
import type { BookedCharge, Found, Outcome } from './payment-provider.ts';
import type { TestToken } from './sandbox-tokens.ts';

/** One line of the sandbox's books: what became of an idempotency key. */
export interface LedgerEntry {
  /** The idempotency key. */
  _id: string;
  rev: number;
  /** `unseen`: an attempt that was lost on its way here; only the next one counts. */
  state: 'unseen' | 'pending' | 'authorised' | 'captured' | 'declined' | 'cancelled';
  /** What was asked for; both are absent on a key that was cancelled before it was used. */
  amount?: Money;
  method?: TestToken;
  /** In minor units. */
  captured: number;
  /** The sum of `refunds`, never above `captured`. */
  refunded: number;
  /** Refund's key -> minor units. */
  refunds: Record<string, number>;
  /** Webhooks that are still to be sent. */
  events: SandboxEvent[];
  /** When the sandbox's worker has something to do here. */
  dueAt: Date | null;
  at: Date;
}

/** A webhook, and how many times it is sent. */
export interface SandboxEvent {
  id: string;
  type: 'payment.captured' | 'payment.failed';
  copies: number;
}

export interface TokenPayment {
  amount: Money;
  method: TestToken;
}

/** How long `tok_late_webhook` and `tok_late_decline` take to have an outcome, in ms. */
const LATE = 1000;

/** What the first attempt with a key comes to. */
export function begin(key: string, { amount, method }: TokenPayment, now: Date): Omit<LedgerEntry, 'rev'> {
  const untouched = { captured: 0, refunded: 0, refunds: {}, events: [], dueAt: null };
  const entry = { _id: key, amount, method, ...untouched, at: now };
  const captured = { ...entry, state: 'captured' as const, captured: amount.amount };
  switch (method) {
    case 'tok_approve':
    case 'tok_slow':
    case 'tok_timeout_charged':
      return captured;
    case 'tok_decline':
      return { ...entry, state: 'declined' };
    case 'tok_timeout_not_charged':
      return { ...entry, state: 'unseen' };
    case 'tok_late_webhook':
    case 'tok_late_decline':
      return { ...entry, state: 'pending', dueAt: new Date(+now + LATE) };
    case 'tok_duplicate_webhook':
      return { ...captured, events: [capturedEvent(key, 3)], dueAt: now };
    case 'tok_two_step':
      return { ...entry, state: 'authorised' };
    default:
      throw new Error(`unknown token ${method satisfies never}`);
  }
}

/** Another attempt with a key answers as the first did. @throws {Error} when it asks for another amount */
export function again(entry: Readonly<LedgerEntry>, amount: Money): Decision<Outcome> {
  refuseOther(entry, amount);
  return entry.state === 'unseen' ? captureAll(entry, amount) : { answer: outcomeOf(entry) };
}

/** Takes what was authorised; whatever else became of the key stays as it is. */
export function capture(entry: Readonly<LedgerEntry>, amount: Money): Decision<Outcome> {
  refuseOther(entry, amount);
  return entry.state === 'authorised' ? captureAll(entry, amount) : { answer: outcomeOf(entry) };
}

export function found(entry: Readonly<LedgerEntry> | null, amount: Money): Found {
  if (entry) refuseOther(entry, amount);
  return entry && entry.state !== 'unseen' ? outcomeOf(entry) : { outcome: 'unknown' };
}

/** @throws refund-too-high; {Error} when the refund's key comes again with another amount */
export function refund(entry: Readonly<LedgerEntry>, key: string, { amount, currency }: Money): Decision<undefined> {
  const before = entry.refunds[key];
  if (before === amount) return { answer: undefined };
  if (before !== undefined) throw new Error(`${key} refunded ${before} before, and not ${amount}`);
  const left = entry.captured - entry.refunded;
  if (amount > left || currency !== entry.amount?.currency) throw errors.refundTooHigh({ amount: left, currency });
  return { answer: undefined, patch: { [`refunds.${key}`]: amount, refunded: entry.refunded + amount } };
}

/** A key that is refused before it was ever used. */
export function cancelledUnused(key: string, now: Date): Omit<LedgerEntry, 'rev'> {
  const nothing = { captured: 0, refunded: 0, refunds: {}, events: [], dueAt: null };
  return { _id: key, state: 'cancelled', ...nothing, at: now };
}

export function cancel(entry: Readonly<LedgerEntry>): Decision<undefined> {
  const { state, captured, refunded, events, dueAt } = entry;
  // What was declined is refused already.
  if (state === 'cancelled' || state === 'declined') return { answer: undefined };
  const rest = captured - refunded;
  const refunds = rest > 0 ? { refunded: captured, 'refunds.cancel': rest } : {};
  return {
    answer: undefined,
    patch: { state: 'cancelled', ...refunds, dueAt: events.length > 0 ? dueAt : null },
  };
}

/** A webhook that was not taken is sent again after this, in ms. */
const RESEND = 2000;

/** What a worker is to send now; nobody else sends it meanwhile. A late outcome happens here. */
export function fallDue(entry: Readonly<LedgerEntry>, now: Date): Decision<SandboxEvent[]> {
  const { dueAt } = entry;
  if (dueAt === null || dueAt > now) return { answer: [] };
  const { events, ...outcome } = lateOutcome(entry);
  return { answer: events, patch: { ...outcome, events, dueAt: events.length > 0 ? new Date(+now + RESEND) : null } };
}

/** What became of a payment that was pending, and the webhook that tells of it. */
function lateOutcome(entry: Readonly<LedgerEntry>): Partial<LedgerEntry> & Pick<LedgerEntry, 'events'> {
  const { _id: key, state, amount, method, events } = entry;
  if (state !== 'pending' || !amount) return { events };
  if (method !== 'tok_late_decline') {
    return { state: 'captured', captured: amount.amount, events: [...events, capturedEvent(key, 1)] };
  }
  return { state: 'declined', events: [...events, { ...capturedEvent(key, 1), type: 'payment.failed' }] };
}

/** An event's copies have all been taken. */
export function delivered({ events, dueAt }: Readonly<LedgerEntry>, eventId: string): Decision<undefined> {
  const left = events.filter(({ id }) => id !== eventId);
  return { answer: undefined, patch: { events: left, dueAt: left.length > 0 ? dueAt : null } };
}

export function booked({ _id: id, state, amount, captured, refunded }: Readonly<LedgerEntry>): BookedCharge {
  return { id, state, currency: amount?.currency ?? null, amount: amount?.amount ?? 0, captured, refunded };
}

function captureAll(entry: Readonly<LedgerEntry>, { amount }: Money): Decision<Outcome> {
  const patch = { state: 'captured' as const, captured: amount };
  return { answer: outcomeOf({ ...entry, ...patch }), patch };
}

/** What a key came to, in the terms of the API. */
export function outcomeOf({ _id: key, state }: Pick<LedgerEntry, '_id' | 'state'>): Outcome {
  const reference = `sandbox_${key}`;
  switch (state) {
    case 'captured':
    case 'authorised':
      return { outcome: state, reference };
    case 'pending':
    case 'unseen':
      return { outcome: 'pending' };
    case 'declined':
      return { outcome: 'declined', reason: 'card_declined' };
    case 'cancelled':
      return { outcome: 'declined', reason: 'cancelled' };
    default:
      throw new Error(`unknown state ${state satisfies never}`);
  }
}

/** As Stripe does: a key stands for one payment, and never quietly for another. */
function refuseOther({ _id: key, amount }: Readonly<LedgerEntry>, asked: Money): void {
  if (amount && (amount.amount !== asked.amount || amount.currency !== asked.currency)) {
    throw new Error(`${key} was used for ${amount.amount} ${amount.currency} before`);
  }
}

const capturedEvent = (key: string, copies: number): SandboxEvent => ({
  id: `evt_${key}`,
  type: 'payment.captured',
  copies,
});
