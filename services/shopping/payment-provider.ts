import type { Money } from '../../lib/money.ts';

/** How an attempt to charge ended. Anything but these two is thrown: the outcome is unknown, ask again. */
export type Charge = { outcome: 'captured'; reference: string } | { outcome: 'declined'; reason: string };

/**
 * What the shop needs of a payment provider. Every command carries an idempotency key; the provider remembers the
 * outcome under it, in its own books.
 */
export interface PaymentProvider {
  readonly name: string;
  /** Authorises and captures; with a known key it answers as it did the first time. */
  charge(key: string, amount: Money): Promise<Charge>;
  /** What became of a key; `undefined`: nothing reached the provider. */
  find(key: string): Promise<Charge | undefined>;
  /** Refunds what was captured under the key and declines any later charge with it. Again: changes nothing. */
  cancel(key: string): Promise<void>;
}
