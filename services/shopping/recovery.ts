import { LEASE, type Order } from './order.ts';
import { place, type Shop, settle } from './placement.ts';

const BATCH = 20;
const LONGEST_PAUSE = 30_000;

/** Claims orders that are overdue and drives each on. Resolves to how many it claimed. */
export async function recoverOrders(shop: Shop, owner: string, failed: (error: unknown, order: Order) => void) {
  // Bounded below, too: most orders have a null there, which comes before any date in an index.
  const overdue = { $gt: new Date(0), $lte: new Date() };
  const due = await shop.store.find({ nextAt: overdue }, { sort: { nextAt: 1 }, limit: BATCH });
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
    const until = new Date(+now + LEASE);
    const patch = { lease: { owner, until }, nextAt: until, attempts: order.attempts + 1 };
    return { answer: { ...order, ...patch }, patch };
  });
}

/** Brings an order to its end. What fails is tried again, by whoever is there then, with growing pauses. */
export async function finish(order: Order, shop: Shop, failed: (error: unknown, order: Order) => void): Promise<void> {
  try {
    await settle(await place(order, shop), shop);
  } catch (error) {
    failed(error, order);
    await postpone(order, shop);
  }
}

async function postpone({ _id }: Order, { store }: Shop): Promise<void> {
  await store.change(_id, (order, now) => {
    if (order.nextAt === null) return { answer: undefined };
    const pause = Math.min(1000 * 2 ** order.attempts, LONGEST_PAUSE);
    return { answer: undefined, patch: { lease: null, nextAt: new Date(+now + pause) } };
  });
}
