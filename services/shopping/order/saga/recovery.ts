import { type DueQueue, dueIn, putOff, putOffWaiting } from '../../../../mixins/due-work/queue.ts';
import { RETRY_POLICY, replayed } from '../../../../mixins/due-work/schedule.ts';
import { WAITING } from '../../../../mixins/due-work/work-off.ts';
import type { Decision } from '../../../../mixins/store/changes.ts';
import { ORDER_LEASE_MS, type Order, resumeAt } from '../order.ts';
import { failedStepOf } from './order-steps.ts';
import { driveToOutcome } from './placement.ts';
import type { SagaContext } from './saga-context.ts';
import { settle } from './settlement.ts';

const orderFields = dueIn('nextAt');

/** Orders that are not at their end. Customers wait for them, so the pauses are short, and staff learns of a fault soon. */
const orderQueue: DueQueue<Order> = {
  name: 'orders',
  policy: { ...RETRY_POLICY, leaseMs: ORDER_LEASE_MS, firstPauseMs: 500, maxFaultPauseMs: 10_000, maxFailures: 10 },
  ...orderFields,
  write: (state, order) => ({ ...orderFields.write(state, order), lease: null }),
  onFailure: (cause) => ({ parkedStep: failedStepOf(cause) }),
};

/** The queue as one node works on it. */
export const recoveryQueue = (owner: string): DueQueue<Order> => ({
  ...orderQueue,
  onClaim: (_, until) => ({ lease: { owner, until } }),
});

/** Brings an order to its end. What fails is tried again, by whoever is there then, with growing pauses. */
export async function processOrPostpone(
  order: Order,
  saga: SagaContext,
  failed: (error: unknown, order: Order) => void,
): Promise<void> {
  try {
    await processOrWait(order, saga);
  } catch (error) {
    failed(error, order);
    await saga.store.change(order._id, (latest, now) => postpone(latest, now, error));
  }
}

/** Drives an order as far as it goes now. @throws why it goes no further, unless it only waits for the provider */
export async function processOrWait(order: Order, saga: SagaContext): Promise<void> {
  if ((await processOrder(order, saga)) !== WAITING) return;
  await saga.store.change(order._id, (latest, now) => postpone(latest, now));
}

/** Drives an order that was claimed as far as it goes now. WAITING: for the provider. @throws why it goes no further */
export async function processOrder(order: Order, saga: SagaContext): Promise<typeof WAITING | undefined> {
  const placed = await driveToOutcome(order, saga);
  if (placed.state === 'PENDING') return WAITING;
  await settle(placed, saga);
  return undefined;
}

/**
 * When an order is tried again; one that fails by itself too often in a row is parked.
 * @param error why it went no further; none if it only waits for the provider
 */
export function postpone(order: Readonly<Order>, now: Date, error?: unknown): Decision<undefined> {
  return error === undefined ? putOffWaiting(orderQueue, order, now) : putOff(orderQueue, order, error, now);
}

/** Takes a parked order up again; one that is not parked stays as it is. */
export function unpark(order: Readonly<Order>, now: Date): Decision<Order> {
  if (order.parkedAt === null) return { answer: order };
  // Whoever has asked for it drives the order on at once; a worker does so only if they cannot.
  const patch = orderQueue.write({ ...replayed(orderQueue.read(order), now), dueAt: resumeAt(now) }, order);
  return { answer: { ...order, ...patch }, patch };
}
