import { setTimeout as sleep } from 'node:timers/promises';
import type { Self } from '../../../lib/contract/mixin.ts';
import type { CursorPage } from '../../../lib/contract/page.ts';
import { NEWEST_FIRST } from '../../../mixins/store/pages.ts';
import type { Worker } from '../../../mixins/worker.ts';
import { errors } from '../../shared/problems.ts';
import { isPaid, type Order } from './order.ts';
import type { OrderCommand } from './order-change.ts';
import type { OrderStore } from './order-store.ts';
import { isSkipped } from './saga/order-steps.ts';
import { processOrPostpone, processOrWait } from './saga/recovery.ts';
import { announceChange, type SagaContext } from './saga/saga-context.ts';
import { reconcileOrder } from './saga/settlement.ts';
import { paymentStep } from './saga/steps/payment-step.ts';

/** `this` of the handlers of the order service. */
export type OrderService = Self<{ store: OrderStore; worker: Worker }>;

/** The saga's context in the order service. */
export const sagaContextOf = ({ store, broker }: OrderService): SagaContext => ({ store, rpc: broker });

/** Logs that processing an order has failed. Recovery retries it. */
export const logFailure =
  ({ logger }: OrderService) =>
  (error: unknown, { _id }: Order) =>
    logger.warn(`Processing order ${_id} failed and will be retried`, error);

/** How long a request waits for the outcome of its order. The order is driven on in any case. */
const OUTCOME_TIMEOUT_MS = 4000;

/** The order as far as it was driven while its request may wait; undefined when that failed or takes longer. */
export const withinAnswerTime = (driving: Promise<Order>): Promise<Order | undefined> =>
  Promise.race([driving.catch(() => undefined), sleep(OUTCOME_TIMEOUT_MS, undefined, { ref: false })]);

/** Any order. @throws not-found */
export async function getOrder({ store }: OrderService, id: string): Promise<Order> {
  const order = await store.get(id);
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
 * Changes an order by a decision of the domain. The work that follows, such as calls to other services, is done in the
 * background.
 * @throws not-found, and the problems of `decide`
 */
export async function changeOrder(orders: OrderService, id: string, decide: OrderCommand): Promise<Order> {
  await getOrder(orders, id);
  const order = await orders.store.change(id, decide);
  const saga = sagaContextOf(orders);
  announceChange(order, saga);
  if (order.nextAt !== null) orders.worker.background(processOrPostpone(order, saga, logFailure(orders)));
  return order;
}

/** Processes an order and waits for it. @throws the error of a failed step */
export async function resumeOrder(orders: OrderService, orderId: string): Promise<void> {
  const order = await orders.store.get(orderId);
  // An order without `nextAt` is settled, so the news came late.
  if (order && order.nextAt !== null) await processOrWait(order, sagaContextOf(orders));
  // Staff skipped the void, so the charge may still stand.
  if (order?.state === 'REJECTED' && isSkipped(order, 'void')) await paymentStep.cancel(order, orders.broker);
}

/**
 * Reconciles an order with the payment provider's statement. The work that follows is done in the background. An order
 * that is not paid is processed first, as a webhook can be faster than the response to the charge.
 */
export async function reconcileNow(
  orders: OrderService,
  { orderId, reference }: { orderId?: string | undefined; reference?: string | undefined },
): Promise<void> {
  const byId = orderId ? await orders.store.get(orderId) : null;
  const order = byId ?? (reference ? await orders.store.findOne({ 'payment.reference': reference }) : null);
  if (!order) return;
  if (!isPaid(order)) await resumeOrder(orders, order._id);
  const saga = sagaContextOf(orders);
  const current = await reconcileOrder(await getOrder(orders, order._id), saga);
  if (current.nextAt !== null) orders.worker.background(processOrPostpone(current, saga, logFailure(orders)));
}
