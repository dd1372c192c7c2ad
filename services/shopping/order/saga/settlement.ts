import { deliver } from '../../../../mixins/store/outbox.ts';
import { newId } from '../../../shared/ids.ts';
import { isPaid, isSettled, type Order } from '../order.ts';
import { recordRefundDone, recordRefundFailed } from '../refund/refund-outcomes.ts';
import { recordRestocked } from '../refund/returns.ts';
import { markFailedStep, runStep } from './order-steps.ts';
import { reconcile } from './reconcile.ts';
import { announceChange, type SagaContext } from './saga-context.ts';
import { paymentStep } from './steps/payment-step.ts';
import { takeBackDeadline } from './steps/reservation.ts';
import { takeBackStock } from './steps/stock-step.ts';

/**
 * Does the work that is left for an order: outbox, returned goods and refunds, none of which waits for the others. Each
 * can be repeated. An error is thrown at the end, and the progress of the others is kept.
 */
export async function settle(order: Order, saga: SagaContext): Promise<void> {
  const errors: unknown[] = [];
  const without = async (part: Promise<Order>, before: Order) => {
    try {
      return await part;
    } catch (error) {
      errors.push(error);
      return (await saga.store.get(order._id)) ?? before;
    }
  };
  const delivered = await deliverOutbox(order, saga);
  errors.push(...delivered.errors);
  const stocked = await without(restockReturns(delivered.order, saga), delivered.order);
  const left = await without(makeRefunds(stocked, saga), stocked);
  // An entry that has just failed is not tried again at once.
  if (left !== delivered.order && delivered.errors.length === 0)
    errors.push(...(await deliverOutbox(left, saga)).errors);
  if (errors.length > 0) throw errors[0];
}

/**
 * Delivers the outbox. Resolves to the order without the delivered entries, and the errors of the rest. Entries that staff
 * has decided to skip are removed when they fail once more.
 */
export async function deliverOutbox(
  order: Order,
  { store, rpc }: SagaContext,
): Promise<{ order: Order; errors: unknown[] }> {
  const { delivered, errors } = await deliver(order.outbox, rpc);
  const struck = new Set(order.decisions?.flatMap(({ entries = [] }) => entries));
  const next = await store.change(order._id, (current) => {
    const tried = new Set(order.outbox.map(({ id }) => id));
    const outbox = current.outbox.filter(({ id }) => !delivered.has(id) && !(tried.has(id) && struck.has(id)));
    const rest = { ...current, outbox };
    const patch = {
      outbox,
      ...(isSettled(rest) ? { lease: null, nextAt: null, parkedAt: null, attempts: 0, failures: 0 } : {}),
    };
    return { answer: { ...rest, ...patch }, patch };
  });
  const isLeft = order.outbox.some(({ id }) => !delivered.has(id) && !struck.has(id));
  return { order: next, errors: isLeft ? errors.map((error) => markFailedStep('deliver', error)) : [] };
}

/** Makes the order agree with the provider's statement, which has refunds and disputes whose webhooks were lost. */
export async function reconcileOrder(order: Order, { store, rpc }: SagaContext): Promise<Order> {
  if (!isPaid(order)) return order;
  const statement = await runStep('refund', paymentStep.statement(order, rpc));
  if (!statement) return order;
  const next = await store.change(order._id, (latest, now) =>
    reconcile(latest, statement, () => newId('rfd', now), now),
  );
  if (next.history.length > order.history.length) announceChange(next, rpc);
  return next;
}

/** Has the provider make the pending refunds, each under its own key, and no more than its statement leaves. */
export async function makeRefunds(order: Order, saga: SagaContext): Promise<Order> {
  if (!isPaid(order) || !order.refunds.some(({ state }) => state === 'PENDING')) return order;
  const { store, rpc } = saga;
  let current = await reconcileOrder(order, saga);
  for (const due of current.refunds.filter(({ state }) => state === 'PENDING')) {
    const made = await runStep('refund', paymentStep.refund(order, due, rpc));
    current = await store.change(order._id, (latest, now) =>
      made.outcome === 'refunded'
        ? recordRefundDone(latest, due.id, now)
        : recordRefundFailed(latest, due.id, { reason: made.reason, isReturned: false }, now),
    );
    announceChange(current, rpc);
  }
  return current;
}

/** Puts approved returns back into the stock, each under its own id. */
async function restockReturns(order: Order, { store, rpc }: SagaContext): Promise<Order> {
  let current = order;
  for (const { id, approved } of order.returns.filter((one) => one.restock === 'DUE')) {
    // Computed before the last read, as in `cancel` of placement.ts.
    const until = takeBackDeadline();
    const latest = await store.get(order._id);
    if (!latest?.returns.some((one) => one.id === id && one.restock === 'DUE')) continue;
    await runStep('restock', takeBackStock(approved, id, until, rpc));
    current = await store.change(order._id, (latest) => recordRestocked(latest, id));
  }
  return current;
}
