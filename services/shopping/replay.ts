import type { Result } from '../../lib/contract.ts';
import { errors } from '../../lib/errors.ts';
import { type Order, orderView } from './order.ts';
import type { Rejection } from './order-state.ts';

/**
 * The answer that a placement was, or would have been, given: the same for the first request and for every repetition
 * with its key, whatever has become of the order since (draft-ietf-httpapi-idempotency-key-header).
 * @throws the order's rejection; request-in-progress while nobody knows; idempotency-key-reused for another body.
 */
export function answerOf(order: Order, fingerprint: string): Result<'order.place'> {
  if (order.fingerprint !== fingerprint) throw errors.idempotencyKeyReused();
  if (order.rejection) throw rejectionProblem(order.rejection);
  const paid = order.history.findIndex(({ status }) => status === 'PAID');
  if (paid < 0) throw errors.requestInProgress();
  return orderView({ ...order, state: 'PAID', history: order.history.slice(0, paid + 1) });
}

function rejectionProblem(rejection: Rejection): Error {
  switch (rejection.code) {
    case 'out-of-stock':
      return errors.outOfStock(rejection.items);
    case 'payment-declined':
      return errors.paymentDeclined(rejection.reason);
    case 'order-expired':
      return errors.orderExpired();
    default:
      throw new Error(`unknown rejection ${rejection satisfies never}`);
  }
}
