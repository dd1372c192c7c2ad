import type { OrderState } from './order-state.ts';
import { type OrderStore, readNewestFirst } from './order-store.ts';

/** States of an order whose goods count as purchased. Returned goods count, as the customer had them. */
const PURCHASED_STATES: readonly OrderState[] = ['PAID', 'PACKED', 'SHIPPED', 'DELIVERED'];
const BATCH_SIZE = 100;

/**
 * Whether a customer has purchased a product. Reviews ask it, which are few: reading the orders of one customer, the
 * newest first, costs less than an index by product in every order.
 */
export async function hasPurchased(
  orders: Pick<OrderStore, 'find'>,
  { customerId, productId }: { customerId: string; productId: string },
): Promise<boolean> {
  const fields = ['_id', 'state', 'lines'] as const;
  for await (const batch of readNewestFirst(orders, { customerId }, { batch: BATCH_SIZE, fields })) {
    const purchased = batch.filter(({ state }) => PURCHASED_STATES.includes(state));
    if (purchased.some(({ lines }) => lines.some((line) => line.productId === productId))) return true;
  }
  return false;
}
