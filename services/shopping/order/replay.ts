import { setTimeout as sleep } from 'node:timers/promises';
import type { Result } from '../../../lib/contract/contract.ts';
import type { Store } from '../../../mixins/store/store.ts';
import { errors } from '../../shared/problems.ts';
import type { Order } from './order.ts';
import type { Rejection } from './order-state.ts';
import { orderView } from './order-view.ts';

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
  const history = order.history.slice(0, paid + 1);
  return orderView({ ...order, state: 'PAID', history, shipment: null, refunds: [], returns: [] });
}

/** Between two looks at an order, in ms. */
const PAUSE = 50;

/**
 * The answer to a repeated request, which waits up to `patience` ms for the first one to have its own.
 * @throws as `answerOf`
 */
export async function repeated(order: Order, fingerprint: string, store: Pick<Store<Order>, 'get'>, patience: number) {
  let current = order;
  for (let waited = 0; isOpen(current) && current.fingerprint === fingerprint && waited < patience; waited += PAUSE) {
    await sleep(PAUSE);
    current = (await store.get(order._id)) ?? current;
  }
  return answerOf(current, fingerprint);
}

const isOpen = ({ state }: Order) => state === 'PENDING' || state === 'REJECTING';

function rejectionProblem(rejection: Rejection): Error {
  switch (rejection.code) {
    case 'out-of-stock':
      return errors.outOfStock(rejection.items);
    case 'coupon-refused':
      return errors.couponRefused(rejection.coupon, rejection.reason, `The coupon ${rejection.coupon} is used up.`);
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
