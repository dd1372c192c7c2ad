import type { Rpc } from '../../../../lib/contract/contract.ts';
import type { Order } from '../order.ts';
import type { OrderStore } from '../order-store.ts';

/** What the saga reads, writes and calls. */
export interface SagaContext {
  store: OrderStore;
  rpc: Rpc;
}

/** Tells clients that follow the order. The event may be lost, as they poll as well. */
export function announceChange({ _id: id }: Order, rpc: Rpc): void {
  rpc.broadcast('order.changed', { id }).catch(() => undefined);
}
