import type { Rpc } from '../../../lib/contract/contract.ts';
import type { Money } from '../../shared/money.ts';

/** What the customer has to do before the charge can go on: 3-D Secure, a page of a bank, a wallet. */
export type PaymentAction =
  /** The browser goes to the address, and comes back to the `returnUrl` of the request. */
  | { type: 'redirect'; url: string }
  /** Stripe.js handles the next action of the PaymentIntent. */
  | { type: 'stripe'; clientSecret: string; publishableKey: string }
  /** The customer transfers the missing amount to the shop's bank account. */
  | TransferInstructions;

interface TransferInstructions {
  type: 'transfer';
  iban: string;
  bic?: string | undefined;
  holder: string;
  /** Goes into the transfer: the order's number. */
  reference: string;
  /** The total of the order, the part that has come, and the part that is to be paid yet. */
  amount: Money;
  received: Money;
  missing: Money;
}

/** The outcome of a charge. An unknown outcome is thrown: call it again. */
export type ChargeOutcome =
  /** `dueAt`: the goods go out on credit, and the customer has to pay until then (ISO 8601). */
  | { outcome: 'captured'; reference: string; dueAt?: string | undefined }
  /** The money is reserved; `capture` takes it. */
  | { outcome: 'authorised'; reference: string }
  | { outcome: 'declined'; reason: string }
  /** The provider decides later, and sends a webhook then. */
  | { outcome: 'pending' }
  /** The customer has to act. `find` tells what became of it; a key that waits can be cancelled. */
  | { outcome: 'requires-action'; reference: string; action: PaymentAction };

/** `unknown`: the key was neither charged nor declined. */
export type LookupOutcome = ChargeOutcome | { outcome: 'unknown' };

/** The outcome of a refund. `refused` is final; its reason is the provider's code. */
export type RefundOutcome = { outcome: 'refunded' } | { outcome: 'refused'; reason: string };

/** `refused`: the charge `reference` was captured, and the provider will never refund it. */
export type CancelOutcome = { outcome: 'cancelled' } | { outcome: 'refused'; reason: string; reference: string };

/** The smallest and the largest amount that can be charged, in minor units. */
export interface AmountLimits {
  least: number;
  largest: number;
}

export interface ChargeRequest {
  amount: Money;
  /** The provider's id of the payment method: a token, a card. */
  method: string;
  /** The address that the customer comes back to from a redirect. */
  returnUrl: string;
  /**
   * `later`: the money is only reserved, and `deferredCapture` captures it. Methods that cannot be reserved are captured at
   * once. The default is `now`.
   */
  capture?: 'now' | 'later';
  /** The provider's id of the customer, for a saved payment method. */
  customer?: string;
}

export interface RefundCommand {
  /** The refund's own idempotency key. */
  key: string;
  /** The key that was charged. */
  of: string;
  /** The provider's id of the charge. */
  reference: string;
  /** The total of the charge. */
  captured: Money;
  amount: Money;
}

