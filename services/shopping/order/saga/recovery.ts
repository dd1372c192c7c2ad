import { isOutage } from '../../../../lib/process/outage.ts';
import type { Decision } from '../../../../mixins/store/changes.ts';
import { ORDER_LEASE_MS, type Order, resumeAt } from '../order.ts';
import { stepOf } from './order-steps.ts';
import { place } from './placement.ts';
import { settle } from './settlement.ts';
import type { Shop } from './shop.ts';

const BATCH = 20;
/** So that whatever an outage held up is done within a minute after it. In ms. */
const LONGEST_PAUSE = 10_000;
/** Failures in a row, outages not counted, after which an order is left to an operator. */
const MOST_FAILURES = 10;

/** Claims orders that are overdue and drives each on. Resolves to how many it claimed. */
export async function recoverOrders(shop: Shop, owner: string, failed: (error: unknown, order: Order) => void) {
  // Bounded below, too: most orders have a null there, which comes before any date in an index.
  const overdue = { $gt: new Date(0), $lte: new Date() };
  const due = await shop.store.find({ nextAt: overdue }, { sort: { nextAt: 1 }, limit: BATCH, fields: ['_id'] });
  const claimed = await Promise.all(
    due.map(async ({ _id }) => {
      const order = await claim(_id, shop, owner);
      if (order) await finish(order, shop, failed);
      return order;
    }),
  );
  return claimed.filter(Boolean).length;
}

/** Takes the lease of an overdue order. `undefined`: somebody else has it, or it is done. */
function claim(id: string, { store }: Shop, owner: string): Promise<Order | undefined> {
  return store.change(id, (order, now) => {
    if (order.nextAt === null || order.nextAt > now) return { answer: undefined };
    const until = new Date(+now + ORDER_LEASE_MS);
    const patch = { lease: { owner, until }, nextAt: until, attempts: order.attempts + 1 };
    return { answer: { ...order, ...patch }, patch };
  });
}

/** Brings an order to its end. What fails is tried again, by whoever is there then, with growing pauses. */
export async function finish(order: Order, shop: Shop, failed: (error: unknown, order: Order) => void): Promise<void> {
  try {
    await driveOn(order, shop);
  } catch (error) {
    failed(error, order);
    await postpone(order, shop, error);
  }
}

/** Drives an order as far as it goes now. @throws why it goes no further, unless it only waits for the provider */
export async function driveOn(order: Order, shop: Shop): Promise<void> {
  const placed = await place(order, shop);
  if (placed.state === 'PENDING') await postpone(placed, shop);
  else await settle(placed, shop);
}

async function postpone({ _id }: Order, { store }: Shop, error?: unknown): Promise<void> {
  await store.change(_id, (order, now) => postponed(order, now, error));
}

/**
 * When an order is tried again; one that fails by itself too often in a row is parked.
 * @param error why it went no further; none if it only waits for the provider
 */
export function postponed(order: Readonly<Order>, now: Date, error?: unknown): Decision<undefined> {
  if (order.nextAt === null) return { answer: undefined };
  const failures = error === undefined ? 0 : order.failures + (isOutage(error) ? 0 : 1);
  const failed = error === undefined ? {} : { parkedError: String(error).slice(0, 1000), parkedStep: stepOf(error) };
  if (failures >= MOST_FAILURES) {
    return { answer: undefined, patch: { ...failed, parkedAt: now, failures, lease: null, nextAt: null } };
  }
  const pause = Math.min(500 * 2 ** Math.min(order.attempts, 10), LONGEST_PAUSE);
  return { answer: undefined, patch: { ...failed, failures, lease: null, nextAt: new Date(+now + pause) } };
}

/** Takes a parked order up again; one that is not parked stays as it is. */
export function unpark(order: Readonly<Order>, now: Date): Decision<Order> {
  if (order.parkedAt === null) return { answer: order };
  const patch = { parkedAt: null, failures: 0, attempts: 0, nextAt: resumeAt(now) };
  return { answer: { ...order, ...patch }, patch };
}
