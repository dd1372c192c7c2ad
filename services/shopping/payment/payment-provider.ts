import type { Rpc } from '../../../lib/contract/contract.ts';
import type { Money } from '../../shared/money.ts';

/** What became of an attempt to charge. Anything else is thrown: the outcome is unknown, ask again. */
export type Outcome =
  | { outcome: 'captured'; reference: string }
  /** The money is set aside; `capture` takes it. */
  | { outcome: 'authorised'; reference: string }
  | { outcome: 'declined'; reason: string }
  /** The provider does not know yet; its webhook says when it does. */
  | { outcome: 'pending' };

/** `unknown`: nothing was charged under the key, and nothing refused. */
export type Found = Outcome | { outcome: 'unknown' };

/** What became of an attempt to refund. `refused`: it never will be made, for the reason in the provider's words. */
export type RefundOutcome = { outcome: 'refunded' } | { outcome: 'refused'; reason: string };

/** `refused`: the money was captured as `reference`, and the provider will never give it back. */
export type CancelOutcome = { outcome: 'cancelled' } | { outcome: 'refused'; reason: string; reference: string };

/** The smallest and the largest amount that can be charged, in minor units. */
export interface AmountLimits {
  least: number;
  largest: number;
}

export interface Payment {
  amount: Money;
  /** Where the money comes from, in the provider's words: a token, the id of a card. */
  method: string;
}

export interface RefundOrder {
  /** The refund's own idempotency key. */
  key: string;
  /** The key that was charged. */
  of: string;
  /** The charge, as the provider calls it. */
  reference: string;
  /** What was captured in all. */
  captured: Money;
  amount: Money;
}

/** A refund as the provider knows it. */
export interface StatedRefund {
  /** The provider's id. */
  id: string;
  /** The key it was made under; null when it was made on the provider's own pages. */
  key: string | null;
  /** In minor units. */
  amount: number;
  /** `failed`: the bank has sent the money back, or it never left. */
  state: 'made' | 'failed';
  /** Why it failed. */
  reason: string | null;
}

/** A chargeback: the cardholder has disputed the charge at the bank. */
export interface StatedDispute {
  id: string;
  /** In minor units. */
  amount: number;
  state: 'open' | 'won' | 'lost';
  reason: string;
}

/** All that happened to a charge after it was captured, whoever did it. */
export interface Statement {
  refunds: StatedRefund[];
  disputes: StatedDispute[];
}

/**
 * A webhook whose signature was right. It names the order, or the charge as the provider calls it; neither in events
 * that are not about an order. `money`: something happened to what was captured.
 */
export interface WebhookEvent {
  id: string;
  type: string;
  about: 'payment' | 'money';
  orderId?: string;
  reference?: string;
}

/** A line of a provider's books; amounts in minor units. */
export interface BookedCharge {
  id: string;
  state: string;
  /** Null on a key that was cancelled before it was used. */
  currency: string | null;
  amount: number;
  captured: number;
  refunded: number;
  /** Taken back by the bank: of disputes that were lost. */
  chargedBack: number;
}

interface Books {
  items: BookedCharge[];
  next: string | null;
}

/** Which charges: those after an id, at most `limit`. */
interface BooksPage {
  after?: string | undefined;
  limit?: number | undefined;
}

/**
 * What the shop needs of a payment provider. Every command carries an idempotency key, the order's id; the provider
 * remembers the outcome under it, in its own books. A key that comes again with another amount is an error.
 *
 * Each command ends in one of three ways: it was done, it was refused for good with a reason (`declined`, `refused`), or
 * it throws `unavailable`, and is tried again. A refusal is never thrown, as whoever throws is asked again.
 */
export interface PaymentProvider {
  /** Sets the money aside, and captures it at once where the provider can. */
  authorise(key: string, payment: Payment): Promise<Outcome>;
  /** Takes what was authorised. Again: changes nothing. */
  capture(key: string, amount: Money): Promise<Outcome>;
  /** What became of a key. */
  find(key: string, amount: Money): Promise<Found>;
  /** Gives money back, once for each refund's key. */
  refund(order: RefundOrder): Promise<RefundOutcome>;
  /** Voids or refunds all of a key, and makes any later use of it fail. Again, or of what was never charged: changes nothing. */
  cancel(key: string, amount: Money): Promise<CancelOutcome>;
  /** What happened to a charge since; null when the provider has no such charge. */
  statement(charge: { key: string; reference: string; currency: string }): Promise<Statement | null>;
  /** The event in a webhook's body, as it came. @throws invalid-signature */
  verify(body: string, signature: string): WebhookEvent;
  /** The provider's books by ascending key; `undefined` when it keeps them to itself. */
  books(page: BooksPage): Promise<Books | undefined>;
}

/** The provider for a caller of the shop's services. */
export type ConnectProvider = (rpc: Rpc) => PaymentProvider | Promise<PaymentProvider>;
