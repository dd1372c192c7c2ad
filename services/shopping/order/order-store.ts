import type { Filter } from '../../../mixins/store/engine.ts';
import type { Store } from '../../../mixins/store/store.ts';
import type { NewOrder, Order } from './order.ts';
import type { OrderCommand } from './order-change.ts';

/** The store of orders. It takes no patch and no new order that `Order` does not allow. */
export interface OrderStore extends Omit<Store<Order>, 'insert' | 'change'> {
  insert(order: NewOrder): Promise<boolean>;
  change<A>(id: string, decide: OrderCommand<A>): Promise<A>;
}

/** Reads orders newest first, a batch at a time, so that few are in memory. */
export async function* readNewestFirst<K extends keyof Order & string>(
  orders: Pick<OrderStore, 'find'>,
  filter: Filter,
  { batch, fields }: { batch: number; fields: readonly ('_id' | K)[] },
) {
  for (let last: string | undefined; ; ) {
    const before = last === undefined ? {} : { _id: { $lt: last } };
    const found = await orders.find<'_id' | K>({ ...filter, ...before }, { sort: { _id: -1 }, limit: batch, fields });
    yield found;
    last = found.at(-1)?._id;
    if (last === undefined || found.length < batch) return;
  }
}
