import type { Rpc } from '../../../../lib/contract/contract.ts';
import type { Store } from '../../../../mixins/store/store.ts';
import type { Order } from '../order.ts';

/** What the saga of an order works with. */
export interface Shop {
  store: Store<Order>;
  rpc: Rpc;
}

/** A hint to those who follow the order. They poll as well, so it may be lost. */
export function tell({ _id: id }: Order, rpc: Rpc): void {
  rpc.broadcast('order.changed', { id }).catch(() => undefined);
}
