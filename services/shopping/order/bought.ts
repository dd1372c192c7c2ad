import type { Store } from '../../../mixins/store/store.ts';
import type { Order } from './order.ts';
import type { OrderState } from './order-state.ts';

/** Paid, and not given up. What came back afterwards was in the customer's hands, so it counts. */
const BOUGHT: readonly OrderState[] = ['PAID', 'PACKED', 'SHIPPED', 'DELIVERED'];
const PAGE = 100;

/**
 * Whether a customer has bought a product. Asked by those who write a review, so it goes through the orders of that one
 * customer, the newest first, rather than have every order pay for an index by product.
 */
export async function hasBought(
  orders: Store<Order>,
  { customerId, productId }: { customerId: string; productId: string },
): Promise<boolean> {
  for (let before: { _id?: { $lt: string } } = {}; ; ) {
    const found = await orders.find(
      { customerId, ...before },
      { sort: { _id: -1 }, limit: PAGE, fields: ['_id', 'state', 'lines'] },
    );
    if (
      found.some(({ state, lines }) => BOUGHT.includes(state) && lines.some((line) => line.productId === productId))
    ) {
      return true;
    }
    const last = found.at(-1);
    if (!last || found.length < PAGE) return false;
    before = { _id: { $lt: last._id } };
  }
}
