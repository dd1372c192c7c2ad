import type { Rpc } from '../../../../lib/contract/contract.ts';
import type { Order } from '../order.ts';
import type { OrderStore } from '../order-change.ts';

/** What the saga of an order works with. */
export interface Shop {
  store: OrderStore;
  rpc: Rpc;
}

/** A hint to those who follow the order. They poll as well, so it may be lost. */
export function announceChange({ _id: id }: Order, rpc: Rpc): void {
  rpc.broadcast('order.changed', { id }).catch(() => undefined);
}