/** A refund in the provider's statement. */
export interface StatedRefund {
  /** The provider's id. */
  id: string;
  /** The refund's idempotency key; null for a refund that was made in the provider's dashboard. */
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

/** All refunds and disputes of a captured charge, also those that the shop did not cause. */
export interface Statement {
  refunds: StatedRefund[];
  disputes: StatedDispute[];
}

/**
 * An event from a webhook with a valid signature. It names the order (of whichever try), the provider's id of the charge, or neither if it is
 * about something else. `money`: a captured charge was refunded or disputed.
 */
export interface WebhookEvent {
  id: string;
  type: string;
  about: 'payment' | 'money';
  orderId?: string;
  reference?: string;
}

/** The money that is reserved under a key; amounts in minor units. */
export interface Authorisation {
  /** The provider's id of the charge. */
  reference: string;
  /** `open`: a part can still be captured. `released`: it was voided. `expired`: its time ran out before the capture. */
  state: 'open' | 'captured' | 'released' | 'expired';
  authorised: number;
  captured: number;
  /** What can still be captured. */
  capturable: number;
  /** When the provider releases what is not captured; null if it does not say. */
  captureBefore: Date | null;
  /** Otherwise the first capture is the only one, and releases the rest. */
  allowsSeveralCaptures: boolean;
}

export interface CaptureCommand {
  /** The capture's own idempotency key, at most 40 characters. */
  key: string;
  /** The key that was authorised. */
  of: string;
  /** The total of the authorisation. */
  authorised: Money;
  amount: Money;
  /** The rest of the authorisation is released with this capture. */
  isLast: boolean;
}

/** `refused` is final; its reason is the provider's code. */
export type CaptureOutcome = { outcome: 'captured' } | { outcome: 'refused'; reason: string };

/** Optional: captures that come after the charge, such as with each shipment. */
export interface DeferredCapture {
  /** The authorisation of a key; null if there is none. */
  find(key: string, authorised: Money): Promise<Authorisation | null>;
  /** Captures a part of an authorisation, once for each capture's key. */
  capture(command: CaptureCommand): Promise<CaptureOutcome>;
  /** Voids what is not captured, and answers with what is left. A repeated call changes nothing. */
  release(key: string, authorised: Money): Promise<Authorisation | null>;
}

/** A payment method that the provider keeps for a customer. The shop has no number of a card. */
export interface SavedMethod {
  /** The provider's id, which is the method of a charge. */
  id: string;
  /** `card`, or the provider's name of another kind. */
  type: string;
  /** The brand of a card, and the wallet that it is in. */
  brand: string | null;
  wallet: string | null;
  /** The last four digits of a card or an account. */
  last4: string | null;
  /** The last month in which a card can be charged. */
  expires: { month: number; year: number } | null;
}

interface SaveMethodRequest {
  /** The idempotency key. */
  key: string;
  /** The provider's id of the customer. */
  customer: string;
  /** The provider's id of the method, which the customer's browser has from the provider. */
  method: string;
  returnUrl: string;
}

/** `reference` is the provider's id, with which `find` tells what became of it. */
export type SaveMethodOutcome =
  | { outcome: 'saved'; method: SavedMethod }
  | { outcome: 'declined'; reason: string }
  | { outcome: 'pending'; reference: string }
  | { outcome: 'requires-action'; reference: string; action: PaymentAction };

/** Optional: payment methods that are kept at the provider, for the next orders of a customer. */
export interface SavedMethods {
  /** The provider's id for a customer of the shop: always the same one. */
  customerFor(customerId: string): Promise<string>;
  /** Saves a method, once for each key; the customer may have to act. */
  save(request: SaveMethodRequest): Promise<SaveMethodOutcome>;
  find(reference: string): Promise<SaveMethodOutcome>;
  list(customer: string): Promise<SavedMethod[]>;
  /** Removes a method of this customer; another customer's stays. A repeated call changes nothing. */
  remove(customer: string, method: string): Promise<void>;
  /** Erases the customer with all methods at the provider. A repeated call changes nothing. */
  erase(customer: string): Promise<void>;
}

/** A charge in the provider's ledger; amounts in minor units. */
export interface LedgerLine {
  id: string;
  state: string;
  /** Null for a key that was cancelled before it was used. */
  currency: string | null;
  amount: number;
  captured: number;
  refunded: number;
  /** The amount of lost disputes, which the bank took back. */
  chargedBack: number;
}

interface LedgerPage {
  items: LedgerLine[];
  next: string | null;
}

/** At most `limit` charges after an id. */
interface LedgerPageRequest {
  after?: string | undefined;
  limit?: number | undefined;
}

/**
 * The commands that the shop sends to a payment provider. Each has an idempotency key, that of a try to pay an order
 * (payment-key.ts); the provider keeps the outcome under the key, in its own ledger. A known key with another amount is an
 * error.
 *
 * A command ends in one of three ways: it is done, it is refused for good with a reason (`declined`, `refused`), or it throws
 * `unavailable` and is tried again. A refusal is never thrown, because every error is tried again.
 */
export interface PaymentProvider {
  /**
   * Reserves the money, or captures it at once if the provider can. Repeated, it answers with what became of the key: also
   * with the same action while the customer has not acted. `declined` is final: the customer cannot pay under this key any
   * more, not even in a browser that is still open.
   */
  authorise(key: string, payment: ChargeRequest): Promise<ChargeOutcome>;
  /** Captures an authorised charge. A repeated call changes nothing. */
  capture(key: string, amount: Money): Promise<ChargeOutcome>;
  /** Looks up the outcome of a key. */
  find(key: string, amount: Money): Promise<LookupOutcome>;
  /** Refunds a part of a charge, once for each refund's key. */
  refund(order: RefundCommand): Promise<RefundOutcome>;
  /** Voids or refunds a charge, and makes each later charge under its key fail. A repeated call changes nothing. */
  cancel(key: string, amount: Money): Promise<CancelOutcome>;
  /** The refunds and disputes of a charge; null if the provider has no such charge. */
  statement(charge: { key: string; reference: string; currency: string }): Promise<Statement | null>;
  /** Checks a webhook's body, as received, and reads its event. @throws invalid-signature, invalid-request */
  verify(body: string, signature: string): WebhookEvent;
  /** The provider's ledger by ascending key; `undefined` if it cannot be read. */
  ledgerPage(page: LedgerPageRequest): Promise<LedgerPage | undefined>;
  /** Absent: each charge is captured at once. */
  readonly deferredCapture?: DeferredCapture;
  /** Absent: the provider keeps no payment methods. */
  readonly savedMethods?: SavedMethods;
}

/** Makes the provider for a handler; the sandbox is called through the handler's context. */
export type ConnectProvider = (rpc: Rpc) => PaymentProvider | Promise<PaymentProvider>;
