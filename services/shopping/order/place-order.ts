import { setTimeout as sleep } from 'node:timers/promises';
import type { Result, Rpc } from '../../../lib/contract/contract.ts';
import type { PriceBook } from '../checkout/pricing/rules.ts';
import { awaitFirstResponse, responseOf } from './idempotent-response.ts';
import type { Order } from './order.ts';
import { logFailure, type OrderService, shopOf } from './order-commands.ts';
import { orderView } from './order-view.ts';
import type { Pace } from './pace.ts';
import { acceptOrder } from './saga/accept-order.ts';
import { answerPending, type OrderRequest } from './saga/order-acceptance.ts';
import { place } from './saga/placement.ts';
import { finish } from './saga/recovery.ts';

interface PlacedOrder {
  response: Result<'order.place'>;
  /** The order has no outcome yet. */
  isPending: boolean;
}

/** How long a customer waits for the outcome of an order. The order goes on without them. */
const OUTCOME_TIMEOUT_MS = 4000;

/**
 * Accepts an order and drives it to its outcome. Once it is accepted it comes to its end, by this process or another.
 * @throws what `acceptOrder` throws, and the order's rejection
 */
export async function placeOrder(
  orders: OrderService,
  request: OrderRequest,
  book: PriceBook,
  { firstResponseTimeoutMs, settling }: { firstResponseTimeoutMs: number; settling: Pace },
  rpc: Rpc,
): Promise<PlacedOrder> {
  const { fingerprint } = request;
  const { order, isNew } = await acceptOrder(request, book, orders.store, rpc);
  if (!isNew) {
    const response = await awaitFirstResponse(order, fingerprint, orders.store, firstResponseTimeoutMs);
    return { response, isPending: false };
  }
  const placing = beginPlacement(orders, order, settling).catch(() => undefined);
  const placed = await Promise.race([placing, sleep(OUTCOME_TIMEOUT_MS, undefined, { ref: false })]);
  const current = placed && placed.state !== 'PENDING' ? placed : await orders.store.change(order._id, answerPending);
  if (current.state !== 'PENDING') return { response: responseOf(current, fingerprint), isPending: false };
  return { response: orderView(order), isPending: true };
}

/** Resolves once the order has an outcome, or waits for the provider. What follows is done in the background, in groups. */
function beginPlacement(orders: OrderService, order: Order, settling: Pace): Promise<Order> {
  const shop = shopOf(orders);
  const placing = place(order, shop);
  const follow = async () => {
    const placed = await placing.catch(() => order);
    await settling.turn(orders.worker.stopping);
    await finish(placed, shop, logFailure(orders));
  };
  orders.worker.background(follow());
  return placing;
}
