import type { Result, Rpc } from '../../../lib/contract/contract.ts';
import type { Pace } from '../../../lib/process/pace.ts';
import type { CheckoutTerms } from '../checkout/basket.ts';
import { awaitFirstResponse, responseOf } from './idempotent-response.ts';
import type { Order } from './order.ts';
import { logFailure, type OrderService, sagaContextOf, withinAnswerTime } from './order-commands.ts';
import { orderView } from './order-view.ts';
import { acceptOrder } from './saga/accept-order.ts';
import type { OrderRequest } from './saga/order-acceptance.ts';
import { driveToOutcome } from './saga/placement.ts';
import { processOrPostpone } from './saga/recovery.ts';
import { recordAnsweredPending } from './session/payment-session.ts';
import { awaitsCustomer } from './session/payment-tries.ts';

interface PlacedOrder {
  response: Result<'order.place'>;
  /** The order has no outcome yet. */
  isPending: boolean;
}

/**
 * Accepts an order and takes it to its outcome. If this process dies after the acceptance, recovery does the rest.
 * @throws the problems of `acceptOrder`, and the order's rejection
 */
export async function placeOrder(
  orders: OrderService,
  request: OrderRequest,
  terms: CheckoutTerms,
  { firstResponseTimeoutMs, settling }: { firstResponseTimeoutMs: number; settling: Pace },
  rpc: Rpc,
): Promise<PlacedOrder> {
  const { fingerprint } = request;
  const { order, isNew } = await acceptOrder(request, terms, orders.store, rpc);
  if (!isNew) {
    const response = await awaitFirstResponse(order, fingerprint, orders.store, firstResponseTimeoutMs);
    return { response, isPending: false };
  }
  const placed = await withinAnswerTime(beginPlacement(orders, order, settling));
  const hasAnswer = (one: Order) => one.state !== 'PENDING' || awaitsCustomer(one);
  const current = placed && hasAnswer(placed) ? placed : await orders.store.change(order._id, recordAnsweredPending);
  if (hasAnswer(current)) return { response: responseOf(current, fingerprint), isPending: false };
  return { response: orderView(order), isPending: true };
}

/** Resolves once the order has an outcome, or waits for its customer or the payment provider. The rest is done in the background, in groups. */
function beginPlacement(orders: OrderService, order: Order, settling: Pace): Promise<Order> {
  const saga = sagaContextOf(orders);
  const nextGroup = () => settling.turn(orders.worker.stopping);
  // Nobody follows an order before its customer knows it, so the announcement can wait for those of other orders.
  const placing = driveToOutcome(order, { ...saga, nextGroup });
  const settle = async () => {
    const placed = await placing.catch(() => order);
    await nextGroup();
    // The write that says so says when it is due.
    if (awaitsCustomer(placed)) return;
    await processOrPostpone(placed, saga, logFailure(orders));
  };
  orders.worker.background(settle());
  return placing;
}
