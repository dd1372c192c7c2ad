import type { Broker } from '../../lib/contract.ts';
import { errors } from '../../lib/errors.ts';

/** By node kind, the action that says whether its database is reached. */
const CHECKS = { customer: 'customer.ready', product: 'product.ready', shopping: 'order.ready' } as const;

/** Resolves when every node kind is there and reaches its database. @throws unavailable, naming those that do not */
export async function reachAll(broker: Broker): Promise<void> {
  const kinds = Object.entries(CHECKS);
  const results = await Promise.allSettled(
    kinds.map(async ([, check]) => {
      // Asked for an unknown action, the broker would log a warning each time a load balancer asks us.
      if (!broker.registry.actions.isAvailable(check)) throw errors.unavailable(check);
      await broker.call(check);
    }),
  );
  const missing = kinds.filter((_, i) => results[i]?.status === 'rejected').map(([kind]) => kind);
  if (missing.length > 0) throw errors.unavailable(`Not reached: ${missing.join(', ')}.`);
}
