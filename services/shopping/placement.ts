import type { Rpc } from '../../lib/contract.ts';
import { deliver, type OutboxEntry } from '../../lib/outbox.ts';
import type { Store } from '../../mixins/store.ts';
import type { Order } from './order.ts';
import { move, type OrderState, type Rejection } from './order-state.ts';
import { cancelCharge, charge } from './steps/payment.ts';
import { releaseStock, reserveStock, sellStock } from './steps/stock.ts';

/** What placing an order works with. */
export interface Shop {
  store: Store<Order>;
  rpc: Rpc;
}

/**
 * Drives an order to where its customer has an answer: PAID or REJECTED. Every step can be done again, by anyone and
 * at the same time, so this is also how an order is recovered; a step that fails throws and leaves the order as it is.
 */
export async function place(order: Order, shop: Shop): Promise<Order> {
  switch (order.state) {
    case 'PENDING':
      return place(await pay(order, shop), shop);
    case 'REJECTING':
      return place(await reject(order, shop), shop);
    case 'PAID':
    case 'REJECTED':
      return order;
    default:
      throw new Error(`unknown state ${order.state satisfies never}`);
  }
}

async function pay(order: Order, shop: Shop): Promise<Order> {
  const unavailable = await reserveStock(order, shop.rpc);
  if (unavailable) return toRejecting(order, unavailable, shop);
  const paid = await charge(order, shop.rpc);
  if (paid.outcome === 'declined') {
    return toRejecting(order, { code: 'payment-declined', reason: paid.reason }, shop);
  }
  const { provider, reference } = paid;
  const outbox: OutboxEntry[] = [...sellStock(order), emptyCart(order)];
  const payment = { provider, reference, captured: order.totals.total };
  return advance(order, 'PAID', { payment, outbox }, shop);
}

function toRejecting(order: Order, rejection: Rejection, shop: Shop): Promise<Order> {
  return advance(order, 'REJECTING', { rejection }, shop);
}

/** The order of the undos matters: while money may still be taken, the stock is kept for it. */
async function reject(order: Order, shop: Shop): Promise<Order> {
  await cancelCharge(order, shop.rpc);
  await releaseStock(order, shop.rpc);
  return advance(order, 'REJECTED', { lease: null, nextAt: null }, shop);
}

function emptyCart({ _id: orderId, customerId, lines }: Order): OutboxEntry {
  const items = lines.map(({ sku, quantity }) => ({ sku, quantity }));
  return { id: 'empty-cart', action: 'cart.ordered', params: { customerId, orderId, items } };
}

/** Moves the order on, unless another worker has: then its answer is the order as that one left it. */
function advance(order: Order, to: OrderState, part: Partial<Order>, { store }: Shop): Promise<Order> {
  return store.change(order._id, (current, now) => {
    if (current.state !== order.state) return { answer: current };
    const patch = { ...part, ...move(current, to, now, part.rejection?.code) };
    return { answer: { ...current, ...patch }, patch };
  });
}

/** Does what a final state calls for elsewhere. Once all of it is acknowledged, recovery has no more to do here. */
export async function settle(order: Order, { store, rpc }: Shop): Promise<void> {
  const { delivered, errors } = await deliver(order.outbox, rpc);
  await store.change(order._id, ({ outbox }) => {
    const left = outbox.filter(({ id }) => !delivered.has(id));
    return { answer: undefined, patch: { outbox: left, ...(left.length === 0 ? { lease: null, nextAt: null } : {}) } };
  });
  if (errors.length > 0) throw errors[0];
}
