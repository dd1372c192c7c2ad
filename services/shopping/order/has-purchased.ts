import type { OrderState } from './order-state.ts';
import type { OrderStore } from './order-store.ts';

/** States of an order whose goods count as purchased. Returned goods count, as the customer had them. */
const PURCHASED_STATES: readonly OrderState[] = ['PAID', 'PACKED', 'SHIPPED', 'DELIVERED'];
const PAGE_SIZE = 100;

/**
 * Whether a customer has purchased a product. Reviews ask it, which are few: reading the orders of one customer, the
 * newest first, costs less than an index by product in every order.
 */
export async function hasPurchased(
  orders: Pick<OrderStore, 'find'>,
  { customerId, productId }: { customerId: string; productId: string },
): Promise<boolean> {
  for (let before: { _id?: { $lt: string } } = {}; ; ) {
    const found = await orders.find(
      { customerId, ...before },
      { sort: { _id: -1 }, limit: PAGE_SIZE, fields: ['_id', 'state', 'lines'] },
    );
    if (
      found.some(
        ({ state, lines }) => PURCHASED_STATES.includes(state) && lines.some((line) => line.productId === productId),
      )
    ) {
      return true;
    }
    const last = found.at(-1);
    if (!last || found.length < PAGE_SIZE) return false;
    before = { _id: { $lt: last._id } };
  }
}
