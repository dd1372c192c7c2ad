import type { Rpc } from '../../../../lib/contract/contract.ts';
import type { Order } from '../order.ts';
import type { OrderStore } from '../order-store.ts';

/** The store of orders and the client for calls that the steps of the saga use. */
export interface SagaContext {
  store: OrderStore;
  rpc: Rpc;
  /** Resolves when the next group of announcements leaves; without it, each leaves at once. */
  nextGroup?: () => Promise<void>;
}

/** Notifies the clients that follow an order. The event may be lost, as clients poll, too. */
export function announceChange({ _id: id }: Order, { rpc, nextGroup }: SagaContext): void {
  const announce = () => rpc.broadcast('order.changed', { id });
  (nextGroup ? nextGroup().then(announce) : announce()).catch(() => undefined);
}
