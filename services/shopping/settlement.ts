import { deliver } from '../../lib/outbox.ts';
import { isSettled, type Order } from './order.ts';
import { type Shop, tell } from './placement.ts';
import { refundDone } from './refunds.ts';
import { restocked } from './returns.ts';
import { refund } from './steps/payment.ts';
import { deadline, takeBack } from './steps/stock.ts';

/**
 * Does what an order calls for elsewhere. Once all of it is acknowledged, recovery has no more to do here. Each part
 * can be done again; one that fails throws, with the progress of the others kept.
 */
export async function settle(order: Order, shop: Shop): Promise<void> {
  const sold = await clearOutbox(order, shop);
  const left = await restock(await payBack(sold, shop), shop);
  if (left.outbox.length > 0) await clearOutbox(left, shop);
}

/** Delivers the outbox. Resolves to the order without it. @throws why an entry could not be delivered */
export async function clearOutbox(order: Order, { store, rpc }: Shop): Promise<Order> {
  const { delivered, errors } = await deliver(order.outbox, rpc);
  const next = await store.change(order._id, (current) => {
    const outbox = current.outbox.filter(({ id }) => !delivered.has(id));
    const rest = { ...current, outbox };
    const patch = {
      outbox,
      ...(isSettled(rest) ? { lease: null, nextAt: null, parkedAt: null, attempts: 0, failures: 0 } : {}),
    };
    return { answer: { ...rest, ...patch }, patch };
  });
  if (errors.length > 0) throw errors[0];
  return next;
}

/** Has the provider refund what is due, each refund under its own id. */
export async function payBack(order: Order, { store, rpc }: Shop): Promise<Order> {
  let current = order;
  for (const due of order.refunds.filter(({ state }) => state === 'PENDING')) {
    await refund(order, due, rpc);
    current = await store.change(order._id, (latest, now) => refundDone(latest, due.id, now));
    tell(current, rpc);
  }
  return current;
}

/** Puts approved returns back into the stock, each under its own id. */
async function restock(order: Order, { store, rpc }: Shop): Promise<Order> {
  let current = order;
  for (const { id, approved } of order.returns.filter((one) => one.restock === 'DUE')) {
    // Before the last look, as in `cancel` of placement.ts.
    const until = deadline();
    const latest = await store.get(order._id);
    if (!latest?.returns.some((one) => one.id === id && one.restock === 'DUE')) continue;
    await takeBack(approved, id, until, rpc);
    current = await store.change(order._id, (latest) => restocked(latest, id));
  }
  return current;
}
