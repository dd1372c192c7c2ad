import type { Self } from '../../../lib/contract/mixin.ts';
import type { CursorPage } from '../../../lib/contract/page.ts';
import type { Decision } from '../../../mixins/store/changes.ts';
import { NEWEST_FIRST } from '../../../mixins/store/pages.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { Worker } from '../../../mixins/worker.ts';
import { errors } from '../../shared/problems.ts';
import type { Order } from './order.ts';
import { isSkipped } from './saga/order-steps.ts';
import { place } from './saga/placement.ts';
import { driveOn, finish } from './saga/recovery.ts';
import { reconcileOrder } from './saga/settlement.ts';
import { type Shop, tell } from './saga/shop.ts';
import { cancelCharge } from './saga/steps/payment.ts';

/** The `order` service, as its handlers see it. */
export type OrderService = Self<{ store: Store<Order>; worker: Worker }>;

export const shopOf = ({ store, broker }: OrderService): Shop => ({ store, rpc: broker });

/** Logs that an order could not be driven on; recovery tries again. */
export const failing =
  ({ logger }: OrderService) =>
  (error: unknown, { _id }: Order) =>
    logger.warn(`${_id} could not be driven on, will be tried again`, error);

/** Any order. @throws not-found */
export async function found({ store }: OrderService, id: string): Promise<Order> {
  const order = await store.get(id);
  if (!order) throw errors.notFound('This order');
  return order;
}

/** One of a customer's orders. @throws not-found, also for another customer's */
export async function own({ store }: OrderService, id: string, customerId: string): Promise<Order> {
  const order = await store.findOne({ _id: id, customerId });
  if (!order) throw errors.notFound('This order');
  return order;
}

/** A customer's orders, newest first. */
export function ordersOf(
  { store }: OrderService,
  customerId: string,
  { limit, cursor }: { limit?: number | undefined; cursor?: string | undefined },
): Promise<CursorPage<Order>> {
  return store.page({ customerId }, { limit, cursor, order: NEWEST_FIRST });
}

/**
 * Changes an order by a decision of the domain and does what it calls for elsewhere. The answer does not wait for
 * that: it will be done, by this process or by another.
 * @throws not-found, and what `decide` throws
 */
export async function command(
  orders: OrderService,
  id: string,
  decide: (order: Readonly<Order>, now: Date) => Decision<Order>,
): Promise<Order> {
  await found(orders, id);
  const order = await orders.store.change(id, decide);
  const shop = shopOf(orders);
  tell(order, shop.rpc);
  if (order.nextAt !== null) orders.worker.background(finish(order, shop, failing(orders)));
  return order;
}

/** Places a new order. Resolves to it once its customer has an answer; what follows is done in the background. */
export function beginPlacing(orders: OrderService, order: Order): Promise<Order> {
  const shop = shopOf(orders);
  const placing = place(order, shop);
  orders.worker.background(
    placing.then(
      (placed) => finish(placed, shop, failing(orders)),
      () => finish(order, shop, failing(orders)),
    ),
  );
  return placing;
}

/** Drives an order on and waits for it. @throws why it goes no further */
export async function resume(orders: OrderService, orderId: string): Promise<void> {
  const order = await orders.store.get(orderId);
  // Without a nextAt there is nothing to wait for: the word came late.
  if (order && order.nextAt !== null) await driveOn(order, shopOf(orders));
  // Staff has ended it without knowing what became of its charge, of which there is news now.
  if (order?.state === 'REJECTED' && isSkipped(order, 'void')) await cancelCharge(order, orders.broker);
}

/**
 * Makes an order agree with the payment provider's books; what that calls for is done in the background. An order that
 * is not paid yet is driven on first: the news can be faster than the answer to its charge.
 */
export async function reconcileNow(
  orders: OrderService,
  { orderId, reference }: { orderId?: string | undefined; reference?: string | undefined },
): Promise<void> {
  const known = orderId ? await orders.store.get(orderId) : null;
  const order = known ?? (reference ? await orders.store.findOne({ 'payment.reference': reference }) : null);
  if (!order) return;
  if (!order.payment) await resume(orders, order._id);
  const shop = shopOf(orders);
  const current = await reconcileOrder(await found(orders, order._id), shop);
  if (current.nextAt !== null) orders.worker.background(finish(current, shop, failing(orders)));
}
