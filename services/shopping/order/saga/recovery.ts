import { WAITING } from '../../../../mixins/due-work/process-due.ts';
import { type DueQueue, dueIn, recordFailure, recordWaiting } from '../../../../mixins/due-work/queue.ts';
import { afterReplay, RETRY_POLICY } from '../../../../mixins/due-work/schedule.ts';
import type { Decision } from '../../../../mixins/store/changes.ts';
import { ORDER_LEASE_MS, type Order, resumeAt } from '../order.ts';
import { recordWaitingForCustomer } from '../session/payment-session.ts';
import { awaitsCustomer } from '../session/payment-tries.ts';
import { failedStepOf } from './order-steps.ts';
import { driveToOutcome } from './placement.ts';
import type { SagaContext } from './saga-context.ts';
import { deliverOutbox, settleOrder } from './settlement.ts';

const orderFields = dueIn('nextAt');

/** Orders that are not settled. Customers wait for them, so the pauses are short, and a fault parks an order soon. */
const orderQueue: DueQueue<Order> = {
  name: 'orders',
  policy: { ...RETRY_POLICY, leaseMs: ORDER_LEASE_MS, firstPauseMs: 500, maxFaultPauseMs: 10_000, maxFailures: 10 },
  ...orderFields,
  write: (state, order) => ({ ...orderFields.write(state, order), lease: null }),
  onFailure: (cause) => ({ parkedStep: failedStepOf(cause) }),
};

/** The queue for the worker of a node, whose claims put its id into the lease. */
export const recoveryQueue = (owner: string): DueQueue<Order> => ({
  ...orderQueue,
  onClaim: (_, until) => ({ lease: { owner, until } }),
});

/** Processes an order. After a failure it is postponed: recovery retries it, on any node, with growing pauses. */
export async function processOrPostpone(
  order: Order,
  saga: SagaContext,
  onFailure: (error: unknown, order: Order) => void,
): Promise<void> {
  try {
    await processOrWait(order, saga);
  } catch (error) {
    onFailure(error, order);
    await saga.store.change(order._id, (latest, now) => postpone(latest, now, error));
  }
}

/**
 * Processes an order. If it has to wait for the payment provider, it is postponed.
 * @throws the error of a failed step
 */
export async function processOrWait(order: Order, saga: SagaContext): Promise<void> {
  if ((await processOrder(order, saga)) !== WAITING) return;
  await saga.store.change(order._id, (latest, now) => postpone(latest, now));
}

/**
 * Takes an order to its outcome and settles it. WAITING: the payment provider has no outcome yet. An order that waits for its
 * customer is due again when it expires, or when the provider has to be asked.
 * @throws the error of a failed step
 */
export async function processOrder(order: Order, saga: SagaContext): Promise<typeof WAITING | undefined> {
  const placed = await driveToOutcome(order, saga);
  if (awaitsCustomer(placed)) {
    const { errors } = placed.outbox.length > 0 ? await deliverOutbox(placed, saga) : { errors: [] };
    if (errors.length > 0) throw errors[0];
    await saga.store.change(placed._id, recordWaitingForCustomer);
    return undefined;
  }
  if (placed.state === 'PENDING') return WAITING;
  await settleOrder(placed, saga);
  return undefined;
}

/**
 * Sets the time of the next attempt. An order whose own failures are too many in a row is parked.
 * @param error absent if the order only waits for the payment provider
 */
export function postpone(order: Readonly<Order>, now: Date, error?: unknown): Decision<undefined> {
  return error === undefined ? recordWaiting(orderQueue, order, now) : recordFailure(orderQueue, order, error, now);
}

/** Makes a parked order due again; one that is not parked stays as it is. */
export function unpark(order: Readonly<Order>, now: Date): Decision<Order> {
  if (order.parkedAt === null) return { answer: order };
  // The caller processes the order at once. Workers wait for the length of a lease.
  const patch = orderQueue.write({ ...afterReplay(orderQueue.read(order), now), dueAt: resumeAt(now) }, order);
  return { answer: { ...order, ...patch }, patch };
}
