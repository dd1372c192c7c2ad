import type { PaymentAction } from '../../payment/payment-provider.ts';
import type { Order, OrderFields } from '../order.ts';

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

type TryFields = Pick<OrderFields, '_id' | 'paymentMethod' | 'createdAt' | 'tries'>;

/** The tries of an order. One from before there were several has one. */
export function triesOf({ _id: key, paymentMethod: method, createdAt: at, tries }: Readonly<TryFields>) {
  const first: PaymentTry = { key, provider: '', method, state: 'OPEN', at };
  const [oldest = first, ...later] = tries ?? [];
  return [oldest, ...later] as const satisfies readonly PaymentTry[];
}

/** The newest try. */
export function lastTryOf(order: Readonly<TryFields>): PaymentTry {
  const tries = triesOf(order);
  return tries.at(-1) ?? tries[0];
}

/** The tries with other fields of the newest one. */
export function withLastTry(order: Readonly<TryFields>, fields: Partial<PaymentTry>): { tries: PaymentTry[] } {
  const { next: _, ...last } = lastTryOf(order);
  return { tries: [...triesOf(order).slice(0, -1), { ...last, ...fields }] };
}

/** Whether the order waits for its customer: to act, or to choose another method. */
export function awaitsCustomer(order: Readonly<Order>): boolean {
  const { state, action } = lastTryOf(order);
  return order.state === 'PENDING' && (state === 'FAILED' || (state === 'OPEN' && action !== undefined));
}

const DEFAULT_PAYMENT_TIME_MS = 30 * 60_000;

/** Until when the order can be paid. */
export const expiryOf = ({ expiresAt, createdAt }: Pick<OrderFields, 'expiresAt' | 'createdAt'>): Date =>
  expiresAt ?? new Date(+createdAt + DEFAULT_PAYMENT_TIME_MS);
