import { newId } from '../../../shared/ids.ts';
import { type Order, type OrderFields, type PaidOrder, resumeAt } from '../order.ts';
import { moveOrder, type OrderCommand } from '../order-change.ts';
import { afterCancellation, afterPayment, afterRejection } from '../order-outbox.ts';
import type { Rejection, Transition } from '../order-state.ts';
import { closeTries, isCurrentTry, openNextTry, recordAction, recordDecline } from '../session/payment-session.ts';
import { expiryOf, lastTryOf } from '../session/payment-tries.ts';
import type { PaymentTry } from '../session/payment-try.ts';
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

/** Most orders are answered within this time. A follower of one that is not is told of its payment five seconds later at most. */
const FIRST_ANSWER_MS = 300;

type PendingOrder = Extract<Order, { state: 'PENDING' }>;

/**
 * Reserves stock and coupons, then drives the newest try to pay the order: it becomes PAID, REJECTING, or stays PENDING while
 * the payment provider or the customer has to do something.
 */
async function reserveAndCharge(order: PendingOrder, saga: SagaContext): Promise<Order> {
  const attempt = lastTryOf(order);
  switch (attempt.state) {
    case 'OPEN': {
      const rejection = await reserveAll(order, saga.rpc);
      if (rejection) return beginRejection(order, rejection, saga);
      return rejectIfExpired(await charge(order, attempt, saga), saga);
    }
    case 'ENDING':
      return endTry(order, attempt, saga);
    case 'FAILED':
    case 'CAPTURED':
      return rejectIfExpired(order, saga);
    default:
      throw new Error(`unknown state ${attempt.state satisfies never}`);
  }
}

async function charge(order: PendingOrder, attempt: PaymentTry, saga: SagaContext): Promise<Order> {
  const charge = await runStep(paymentStep.parksAt, paymentStep.charge(order, attempt, saga.rpc));
  switch (charge.outcome) {
    case 'captured':
      return recordPaid(order, attempt, charge, saga);
    case 'declined':
      return changeSession(order, (current, now) => recordDecline(current, attempt, charge.reason, now), saga);
    case 'requires-action':
      return changeSession(order, (current, now) => recordAction(current, attempt, charge, now), saga);
    case 'pending':
      return order;
    default:
      throw new Error(`unknown outcome ${charge satisfies never}`);
  }
}

/** Cancels a try that another one replaces, and charges that. If its money does not come back, it has paid the order. */
async function endTry(order: PendingOrder, attempt: PaymentTry, saga: SagaContext): Promise<Order> {
  const cancelled = await runStep('void', paymentStep.cancel(order, saga.rpc));
  if (cancelled.outcome === 'refused') return recordPaid(order, attempt, cancelled, saga);
  const next = await changeSession(order, (current, now) => openNextTry(current, attempt, now), saga);
  return next.state === 'PENDING' ? reserveAndCharge(next, saga) : next;
}

/** The order is paid by a try, unless another worker has moved the order on: it gives back the money then. */
async function recordPaid(
  order: PendingOrder,
  attempt: PaymentTry,
  { provider, reference, dueAt }: { provider: string; reference: string; dueAt?: string | undefined },
  saga: SagaContext,
): Promise<Order> {
  const { _id, totals } = order;
  const key = attempt.key === _id ? {} : { key: attempt.key };
  const payment = { provider, reference, captured: totals.total, ...key };
  const credit = dueAt === undefined ? {} : { paymentDueAt: new Date(dueAt) };
  const outbox = afterPayment({ ...order, ...credit }, outboxEntriesOf('commitEntries', order));
  const fields = { outbox, ...credit, ...closeTries(order, true) };
  const stored = await moveStoredOrder(order, { state: 'PAID', payment }, fields, saga, attempt);
  return stored.state === 'PENDING' && !isCurrentTry(stored, attempt) ? reserveAndCharge(stored, saga) : stored;
}

/** Changes the session of an order that stays PENDING. */
async function changeSession(order: Order, decide: OrderCommand, saga: SagaContext): Promise<Order> {
  const changed = await saga.store.change(order._id, decide);
  if (isKnownToClients(order) && changed.history.length > order.history.length) announceChange(changed, saga);
  return changed;
}

async function rejectIfExpired(order: Order, saga: SagaContext): Promise<Order> {
  if (order.state !== 'PENDING' || Date.now() < +expiryOf(order)) return order;
  return beginRejection(order, { code: 'order-expired' }, saga);
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
  const fields = {
    ...refused?.fields,
    ...closeTries(order, refused !== null),
    ...(outbox.length > 0 ? { outbox } : { lease: null, nextAt: null }),
  };
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

/**
 * Moves an order to its next state, unless another worker has moved it.
 * @param attempt the try that this is about: an order that has another one by now stays as it is
 * @returns the stored order
 */
async function moveStoredOrder(
  order: Order,
  next: Transition,
  { outbox: newEntries = [], ...fields }: Partial<OrderFields>,
  saga: SagaContext,
  attempt?: PaymentTry,
): Promise<Order> {
  const moved = await saga.store.change(order._id, (current, at) => {
    if (current.state !== order.state) return { answer: current };
    if (attempt && !isCurrentTry(current, attempt)) return { answer: current };
    const note = next.state === 'REJECTING' ? next.rejection.code : undefined;
    const outbox = [...current.outbox, ...newEntries];
    // A rejected order may have a claim to deliver.
    const nextAt = fields.nextAt === null && outbox.length > 0 ? { nextAt: resumeAt(at) } : {};
    return moveOrder(
      current,
      next,
      { at, note },
      { ...dueSoon(current, at), ...fields, ...nextAt, outbox, ...(current.failures > 0 ? { failures: 0 } : {}) },
    );
  });
  if (isKnownToClients(order)) announceChange(moved, saga);
  return moved;
}

/** What follows a payment must not wait as long as the order did for its customer, if this process dies now. */
function dueSoon({ nextAt }: Order, now: Date): Pick<OrderFields, 'nextAt'> | undefined {
  const soon = resumeAt(now);
  return nextAt !== null && nextAt > soon ? { nextAt: soon } : undefined;
}

/** Clients know an order by the answer to its request, so none can follow one that was placed a moment ago. */
const isKnownToClients = ({ state, createdAt }: Order): boolean =>
  state !== 'PENDING' || Date.now() - +createdAt > FIRST_ANSWER_MS;
