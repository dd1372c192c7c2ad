import type { Result, Rpc } from '../../../lib/contract.ts';
import { isProblem } from '../../../lib/errors.ts';
import type { OutboxEntry } from '../../../lib/outbox.ts';
import type { Order } from '../order.ts';
import type { Rejection } from '../order-state.ts';

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

/** There is none of a SKU that is sold and was never stocked: trying again would hold its order up for ever. */
function noneIfUnknown(error: unknown): Result<'inventory.reserve'> {
  if (isProblem(error, 'not-found')) return { outcome: 'short', available: 0 };
  throw error;
}

/** What follows a payment: stock goes from reserved to sold. */
export function sellStock({ _id: orderId, lines }: Order): OutboxEntry[] {
  return lines.map(({ sku }) => ({ id: `sell:${sku}`, action: 'inventory.commit', params: { sku, orderId } }));
}
