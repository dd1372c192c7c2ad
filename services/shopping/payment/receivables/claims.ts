import type { Decision } from '../../../../mixins/store/changes.ts';
import type { Money } from '../../../shared/money.ts';
import type { CancelOutcome, LedgerLine, RefundOutcome, Statement } from '../payment-provider.ts';
import {
  type Claim,
  claimOf,
  creditedOf,
  missingOf,
  type Receivable,
  type ReceivableProvider,
  receivablePatch,
  receivedOf,
} from './receivable.ts';

export interface ClaimRequest {
  key: string;
  provider: ReceivableProvider;
  amount: Money;
  /** When a claim on credit has to be paid. Absent: the goods wait for the money. */
  dueAt?: Date | undefined;
}

/** A claim with what has come for it; amounts in minor units. */
export interface ClaimState {
  state: Claim['state'];
  amount: number;
  received: number;
  missing: number;
  /** Until when the missing amount has to be paid; ISO 8601. */
  payableUntil?: string;
}

/** A receivable without claims. */
export const emptyReceivable = (orderId: string, now: Date): Omit<Receivable, 'rev'> => ({
  ...{ _id: orderId, currency: null, claims: [], bookings: [] },
  ...{ newsAt: null, payableUntil: null, surplusSince: null, at: now },
});

/** Opens a claim under its key. A known key stays as it is. @throws {Error} for another amount */
export function openClaim(receivable: Readonly<Receivable>, request: ClaimRequest, now: Date): Decision<ClaimState> {
  const { key, provider, amount, dueAt } = request;
  const known = claimOf(receivable, key);
  if (known) {
    refuseOtherAmount(receivable, known, amount);
    return { answer: claimState(receivable, known) };
  }
  if (receivable.currency !== null && receivable.currency !== amount.currency) {
    throw new Error(`${receivable._id} is in ${receivable.currency}, not in ${amount.currency}`);
  }
  const claim: Claim = dueAt
    ? { key, provider, state: 'captured', amount: amount.amount, captured: amount.amount, dueAt, at: now }
    : { key, provider, state: 'open', amount: amount.amount, captured: 0, at: now };
  const patch = {
    currency: amount.currency,
    // The order has the outcome as an answer. News are for the mail with the instructions.
    ...receivablePatch(receivable, { claims: [...receivable.claims, claim] }, now, dueAt === undefined),
  };
  const next = { ...receivable, ...patch };
  return { answer: claimState(next, claimOf(next, key) ?? claim), patch };
}

/** The state of a key; null for one that is unknown. @throws {Error} for another amount */
export function findClaim(receivable: Readonly<Receivable> | null, key: string, amount: Money): ClaimState | null {
  const claim = receivable && claimOf(receivable, key);
  if (!receivable || !claim) return null;
  refuseOtherAmount(receivable, claim, amount);
  return claimState(receivable, claim);
}

function claimState(receivable: Readonly<Receivable>, { state, amount }: Claim): ClaimState {
  const { payableUntil } = receivable;
  return {
    ...{ state, amount, received: receivedOf(receivable), missing: missingOf(receivable) },
    ...(payableUntil ? { payableUntil: payableUntil.toISOString() } : {}),
  };
}

/** A key stands for one amount. A cancelled one may have none. */
function refuseOtherAmount({ currency }: Readonly<Receivable>, claim: Claim, asked: Money): void {
  const isKeyAlone = claim.state === 'cancelled' && claim.amount === 0;
  if (!isKeyAlone && (claim.amount !== asked.amount || currency !== asked.currency)) {
    throw new Error(`${claim.key} was used for ${claim.amount} ${currency} before`);
  }
}

/** Credits a part of a captured claim, once for each refund's key. What was paid already becomes a surplus. */
export function creditClaim(
  receivable: Readonly<Receivable>,
  { key, of, amount }: { key: string; of: string; amount: Money },
  now: Date,
): Decision<RefundOutcome> {
  const { bookings, currency } = receivable;
  if (bookings.some((one) => one.kind === 'credit' && one.key === key)) return { answer: { outcome: 'refunded' } };
  const left = (claimOf(receivable, of)?.captured ?? 0) - creditedOf(receivable, of);
  if (amount.amount > left || amount.currency !== currency) {
    return { answer: { outcome: 'refused', reason: 'more_than_left' } };
  }
  const credit = { kind: 'credit', key, of, amount: amount.amount, at: now } as const;
  const patch = receivablePatch(receivable, { bookings: [...bookings, credit] }, now);
  return { answer: { outcome: 'refunded' }, patch };
}

/** Cancels a claim, also one that is not opened yet. What was paid for it becomes a surplus. */
export function cancelClaim(
  receivable: Readonly<Receivable>,
  { key, provider }: { key: string; provider: ReceivableProvider },
  now: Date,
): Decision<CancelOutcome> {
  const answer = { outcome: 'cancelled' } as const;
  const known = claimOf(receivable, key);
  if (known?.state === 'cancelled') return { answer };
  if (!known) {
    const claim: Claim = { key, provider, state: 'cancelled', amount: 0, captured: 0, at: now };
    return { answer, patch: receivablePatch(receivable, { claims: [...receivable.claims, claim] }, now, false) };
  }
  const rest = known.captured - creditedOf(receivable, key);
  const credit = { kind: 'credit', key: `cancel:${key}`, of: key, amount: rest, at: now } as const;
  const claims = receivable.claims.map((claim) =>
    claim.key === key ? { ...claim, state: 'cancelled' as const } : claim,
  );
  const bookings = rest > 0 ? [...receivable.bookings, credit] : receivable.bookings;
  return { answer, patch: receivablePatch(receivable, { claims, bookings }, now) };
}

/** The refunds of a claim; null if there is no such claim. */
export function claimStatement(receivable: Readonly<Receivable> | null, key: string): Statement | null {
  if (!receivable || !claimOf(receivable, key)) return null;
  const refunds = receivable.bookings.flatMap((one) =>
    one.kind === 'credit' && one.of === key
      ? [{ id: one.key, key: one.key, amount: one.amount, state: 'made' as const, reason: null }]
      : [],
  );
  return { refunds, disputes: [] };
}

/** A provider's claims as a line of its ledger; null when it has none. */
export function claimsLine(receivable: Readonly<Receivable>, provider: ReceivableProvider): LedgerLine | null {
  const claims = receivable.claims.filter((claim) => claim.provider === provider);
  const newest = claims.at(-1);
  if (!newest) return null;
  const sum = (amountOf: (claim: Claim) => number) => claims.reduce((total, claim) => total + amountOf(claim), 0);
  return {
    ...{ id: receivable._id, state: newest.state, currency: receivable.currency },
    ...{ amount: sum(({ amount }) => amount), captured: sum(({ captured }) => captured) },
    refunded: sum(({ key }) => creditedOf(receivable, key)),
    chargedBack: 0,
  };
}
