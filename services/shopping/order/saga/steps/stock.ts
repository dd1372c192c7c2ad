import type { Result, Rpc } from '../../../../../lib/contract/contract.ts';
import { isProblem } from '../../../../shared/problem-codes.ts';
import type { Item } from '../../../cart/cart.ts';
import type { Order } from '../../order.ts';
import type { Rejection } from '../../order-state.ts';

/** Sets every line's stock aside under the order's id. `undefined`: all of it is held. */
export async function reserveStock({ _id: orderId, lines }: Order, rpc: Rpc): Promise<Rejection | undefined> {
  const results = await Promise.all(
    lines.map(async ({ sku, quantity }) => ({
      sku,
      requested: quantity,
      ...(await rpc.call('inventory.reserve', { sku, orderId, quantity }).catch(noneIfUnknown)),
    })),
  );
  if (results.some(({ outcome }) => outcome === 'closed')) return { code: 'order-expired' };
  const short = results.filter(({ outcome }) => outcome === 'short');
  if (short.length === 0) return undefined;
  return {
    code: 'out-of-stock',
    items: short.map(({ sku, requested, available }) => ({ sku, requested, available })),
  };
}

/** The undo: gives back what is held, and closes the rest against a reserve that is still under way. */
export async function releaseStock({ _id: orderId, lines }: Order, rpc: Rpc): Promise<void> {
  await Promise.all(lines.map(({ sku }) => rpc.call('inventory.release', { sku, orderId }).catch(noneIfUnknown)));
}

/** The undo of a sale: all of an order goes back into the stock. */
export function takeBackStock({ _id: orderId, lines }: Order, until: number, rpc: Rpc): Promise<void> {
  return takeBack(lines, orderId, until, rpc);
}

/** Puts sold goods back into the stock, once for each key and SKU. */
export async function takeBack(items: readonly Item[], key: string, until: number, rpc: Rpc): Promise<void> {
  await Promise.all(items.map(({ sku, quantity }) => rpc.call('inventory.takeBack', { sku, key, quantity, until })));
}

/** After this a command that got stuck on its way is refused: by then its key may be forgotten. In ms, as Date.now. */
export const deadline = () => Date.now() + 20_000;

/** There is none of a SKU that is sold and was never stocked: trying again would hold its order up for ever. */
function noneIfUnknown(error: unknown): Result<'inventory.reserve'> {
  if (isProblem(error, 'not-found')) return { outcome: 'short', available: 0 };
  throw error;
}
