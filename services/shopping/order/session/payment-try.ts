import type { PaymentAction } from '../../payment/payment-provider.ts';

/** A try to pay an order, by one method at one provider. At most one is not FAILED or CAPTURED: the newest. */
export interface PaymentTry {
  /** Its idempotency key at the provider: see payment-key.ts. */
  key: string;
  provider: string;
  /** The provider's token of the card or account. */
  method: string;
  /**
   * `OPEN`: the provider is asked for it. `FAILED`: the provider has declined or cancelled it. `ENDING`: another try waits
   * until the provider has cancelled this one. `CAPTURED`: the order is paid by it.
   */
  state: 'OPEN' | 'FAILED' | 'ENDING' | 'CAPTURED';
  /** The provider's id of the charge, once the customer has something to do. */
  reference?: string;
  /** What the customer has to do. */
  action?: PaymentAction;
  /** The customer was answered before it had an outcome, so they are told of a decline by mail. */
  isAnsweredPending?: boolean;
  /** Why it has failed: the provider's code. */
  reason?: string;
  /** The request for this try. Absent on the first one, which comes with the order. */
  request?: TryRequest;
  /** The try that follows this one. Present while it is ENDING. */
  next?: NextTry;
  at: Date;
}

/** A client's request for another try. */
interface TryRequest {
  idemKey: string;
  /** Hash of the request; see `fingerprintOf`. */
  fingerprint: string;
}

export interface NextTry {
  provider: string;
  method: string;
  /** How long the order can be paid by this try, in ms; for methods with a time of their own. */
  paymentTime?: number;
  request: TryRequest;
}
