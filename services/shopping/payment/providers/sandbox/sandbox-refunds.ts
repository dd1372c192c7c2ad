import type { Decision } from '../../../../../mixins/store/changes.ts';
import type { Money } from '../../../../shared/money.ts';
import type { CancelOutcome, RefundOutcome, Statement } from '../../payment-provider.ts';
import { BANK_DELAY_MS } from './bank-events.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import { referenceOf } from './sandbox-ledger.ts';

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
