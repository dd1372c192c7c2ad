import type { Store } from '../../mixins/store.ts';
import type { Product } from '../../services/product/product.ts';
import type { Stock } from '../../services/product/stock.ts';
import type { Cart } from '../../services/shopping/cart.ts';
import type { Order } from '../../services/shopping/order.ts';
import type { LedgerEntry } from '../../services/shopping/sandbox-provider.ts';
import { violations } from './audit.ts';
import { eventually, type TestShop } from './shop.ts';

/** Whose documents a service of the shop keeps. */
interface Kept {
  product: Product;
  inventory: Stock;
  cart: Cart;
  order: Order;
  payment: LedgerEntry;
}

/** The documents of a service of this process, past its actions. */
export function storeOf<K extends keyof Kept>({ broker }: TestShop, service: K): Store<Kept[K]> {
  return (broker.getLocalService(service) as unknown as { store: Store<Kept[K]> }).store;
}

/** Waits until recovery has nothing more to do, and resolves with what is against the shop's invariants then. */
export async function wrongAtRest(shop: TestShop): Promise<string[]> {
  const read = async () => ({
    orders: await storeOf(shop, 'order').find({}),
    stock: await storeOf(shop, 'inventory').find({}),
    ledger: await storeOf(shop, 'payment').find({}),
  });
  await eventually(
    async () => (await read()).orders.filter(({ nextAt }) => nextAt !== null).map(({ _id, state }) => [_id, state]),
    (open) => open.length === 0,
    30_000,
  );
  return violations(await read());
}

/** Stops the shop; what was against its invariants at rest. */
export async function stopAndAudit(shop: TestShop): Promise<string[]> {
  try {
    return await wrongAtRest(shop);
  } finally {
    await shop.stop();
  }
}
