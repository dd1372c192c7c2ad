import { setTimeout as sleep } from 'node:timers/promises';
import type { Result } from '../../../lib/contract/contract.ts';
import { errors } from '../../shared/problems.ts';
import { couponRefused } from '../coupon/coupon.ts';
import type { Order } from './order.ts';
import type { Rejection } from './order-state.ts';
import type { OrderStore } from './order-store.ts';
import { orderView } from './order-view.ts';
import { awaitsCustomer } from './session/payment-tries.ts';

/**
 * The response to a request for an order. The first request and each repetition with its key get the same one, also
 * when the order has changed since (draft-ietf-httpapi-idempotency-key-header).
 * @throws the order's rejection; request-in-progress before there is an outcome; idempotency-key-reused for another
 * body
 */
export function responseOf(order: Order, fingerprint: string): Result<'order.place'> {
  if (order.fingerprint !== fingerprint) throw errors.idempotencyKeyReused();
  if (order.rejection) throw rejectionProblem(order.rejection);
  if (awaitsCustomer(order)) return orderView(order);
  if (!order.payment) throw errors.requestInProgress();
  const paid = order.history.findIndex(({ status }) => status === 'PAID');
  const history = order.history.slice(0, paid + 1);
  return orderView({ ...order, state: 'PAID', history, shipment: null, refunds: [], returns: [] });
}

const POLL_INTERVAL_MS = 50;

/**
 * The response to a repeated request. It waits for the response to the first one, at most for `timeoutMs`.
 * @throws as `responseOf`
 */
export async function awaitFirstResponse(
  order: Order,
  fingerprint: string,
  orders: Pick<OrderStore, 'get'>,
  timeoutMs: number,
): Promise<Result<'order.place'>> {
  let current = order;
  for (
    let waited = 0;
    hasNoOutcome(current) && current.fingerprint === fingerprint && waited < timeoutMs;
    waited += POLL_INTERVAL_MS
  ) {
    await sleep(POLL_INTERVAL_MS);
    current = (await orders.get(order._id)) ?? current;
  }
  return responseOf(current, fingerprint);
}

const hasNoOutcome = (order: Order) =>
  (order.state === 'PENDING' && !awaitsCustomer(order)) || order.state === 'REJECTING';

/** The problem that tells the client of a rejection. */
function rejectionProblem(rejection: Rejection): Error {
  switch (rejection.code) {
    case 'out-of-stock':
      return errors.outOfStock(rejection.items);
    case 'coupon-refused':
      return couponRefused(rejection.coupon, rejection.reason);
    case 'payment-declined':
      return errors.paymentDeclined(rejection.reason);
    case 'order-expired':
      return errors.orderExpired();
    case 'order-cancelled':
      return errors.orderCancelled();
    default:
      throw new Error(`unknown rejection ${rejection satisfies never}`);
  }
}
