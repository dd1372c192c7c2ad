import type { RetryFields } from '../../../../../mixins/due-work/queue.ts';
import type { Money } from '../../../../shared/money.ts';
import type { TestToken } from './sandbox-tokens.ts';

/** One line of the sandbox's books: what became of an idempotency key. */
export interface LedgerEntry extends RetryFields {
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
  /** Refunds that the bank has sent back, which are in `refunds` no more. */
  returned?: Record<string, number>;
  /** A cardholder wants the money back from the bank. */
  dispute?: { state: 'open' | 'won' | 'lost'; amount: number };
  /** Why it was declined. */
  reason?: string;
  /** What is still to come; absent when nothing is. */
  happenings?: Happening[];
  /** Webhooks that are still to be sent. */
  events: SandboxEvent[];
  /** When the sandbox's worker has something to do here. */
  dueAt: Date | null;
  at: Date;
}

/** A webhook, and how many times it is sent. */
export interface SandboxEvent {
  id: string;
  type:
    | 'payment.captured'
    | 'payment.failed'
    | 'charge.refunded'
    | 'refund.failed'
    | 'dispute.created'
    | 'dispute.closed';
  copies: number;
}

/** What the bank, or somebody on the sandbox's own pages, does to a charge some time after it was begun. */
export type Happening =
  | { what: 'capture' | 'decline' | 'refund-elsewhere' | 'dispute' | 'win-dispute' | 'lose-dispute'; at: Date }
  | { what: 'return-refund'; key: string; at: Date };
