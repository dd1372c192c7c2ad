import type { Order } from '../order.ts';
import { getOrder, logFailure, type OrderService, sagaContextOf, withinAnswerTime } from '../order-commands.ts';
import { driveToOutcome } from '../saga/placement.ts';
import { processOrPostpone } from '../saga/recovery.ts';
import type { SagaContext } from '../saga/saga-context.ts';
import { recordAnsweredPending } from './payment-session.ts';
import { awaitsCustomer } from './payment-tries.ts';
import type { NextTry } from './payment-try.ts';
import { isKnownTry, requestTry } from './retry-payment.ts';

/**
 * Asks the payment provider what became of a pending order, and drives it on. What follows its outcome is done in the
 * background.
 * @returns the order as far as it came
 */
export async function driveNow(orders: OrderService, order: Order): Promise<Order> {
  if (order.state !== 'PENDING' || order.nextAt === null) return order;
  const saga: SagaContext = sagaContextOf(orders);
  const driving = driveToOutcome(order, saga);
  const settle = async () => {
    const driven = await driving;
    if (driven.state !== 'PENDING') await processOrPostpone(driven, saga, logFailure(orders));
  };
  // Recovery takes up an order that has failed here.
  orders.worker.background(settle().catch((error) => logFailure(orders)(error, order)));
  return (await withinAnswerTime(driving)) ?? getOrder(orders, order._id);
}

/**
 * Pays a pending order by another method. What the provider knows of the try before comes first, as it may have paid the
 * order.
 * @throws the problems of `requestTry`
 */
export async function payAgain(orders: OrderService, order: Order, next: NextTry): Promise<Order> {
  if (!isKnownTry(order, next.request)) await driveNow(orders, order);
  const asked = await orders.store.change(order._id, (latest, now) => requestTry(latest, next, now));
  const driven = await driveNow(orders, asked);
  const isOpen = driven.state === 'PENDING' && !awaitsCustomer(driven);
  return isOpen ? orders.store.change(order._id, recordAnsweredPending) : driven;
}
