import type { Store } from '../../../mixins/store/store.ts';
import type { NewOrder, Order } from './order.ts';
import type { OrderCommand } from './order-change.ts';

/** The store of orders. It takes no patch and no new order that `Order` does not allow. */
export interface OrderStore extends Omit<Store<Order>, 'insert' | 'change'> {
  insert(order: NewOrder): Promise<boolean>;
  change<A>(id: string, decide: OrderCommand<A>): Promise<A>;
}
