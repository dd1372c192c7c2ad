import type { RetryFields } from '../../../../mixins/due-work/queue.ts';

/** The providers whose money comes to the shop's own bank account, where staff books it. */
export const RECEIVABLE_PROVIDERS = ['transfer', 'invoice'] as const;
export type ReceivableProvider = (typeof RECEIVABLE_PROVIDERS)[number];

/**
 * What a customer owes for an order, and what has come for it. One account for an order: a transfer names the order, and counts
 * for whichever try is open by then.
 */
export interface Receivable extends RetryFields {
  /** The order's id. */
  _id: string;
  rev: number;
  /** Null while no claim has an amount: its key was cancelled before it was used. */
  currency: string | null;
  /** One for each try to pay the order by one of these providers, the newest last. */
  claims: Claim[];
  /** In the order of booking. Entries are only added. */
  bookings: Booking[];
  /** When the order is told of a change, until it has acknowledged that; null when it knows. */
  newsAt: Date | null;
  /** Until when the missing amount has to be paid. Null: nothing is missing, or the goods wait for the money. */
  payableUntil: Date | null;
  /** Since when money has to be sent back; null when there is none. */
  surplusSince: Date | null;
  at: Date;
}

/** The claim of a try to pay an order. */
export interface Claim {
  /** The idempotency key of the try. */
  key: string;
  provider: ReceivableProvider;
  /** `open`: the goods wait for the money. `captured`: the order is paid, or goes out on credit. */
  state: 'open' | 'captured' | 'cancelled';
  /** In minor units; zero for a key that was cancelled before it was used. */
  amount: number;
  /** In minor units; zero unless it was captured. */
  captured: number;
  /** When a claim on credit has to be paid. */
  dueAt?: Date;
  at: Date;
}

export type Booking = MoneyBooking | CreditBooking;

/** Money on the shop's bank account: a `receipt` came in, a `payout` was sent back. */
export interface MoneyBooking {
  kind: 'receipt' | 'payout';
  /** The Idempotency-Key of staff's request; unique in a receivable. */
  key: string;
  /** Hash of the request. */
  fingerprint: string;
  /** In minor units. */
  amount: number;
  /** The value date, as `2026-12-24`. */
  date: string;
  /** The bank's reference of the transaction. */
  bankReference: string;
  /** The id of the member of staff. */
  by: string;
  at: Date;
}

/** A part of a claim that the customer does not owe any more. */
interface CreditBooking {
  kind: 'credit';
  /** The refund's key; `cancel:<key>` for the rest of a cancelled claim. Unique in a receivable. */
  key: string;
  /** The key of the claim. */
  of: string;
  /** In minor units. */
  amount: number;
  at: Date;
}

export type BookedReceivable = Pick<Receivable, 'claims' | 'bookings'>;

const sumOf = (bookings: readonly Booking[], isCounted: (one: Booking) => boolean): number =>
  bookings.filter(isCounted).reduce((sum, { amount }) => sum + amount, 0);

/** The credits of a claim, in minor units. */
export const creditedOf = ({ bookings }: Pick<Receivable, 'bookings'>, claimKey: string): number =>
  sumOf(bookings, (one) => one.kind === 'credit' && one.of === claimKey);

/** The received amount, less what was sent back, in minor units. */
export const receivedOf = ({ bookings }: Pick<Receivable, 'bookings'>): number =>
  sumOf(bookings, ({ kind }) => kind === 'receipt') - sumOf(bookings, ({ kind }) => kind === 'payout');

/** What the customer owes (positive), or the shop (negative), in minor units. */
function balanceOf({ claims, bookings }: Readonly<BookedReceivable>): number {
  const owed = claims.map(({ key, state, amount }) =>
    state === 'cancelled' ? 0 : amount - creditedOf({ bookings }, key),
  );
  return owed.reduce((sum, amount) => sum + amount, 0) - receivedOf({ bookings });
}

/** The amount that is to be paid yet, in minor units. */
export const missingOf = (receivable: Readonly<BookedReceivable>): number => Math.max(0, balanceOf(receivable));

/** The amount that is to be sent back, in minor units. */
export const surplusOf = (receivable: Readonly<BookedReceivable>): number => Math.max(0, 0 - balanceOf(receivable));

export const claimOf = ({ claims }: Pick<Receivable, 'claims'>, key: string): Claim | undefined =>
  claims.find((claim) => claim.key === key);

/** When the order is told of a change, unless the process that has made it does so before. */
const NEWS_DELAY_MS = 2000;

/**
 * The patch of changed claims and bookings. An open claim is captured once nothing is missing.
 * @param hasNews whether the order has to know
 */
export function receivablePatch(
  receivable: Readonly<Receivable>,
  changed: Partial<BookedReceivable>,
  now: Date,
  hasNews = true,
) {
  const next = { claims: receivable.claims, bookings: receivable.bookings, ...changed };
  const isCovered = missingOf(next) === 0;
  const claims = next.claims.map((claim) =>
    claim.state === 'open' && isCovered ? { ...claim, state: 'captured' as const, captured: claim.amount } : claim,
  );
  const dueTimes = claims.flatMap(({ state, dueAt }) => (state === 'captured' && dueAt ? [+dueAt] : []));
  return {
    claims,
    ...(changed.bookings ? { bookings: changed.bookings } : {}),
    payableUntil: isCovered || dueTimes.length === 0 ? null : new Date(Math.min(...dueTimes)),
    surplusSince: surplusOf({ ...next, claims }) > 0 ? (receivable.surplusSince ?? now) : null,
    ...(hasNews ? { newsAt: new Date(+now + NEWS_DELAY_MS) } : {}),
  };
}
