import type { Rpc } from '../../../../lib/contract/contract.ts';
import type { Order } from '../order.ts';
import type { OrderStore } from '../order-store.ts';

/** The store of orders and the client for calls that the steps of the saga use. */
export interface SagaContext {
  store: OrderStore;
  rpc: Rpc;
}

/** Notifies the clients that follow an order. The event may be lost, as clients poll, too. */
export function announceChange({ _id: id }: Order, rpc: Rpc): void {
  rpc.broadcast('order.changed', { id }).catch(() => undefined);
}
