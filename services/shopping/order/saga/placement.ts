import { newId } from '../../../shared/ids.ts';
import type { Order } from '../order.ts';
import { afterCancellation, afterPayment, afterRejection, releases } from '../order-outbox.ts';
import { move, type OrderState, type Rejection } from '../order-state.ts';
import { keptCharge } from './kept-charge.ts';
import { inStep, inStepUnlessSkipped, isSkipped } from './order-steps.ts';
import { clearOutbox, payBack } from './settlement.ts';
import { type Shop, tell } from './shop.ts';
import { giveBackCoupons, releaseCoupons, takeCoupons } from './steps/coupons.ts';
import { cancelCharge, charge } from './steps/payment.ts';
import { deadline, releaseStock, reserveStock, takeBackStock } from './steps/stock.ts';

/**
 * Drives an order to where its customer has an answer, or as far as the payment provider lets it: it stays PENDING
 * while the provider has no outcome. Every step can be done again, by anyone and at the same time, so this is also how
 * an order is recovered; a step that fails throws and leaves the order as it is.
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
      throw new Error(`unknown state ${order.state satisfies never}`);
  }
}

/** How long a provider may keep us waiting for an outcome, in ms: then the order is given up. */
const PAYMENT_PATIENCE = 30 * 60_000;

async function pay(order: Order, shop: Shop): Promise<Order> {
  const [unavailable, refused] = await Promise.all([
    inStep('reserve', reserveStock(order, shop.rpc)),
    inStep('take-coupons', takeCoupons(order, shop.rpc)),
  ]);
  const rejection = unavailable ?? refused;
  if (rejection) return toRejecting(order, rejection, shop);
  const paid = await inStep('charge', charge(order, shop.rpc));
  switch (paid.outcome) {
    case 'captured': {
      const { provider, reference } = paid;
      const payment = { provider, reference, captured: order.totals.total };
      return advance(order, 'PAID', { payment, outbox: afterPayment(order) }, shop);
    }
    case 'declined':
      return toRejecting(order, { code: 'payment-declined', reason: paid.reason }, shop);
    case 'pending':
      if (Date.now() - +order.createdAt < PAYMENT_PATIENCE) return order;
      return toRejecting(order, { code: 'order-expired' }, shop);
    default:
      throw new Error(`unknown outcome ${paid satisfies never}`);
  }
}

function toRejecting(order: Order, rejection: Rejection, shop: Shop): Promise<Order> {
  return advance(order, 'REJECTING', { rejection }, shop);
}

/** The order of the undos matters: while money may still be taken, the stock is kept for it. */
async function reject(order: Order, shop: Shop): Promise<Order> {
  const voided = await inStepUnlessSkipped('void', order, cancelCharge(order, shop.rpc));
  // What could not be released does not hold up the order, once staff has said so: it is tried until it can be.
  const isLater = isSkipped(order, 'release');
  if (!isLater) await inStep('release', Promise.all([releaseStock(order, shop.rpc), releaseCoupons(order, shop.rpc)]));
  const kept = voided?.outcome === 'refused' ? keptCharge(order, voided, newId('rfd'), new Date()) : null;
  const outbox = [...(isLater ? releases(order) : []), ...afterRejection(order, kept !== null)];
  // Without anything left to do, recovery does not look at it again.
  return advance(
    order,
    'REJECTED',
    { ...kept, ...(outbox.length > 0 ? { outbox } : { lease: null, nextAt: null }) },
    shop,
  );
}

/**
 * The goods go back whether or not the money can. What followed the payment is finished first: only what was sold can be
 * taken back.
 */
async function cancel(order: Order, shop: Shop): Promise<Order> {
  const { order: sold, errors: undelivered } = await clearOutbox(order, shop);
  if (sold.outbox.some(({ action }) => action === 'inventory.commit' || action === 'coupon.redeem'))
    throw undelivered[0] ?? new Error('what was sold is not noted yet');
  // Before the last look: who sleeps after it comes too late, and cannot take back what was taken back meanwhile.
  const until = deadline();
  const current = await shop.store.get(order._id);
  if (current?.state !== 'CANCELLING') return current ?? order;
  const undone = [takeBackStock(order, until, shop.rpc), giveBackCoupons(order, until, shop.rpc)];
  await Promise.all(undone.map((work) => inStepUnlessSkipped('take-back', current, work)));
  await payBack(current, shop);
  return advance(order, 'CANCELLED', { outbox: afterCancellation(order) }, shop);
}

/** Moves the order on, unless another worker has: then its answer is the order as that one left it. */
async function advance(
  order: Order,
  to: OrderState,
  parts: Partial<Order> | ((current: Order) => Partial<Order>),
  { store, rpc }: Shop,
): Promise<Order> {
  const next = await store.change(order._id, (current, now) => {
    if (current.state !== order.state) return { answer: current };
    const part = typeof parts === 'function' ? parts(current) : parts;
    const outbox = [...current.outbox, ...(part.outbox ?? [])];
    const patch = { ...part, outbox, failures: 0, ...move(current, to, now, undefined, part.rejection?.code) };
    return { answer: { ...current, ...patch }, patch };
  });
  tell(next, rpc);
  return next;
}
