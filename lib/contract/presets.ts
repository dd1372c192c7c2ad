import type { Scope } from '../auth/access.ts';

// Access of an action, for the common cases. Presets that writes use leave out `idempotent`: each action declares it.

/** For other services of the cluster, which call again after a lost connection. */
export const internal = { visibility: 'public', auth: 'internal', idempotent: true } as const;

/** For a call at one node by its id: other nodes cannot answer, so there is nothing that a circuit breaker could choose. */
export const onOneNode = { ...internal, circuitBreaker: false } as const;

/** For customers, through the gateway: their own data. */
export const ownData = { visibility: 'published', auth: 'customer' } as const;

/** For staff with the scope, through the gateway. */
export const staff = <const S extends Scope>(scope: S) => ({ visibility: 'published', auth: 'staff', scope }) as const;

/** For everyone, through the gateway: a read. */
export const publicRead = { visibility: 'published', auth: 'public', idempotent: true } as const;
