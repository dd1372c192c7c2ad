import type { RetryFields } from '../../../../../mixins/due-work/queue.ts';
import type { Money } from '../../../../shared/money.ts';
import type { TestToken } from './sandbox-tokens.ts';

/** An entry of the sandbox's ledger: the charge under an idempotency key. */
export interface LedgerEntry extends RetryFields {
  /** The idempotency key. */
  _id: string;
  rev: number;
  /** `unseen`: the first request was lost before it arrived; the next one is charged. `challenge`: the customer has to act. */
  state: 'unseen' | 'pending' | 'challenge' | 'authorised' | 'captured' | 'declined' | 'cancelled';
  /** Absent, like `method`, for a key that was cancelled before it was used. */
  amount?: Money;
  method?: TestToken;
  /** The page where the customer acts, and the one they come back to. */
  page?: ChallengePage;
  /** In minor units. */
  captured: number;
  /** The sum of `refunds`, never above `captured`. */
  refunded: number;
  /** Minor units by the refund's key. */
  refunds: Record<string, number>;
  /** Refunds that the bank has returned, which are no longer in `refunds`; minor units by key. */
  returned?: Record<string, number>;
  /** The cardholder's chargeback; its amount in minor units. */
  dispute?: { state: 'open' | 'won' | 'lost'; amount: number };
  /** The reason of a decline. */
  reason?: string;
  /** Bank events in the future. */
  happenings?: BankEvent[];
  /** Webhooks to be sent. */
  events: SandboxEvent[];
  /** The time of the next bank event or webhook; null if there is none. */
  dueAt: Date | null;
  at: Date;
}

export interface ChallengePage {
  url: string;
  returnUrl: string;
}

/** A webhook's event, and the number of times that it is sent. */
export interface SandboxEvent {
  id: string;
  type:
    | 'payment.captured'
    | 'payment.authorised'
    | 'payment.failed'
    | 'charge.refunded'
    | 'refund.failed'
    | 'dispute.created'
    | 'dispute.closed';
  copies: number;
}

/** A later event of a charge, caused by the bank or in the provider's dashboard. */
export type BankEvent =
  | { what: 'capture' | 'decline' | 'refund-elsewhere' | 'dispute' | 'win-dispute' | 'lose-dispute'; at: Date }
  | { what: 'return-refund'; key: string; at: Date };
