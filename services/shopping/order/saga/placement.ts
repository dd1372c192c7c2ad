import { newId } from '../../../shared/ids.ts';
import type { Order, OrderFields, PaidOrder } from '../order.ts';
import { moveOrder } from '../order-change.ts';
import { afterCancellation, afterPayment, afterRejection } from '../order-outbox.ts';
import type { Rejection, Transition } from '../order-state.ts';
import { keptCharge } from './kept-charge.ts';
import { inStep, inStepUnlessSkipped, isSkipped } from './order-steps.ts';
import { entriesOf, releaseAll, reserveAll, takeBackAll } from './saga-steps.ts';
import { clearOutbox, payBack } from './settlement.ts';
import { announceChange, type Shop } from './shop.ts';
import { paymentStep } from './steps/payment-step.ts';
import { takeBackDeadline } from './steps/reservation.ts';

/**
 * Drives an order to its outcome. It stays PENDING while the payment provider has none. Each step can be repeated, by any
 * worker and at the same time, so recovery calls this too. A step that fails throws, and leaves the order as it is.
 */
export async function place(order: Order, shop: Shop): Promise<Order> {
  switch (order.state) {
    case 'PENDING': {
      const next = await pay(order, shop);
      return next.state === 'PENDING' ? next : place(next, shop);
    }
    case 'REJECTING':
      return place(await reject(order, shop), shop);
    case 'CANCELLING':
      return place(await cancel(order, shop), shop);
    case 'PAID':
    case 'PACKED':
    case 'SHIPPED':
    case 'DELIVERED':
    case 'REJECTED':
    case 'CANCELLED':
      return order;
    default:
      throw new Error(`unknown state ${order satisfies never}`);
  }
}

/** How long an order waits for the outcome of its charge: then it is rejected. */
const PAYMENT_TIMEOUT_MS = 30 * 60_000;

async function pay(order: Order, shop: Shop): Promise<Order> {
  const rejection = await reserveAll(order, shop.rpc);
  if (rejection) return toRejecting(order, rejection, shop);
  const charge = await inStep(paymentStep.parksAt, paymentStep.charge(order, shop.rpc));
  switch (charge.outcome) {
    case 'captured': {
      const { provider, reference } = charge;
      const payment = { provider, reference, captured: order.totals.total };
      return advance(
        order,
        { state: 'PAID', payment },
        { outbox: afterPayment(order, entriesOf('commitEntries', order)) },
        shop,
      );
    }
    case 'declined':
      return toRejecting(order, { code: 'payment-declined', reason: charge.reason }, shop);
    case 'pending':
      if (Date.now() - +order.createdAt < PAYMENT_TIMEOUT_MS) return order;
      return toRejecting(order, { code: 'order-expired' }, shop);
    default:
      throw new Error(`unknown outcome ${charge satisfies never}`);
  }
}

function toRejecting(order: Order, rejection: Rejection, shop: Shop): Promise<Order> {
  return advance(order, { state: 'REJECTING', rejection }, {}, shop);
}

type RejectingOrder = Extract<Order, { state: 'REJECTING' }>;

/** The undos go backwards: while money may still be taken, the stock is kept for it. */
async function reject(order: RejectingOrder, shop: Shop): Promise<Order> {
  const voided = await inStepUnlessSkipped('void', order, paymentStep.cancel(order, shop.rpc));
  // Staff may have decided that the release does not hold up the order: the outbox repeats it.
  const isLater = isSkipped(order, 'release');
  if (!isLater) await releaseAll(order, shop.rpc);
  const kept = voided?.outcome === 'refused' ? keptCharge(order, voided, newId('rfd'), new Date()) : null;
  const outbox = [...(isLater ? entriesOf('releaseEntries', order) : []), ...afterRejection(order, kept !== null)];
  // With an empty outbox there is nothing left to do for recovery.
  const fields = { ...kept?.fields, ...(outbox.length > 0 ? { outbox } : { lease: null, nextAt: null }) };
  return advance(order, { state: 'REJECTED', ...(kept ? { payment: kept.payment } : {}) }, fields, shop);
}

/**
 * The goods go back whether or not the money can. The outbox of the payment is delivered first, as only committed
 * reservations can be taken back.
 */
async function cancel(order: PaidOrder, shop: Shop): Promise<Order> {
  const { order: sold, errors: undelivered } = await clearOutbox(order, shop);
  const commits = new Set(entriesOf('commitEntries', order).map(({ id }) => id));
  if (sold.outbox.some(({ id }) => commits.has(id))) throw undelivered[0] ?? new Error('a sale is not committed yet');
  // Computed before the last read: a worker that sleeps after it comes too late to take back a second time.
  const until = takeBackDeadline();
  const current = await shop.store.get(order._id);
  if (current?.state !== 'CANCELLING') return current ?? order;
  await takeBackAll(current, until, shop.rpc);
  await payBack(current, shop);
  return advance(
    order,
    { state: 'CANCELLED' },
    { outbox: afterCancellation(order, entriesOf('forgetEntries', order)) },
    shop,
  );
}

/** Moves the order on. One that another worker has moved stays as it is, and is the answer. */
async function advance(
  order: Order,
  next: Transition,
  { outbox: due = [], ...fields }: Partial<OrderFields>,
  { store, rpc }: Shop,
): Promise<Order> {
  const moving = await store.change(order._id, (current, at) => {
    if (current.state !== order.state) return { answer: current };
    const note = next.state === 'REJECTING' ? next.rejection.code : undefined;
    const outbox = [...current.outbox, ...due];
    return moveOrder(current, next, { at, note }, { ...fields, outbox, failures: 0 });
  });
  announceChange(moving, rpc);
  return moving;
}
