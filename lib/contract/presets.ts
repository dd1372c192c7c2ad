import type { Scope } from '../auth/access.ts';

// Who may call an action, for the common cases. Those of writes leave out `idempotent`: each action says it itself.

/** Called by services of the cluster, which call again after a lost connection. */
export const internal = { visibility: 'public', auth: 'internal', idempotent: true } as const;

/** A customer's own data, through the gateway. */
export const ownData = { visibility: 'published', auth: 'customer' } as const;

/** For staff who have the scope, through the gateway. */
export const staff = <const S extends Scope>(scope: S) => ({ visibility: 'published', auth: 'staff', scope }) as const;

/** A read that is open to everyone, through the gateway. */
export const publicRead = { visibility: 'published', auth: 'public', idempotent: true } as const;
