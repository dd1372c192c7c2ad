import { errors } from '../../../shared/problems.ts';
import { type Order, resumeAt } from '../order.ts';
import { type OrderDecision, updateOrder } from '../order-change.ts';
import { expiryOf, lastTryOf, triesOf, withLastTry } from './payment-tries.ts';
import type { NextTry } from './payment-try.ts';

/** One order does not become a place to find out which of many cards work. */
const MAX_TRIES = 20;

/** The request of this key for another try, if the order has it. */
const requestOf = (order: Readonly<Order>, idemKey: string) =>
  triesOf(order)
    .flatMap(({ request, next }) => [request, next?.request])
    .find((request) => request?.idemKey === idemKey);

/**
 * Whether an order has the request for another try already.
 * @throws idempotency-key-reused when the key was sent with another request
 */
export function isKnownTry(order: Readonly<Order>, { idemKey, fingerprint }: NextTry['request']): boolean {
  const known = requestOf(order, idemKey);
  if (known && known.fingerprint !== fingerprint) throw errors.idempotencyKeyReused();
  return known !== undefined;
}

/**
 * Asks for another try to pay a pending order. It is opened once the provider has cancelled the one before, so that an order
 * is never paid by two. A repetition changes nothing.
 * @throws wrong-state; request-in-progress while another one is waited for; idempotency-key-reused
 */
export function requestTry(order: Readonly<Order>, next: NextTry, now: Date): OrderDecision {
  if (isKnownTry(order, next.request)) return { answer: order };
  if (order.state !== 'PENDING') {
    throw errors.wrongState(order.state, `An order that is ${order.state} cannot be paid by another method.`);
  }
  if (now >= expiryOf(order)) throw errors.wrongState(order.state, 'The time to pay the order is over.');
  if (triesOf(order).length >= MAX_TRIES) {
    throw errors.wrongState(order.state, `The order was tried to be paid ${MAX_TRIES} times.`);
  }
  if (lastTryOf(order).state === 'ENDING') throw errors.requestInProgress();
  return updateOrder(order, { ...withLastTry(order, { state: 'ENDING', next }), nextAt: resumeAt(now) });
}
