import type { Rpc } from '../../lib/contract.ts';
import { errors } from '../../lib/errors.ts';

/** Resolves when every node kind is there and reaches its database. @throws unavailable, naming those that do not */
export async function reachAll(rpc: Rpc): Promise<void> {
  const kinds = {
    customer: rpc.call('customer.ready'),
    product: rpc.call('product.ready'),
    shopping: rpc.call('order.ready'),
  };
  const names = Object.keys(kinds);
  const results = await Promise.allSettled(Object.values(kinds));
  const missing = names.filter((_, i) => results[i]?.status === 'rejected');
  if (missing.length > 0) throw errors.unavailable(`Not reached: ${missing.join(', ')}.`);
}
