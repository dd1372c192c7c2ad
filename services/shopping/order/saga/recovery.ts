import { WAITING } from '../../../../mixins/due-work/process-due.ts';
import { type DueQueue, dueIn, recordFailure, recordWaiting } from '../../../../mixins/due-work/queue.ts';
import { afterReplay, RETRY_POLICY } from '../../../../mixins/due-work/schedule.ts';
import type { Decision } from '../../../../mixins/store/changes.ts';
import { ORDER_LEASE_MS, type Order, resumeAt } from '../order.ts';
import { stepOf } from './order-steps.ts';
import { place } from './placement.ts';
import { settle } from './settlement.ts';
import type { Shop } from './shop.ts';

const orderFields = dueIn('nextAt');

/** Orders that are not at their end. Customers wait for them, so the pauses are short, and staff learns of a fault soon. */
const orders: DueQueue<Order> = {
  name: 'orders',
  policy: { ...RETRY_POLICY, leaseMs: ORDER_LEASE_MS, firstPauseMs: 500, maxFaultPauseMs: 10_000, maxFailures: 10 },
  ...orderFields,
  write: (state, order) => ({ ...orderFields.write(state, order), lease: null }),
  onFailure: (cause) => ({ parkedStep: stepOf(cause) }),
};

/** The queue as one node works on it. */
export const recoveryQueue = (owner: string): DueQueue<Order> => ({
  ...orders,
  onClaim: (_, until) => ({ lease: { owner, until } }),
});

/** Brings an order to its end. What fails is tried again, by whoever is there then, with growing pauses. */
export async function finish(order: Order, shop: Shop, failed: (error: unknown, order: Order) => void): Promise<void> {
  try {
    await driveOn(order, shop);
  } catch (error) {
    failed(error, order);
    await shop.store.change(order._id, (latest, now) => postponed(latest, now, error));
  }
}

/** Drives an order as far as it goes now. @throws why it goes no further, unless it only waits for the provider */
export async function driveOn(order: Order, shop: Shop): Promise<void> {
  if ((await recover(order, shop)) !== WAITING) return;
  await shop.store.change(order._id, (latest, now) => postponed(latest, now));
}

/** Drives an order that was claimed as far as it goes now. WAITING: for the provider. @throws why it goes no further */
export async function recover(order: Order, shop: Shop): Promise<typeof WAITING | undefined> {
  const placed = await place(order, shop);
  if (placed.state === 'PENDING') return WAITING;
  await settle(placed, shop);
  return undefined;
}

/**
 * When an order is tried again; one that fails by itself too often in a row is parked.
 * @param error why it went no further; none if it only waits for the provider
 */
export function postponed(order: Readonly<Order>, now: Date, error?: unknown): Decision<undefined> {
  return error === undefined ? recordWaiting(orders, order, now) : recordFailure(orders, order, error, now);
}

/** Takes a parked order up again; one that is not parked stays as it is. */
export function unpark(order: Readonly<Order>, now: Date): Decision<Order> {
  if (order.parkedAt === null) return { answer: order };
  // Whoever has asked for it drives the order on at once; a worker does so only if they cannot.
  const patch = orders.write({ ...afterReplay(orders.read(order), now), dueAt: resumeAt(now) }, order);
  return { answer: { ...order, ...patch }, patch };
}
