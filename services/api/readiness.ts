import type { Broker } from '../../lib/contract/contract.ts';
import { errors } from '../shared/problems.ts';

/** By node kind, the action that checks its database. */
const CHECKS = { customer: 'customer.ready', product: 'product.ready', shopping: 'order.ready' } as const;

/** State of each node kind that this gateway calls. */
export type Parts = Record<keyof typeof CHECKS, 'ready' | 'missing'>;

interface Gateway {
  broker: Broker;
  draining: boolean;
  revocations: { isKnown: boolean };
}

/**
 * Checks the gateway alone: a load balancer that took it out for a node kind that is away would take the whole shop out.
 * @throws unavailable while it is stopping, is cut off from NATS, or does not know which sessions have ended
 */
export function checkGateway({ broker, draining, revocations }: Gateway): void {
  if (draining) throw errors.unavailable('This gateway is stopping.');
  if (broker.transit && !broker.transit.connected) throw errors.unavailable('This gateway is cut off from NATS.');
  if (!revocations.isKnown) throw errors.unavailable('This gateway does not know the ended sessions yet.');
}

/** The port is open before the other services of this process have started. @throws unavailable until then */
export function checkStarted({ started }: Broker): void {
  if (!started) throw errors.unavailable('This gateway is starting.');
}

/** Checks that each node kind is running and reaches its database. @throws unavailable, with the state of each */
export async function checkParts(broker: Broker): Promise<Parts> {
  const states = await Promise.all(
    Object.entries(CHECKS).map(async ([kind, check]) => [kind, await stateOf(broker, check)] as const),
  );
  const missing = states.filter(([, state]) => state === 'missing').map(([kind]) => kind);
  const parts = Object.fromEntries(states) as Parts;
  if (missing.length > 0) throw errors.partsMissing(missing, parts);
  return parts;
}

async function stateOf(broker: Broker, check: (typeof CHECKS)[keyof typeof CHECKS]): Promise<'ready' | 'missing'> {
  // For an unknown action the broker would log a warning at each probe.
  if (!broker.registry.actions.isAvailable(check)) return 'missing';
  return await broker.call(check).then(
    () => 'ready' as const,
    () => 'missing' as const,
  );
}
