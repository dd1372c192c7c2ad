import { deliver } from '../../../../mixins/store/outbox.ts';
import { newId } from '../../../shared/ids.ts';
import { isPaid, isSettled, type Order, type OrderFields } from '../order.ts';
import { withSummary } from '../order-outbox.ts';
import { recordRefundDone, recordRefundFailed } from '../refund/refund-outcomes.ts';
import { recordRestocked } from '../refund/returns.ts';
import { markFailedStep, runStep } from './order-steps.ts';
import { reconcile } from './reconcile.ts';
import { announceChange, type SagaContext } from './saga-context.ts';
import { paymentStep } from './steps/payment-step.ts';
import { takeBackDeadline } from './steps/reservation.ts';
import { takeBackStock } from './steps/stock-step.ts';

/**
 * Delivers the outbox of an order, restocks its returned goods and makes its refunds. A failure of one does not stop
 * the others; the first error is thrown at the end. Each can be repeated.
 */
export async function settleOrder(order: Order, saga: SagaContext): Promise<void> {
  const errors: unknown[] = [];
  const collectError = async (part: Promise<Order>, before: Order) => {
    try {
      return await part;
    } catch (error) {
      errors.push(error);
      return (await saga.store.get(order._id)) ?? before;
    }
  };
  const delivered = await deliverOutbox(order, saga);
  errors.push(...delivered.errors);
  const stocked = await collectError(restockReturns(delivered.order, saga), delivered.order);
  const left = await collectError(makeRefunds(stocked, saga), stocked);
  // An entry that has just failed is not tried again at once.
  if (left !== delivered.order && delivered.errors.length === 0)
    errors.push(...(await deliverOutbox(left, saga)).errors);
  if (errors.length > 0) throw errors[0];
}

/**
 * Delivers the outbox. Entries that staff has decided to skip are removed if they fail again.
 * @returns the order without the delivered entries, and the errors of the others
 */
export async function deliverOutbox(
  order: Order,
  { store, rpc }: SagaContext,
): Promise<{ order: Order; errors: unknown[] }> {
  const entries = order.outbox.map((entry) => withSummary(entry, order));
  const { delivered, errors } = await deliver(entries, rpc);
  const skippedIds = new Set(order.decisions?.flatMap(({ entries = [] }) => entries));
  const next = await store.change(order._id, (current) => {
    const triedIds = new Set(order.outbox.map(({ id }) => id));
    const outbox = current.outbox.filter(({ id }) => !delivered.has(id) && !(triedIds.has(id) && skippedIds.has(id)));
    const rest = { ...current, outbox };
    const patch = { outbox, ...(isSettled(rest) ? settledFields(rest) : {}) };
    return { answer: { ...rest, ...patch }, patch };
  });
  const isLeft = order.outbox.some(({ id }) => !delivered.has(id) && !skippedIds.has(id));
  return { order: next, errors: isLeft ? errors.map((error) => markFailedStep('deliver', error)) : [] };
}

/** The fields that a settled order changes, most of which only a failed one has. */
const settledFields = ({ parkedAt, attempts, failures }: Order): Partial<OrderFields> => ({
  ...{ lease: null, nextAt: null },
  ...(parkedAt ? { parkedAt: null } : {}),
  ...(attempts > 0 ? { attempts: 0 } : {}),
  ...(failures > 0 ? { failures: 0 } : {}),
});

/**
 * Updates an order by the payment provider's statement, which also has refunds and disputes whose webhooks were lost.
 */
export async function reconcileOrder(order: Order, saga: SagaContext): Promise<Order> {
  const { store, rpc } = saga;
  if (!isPaid(order)) return order;
  const statement = await runStep('refund', paymentStep.statement(order, rpc));
  if (!statement) return order;
  const next = await store.change(order._id, (latest, now) =>
    reconcile(latest, statement, () => newId('rfd', now), now),
  );
  if (next.history.length > order.history.length) announceChange(next, saga);
  return next;
}

/**
 * Makes the pending refunds at the payment provider, each under its own key. Reconciling first avoids refunding too
 * much.
 */
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
    announceChange(current, saga);
  }
  return current;
}

/** Puts the goods of approved returns back into the stock, each return under its own id. */
async function restockReturns(order: Order, { store, rpc }: SagaContext): Promise<Order> {
  let current = order;
  for (const { id, approved } of order.returns.filter((one) => one.restock === 'DUE')) {
    // Computed before the last read, as in `completeCancellation` of placement.ts.
    const until = takeBackDeadline();
    const latest = await store.get(order._id);
    if (!latest?.returns.some((one) => one.id === id && one.restock === 'DUE')) continue;
    await runStep('restock', takeBackStock(approved, id, until, rpc));
    current = await store.change(order._id, (latest) => recordRestocked(latest, id));
  }
  return current;
}
