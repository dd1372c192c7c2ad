import type { Order, OrderFields } from '../order.ts';
import type { PaymentTry } from './payment-try.ts';

type TryFields = Pick<Order, '_id' | 'paymentMethod' | 'createdAt' | 'tries' | 'state'>;

/** The tries of an order. One from before there were several has one. */
export function triesOf({ _id: key, paymentMethod: method, createdAt: at, tries, state }: Readonly<TryFields>) {
  const isOver = state === 'REJECTED' ? 'FAILED' : 'CAPTURED';
  const isOpen = state === 'PENDING' || state === 'REJECTING';
  const first: PaymentTry = { key, provider: '', method, state: isOpen ? 'OPEN' : isOver, at };
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
