import { newId } from '../../../shared/ids.ts';
import { type Order, type OrderFields, type PaidOrder, resumeAt } from '../order.ts';
import { moveOrder } from '../order-change.ts';
import { afterCancellation, afterPayment, afterRejection } from '../order-outbox.ts';
import type { Rejection, Transition } from '../order-state.ts';
import { isSkipped, runStep, runStepUnlessSkipped } from './order-steps.ts';
import { recordRefusedVoid } from './refused-void.ts';
import { announceChange, type SagaContext } from './saga-context.ts';
import { outboxEntriesOf, releaseAll, reserveAll, takeBackAll } from './saga-steps.ts';
import { deliverOutbox, makeRefunds } from './settlement.ts';
import { paymentStep } from './steps/payment-step.ts';
import { takeBackDeadline } from './steps/reservation.ts';

/**
 * Takes an order from its state to the next outcome: paid, rejected or cancelled. It stays PENDING while the payment
 * provider has no outcome. Each step can be repeated, by any worker and at the same time, so recovery calls this, too.
 * If a step fails, it throws and leaves the order as it is.
 */
export async function driveToOutcome(order: Order, saga: SagaContext): Promise<Order> {
  switch (order.state) {
    case 'PENDING': {
      const next = await reserveAndCharge(order, saga);
      return next.state === 'PENDING' ? next : driveToOutcome(next, saga);
    }
    case 'REJECTING':
      return driveToOutcome(await completeRejection(order, saga), saga);
    case 'CANCELLING':
      return driveToOutcome(await completeCancellation(order, saga), saga);
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

/** An order without an outcome of its charge is rejected after this time. */
const PAYMENT_TIMEOUT_MS = 30 * 60_000;
/** Most orders are answered within this time. A follower of one that is not is told of its payment five seconds later at most. */
const FIRST_ANSWER_MS = 300;

/** Reserves stock and coupons, then charges the order: it becomes PAID, REJECTING, or stays PENDING. */
async function reserveAndCharge(order: Order, saga: SagaContext): Promise<Order> {
  const rejection = await reserveAll(order, saga.rpc);
  if (rejection) return beginRejection(order, rejection, saga);
  const charge = await runStep(paymentStep.parksAt, paymentStep.charge(order, saga.rpc));
  switch (charge.outcome) {
    case 'captured': {
      const { provider, reference } = charge;
      const payment = { provider, reference, captured: order.totals.total };
      return moveStoredOrder(
        order,
        { state: 'PAID', payment },
        { outbox: afterPayment(order, outboxEntriesOf('commitEntries', order)) },
        saga,
      );
    }
    case 'declined':
      return beginRejection(order, { code: 'payment-declined', reason: charge.reason }, saga);
    case 'pending':
      if (Date.now() - +order.createdAt < PAYMENT_TIMEOUT_MS) return order;
      return beginRejection(order, { code: 'order-expired' }, saga);
    default:
      throw new Error(`unknown outcome ${charge satisfies never}`);
  }
}

function beginRejection(order: Order, rejection: Rejection, saga: SagaContext): Promise<Order> {
  return moveStoredOrder(order, { state: 'REJECTING', rejection }, {}, saga);
}

type RejectingOrder = Extract<Order, { state: 'REJECTING' }>;

/** Undoes the steps in reverse order: the stock stays reserved as long as the charge can still succeed. */
async function completeRejection(order: RejectingOrder, saga: SagaContext): Promise<Order> {
  const voided = await runStepUnlessSkipped('void', order, paymentStep.cancel(order, saga.rpc));
  // Staff may have skipped the release. The outbox does it later.
  const isReleasedLater = isSkipped(order, 'release');
  if (!isReleasedLater) await releaseAll(order, saga.rpc);
  const refused = voided?.outcome === 'refused' ? recordRefusedVoid(order, voided, newId('rfd'), new Date()) : null;
  const outbox = [
    ...(isReleasedLater ? outboxEntriesOf('releaseEntries', order) : []),
    ...afterRejection(order, refused !== null),
  ];
  // With an empty outbox, recovery has nothing left to do.
  const fields = { ...refused?.fields, ...(outbox.length > 0 ? { outbox } : { lease: null, nextAt: null }) };
  return moveStoredOrder(order, { state: 'REJECTED', ...(refused ? { payment: refused.payment } : {}) }, fields, saga);
}

/**
 * Takes back the goods and refunds the order; a failed refund does not keep the goods. The outbox of the payment is
 * delivered first, as only committed reservations can be taken back.
 */
async function completeCancellation(order: PaidOrder, saga: SagaContext): Promise<Order> {
  const { order: sold, errors: undelivered } = await deliverOutbox(order, saga);
  const commitIds = new Set(outboxEntriesOf('commitEntries', order).map(({ id }) => id));
  if (sold.outbox.some(({ id }) => commitIds.has(id))) throw undelivered[0] ?? new Error('a sale is not committed yet');
  // Computed before the last read: if this worker pauses after the read, its command is too late to take back twice.
  const until = takeBackDeadline();
  const current = await saga.store.get(order._id);
  if (current?.state !== 'CANCELLING') return current ?? order;
  await takeBackAll(current, until, saga.rpc);
  await makeRefunds(current, saga);
  return moveStoredOrder(
    order,
    { state: 'CANCELLED' },
    { outbox: afterCancellation(order, outboxEntriesOf('forgetEntries', order)) },
    saga,
  );
}

/** Moves an order to its next state, unless another worker has moved it. @returns the stored order */
async function moveStoredOrder(
  order: Order,
  next: Transition,
  { outbox: newEntries = [], ...fields }: Partial<OrderFields>,
  saga: SagaContext,
): Promise<Order> {
  const moved = await saga.store.change(order._id, (current, at) => {
    if (current.state !== order.state) return { answer: current };
    const note = next.state === 'REJECTING' ? next.rejection.code : undefined;
    const outbox = [...current.outbox, ...newEntries];
    // A rejected order may have a claim to deliver.
    const nextAt = fields.nextAt === null && outbox.length > 0 ? { nextAt: resumeAt(at) } : {};
    return moveOrder(
      current,
      next,
      { at, note },
      { ...fields, ...nextAt, outbox, ...(current.failures > 0 ? { failures: 0 } : {}) },
    );
  });
  if (isKnownToClients(order)) announceChange(moved, saga);
  return moved;
}

/** Clients know an order by the answer to its request, so none can follow one that was placed a moment ago. */
const isKnownToClients = ({ state, createdAt }: Order): boolean =>
  state !== 'PENDING' || Date.now() - +createdAt > FIRST_ANSWER_MS;
