import type { Money } from '../../lib/money.ts';

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

/** A webhook whose signature was right. `orderId` is absent in events that are not about an order. */
export interface WebhookEvent {
  id: string;
  type: string;
  orderId?: string;
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
}

export interface Books {
  items: BookedCharge[];
  next: string | null;
}

/** Which charges: those after an id, at most `limit`. */
export interface BooksPage {
  after?: string | undefined;
  limit?: number | undefined;
}

/**
 * What the shop needs of a payment provider. Every command carries an idempotency key, the order's id; the provider
 * remembers the outcome under it, in its own books. A key that comes again with another amount is an error.
 */
export interface PaymentProvider {
  readonly name: 'sandbox' | 'stripe';
  /** Sets the money aside, and captures it at once where the provider can. */
  authorise(key: string, payment: Payment): Promise<Outcome>;
  /** Takes what was authorised. Again: changes nothing. */
  capture(key: string, amount: Money): Promise<Outcome>;
  /** What became of a key. */
  find(key: string, amount: Money): Promise<Found>;
  /** Gives money back, once for each refund's key. @throws refund-too-high when less than that is left */
  refund(order: RefundOrder): Promise<void>;
  /** Voids or refunds all of a key, and makes any later use of it fail. Again: changes nothing. */
  cancel(key: string, amount: Money): Promise<void>;
  /** The event in a webhook's body, as it came. @throws invalid-signature */
  verify(body: string, signature: string): WebhookEvent;
  /** The provider's books by ascending key; `undefined` when it keeps them to itself. */
  books(page: BooksPage): Promise<Books | undefined>;
}
