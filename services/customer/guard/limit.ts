import type { Decision } from '../../../mixins/store/changes.ts';

/** Requests granted to one client in the current window. The id is a keyed hash of the client. */
export interface Allowance {
  _id: string;
  rev: number;
  /** Requests granted in the window that ends at `endsAt`. */
  taken: number;
  endsAt: Date;
}

export interface LeaseRequest {
  /** How many requests a gateway asks to let through. */
  count: number;
  limit: number;
  /** Length of the window, in ms. */
  window: number;
}

export interface Grant {
  /** Requests that this gateway may let through. */
  granted: number;
  /** Requests that remain for all gateways. */
  left: number;
  /** End of the window, in ms since 1970. */
  endsAt: number;
}

export const noAllowance = (_id: string, now: Date): Omit<Allowance, 'rev'> => ({ _id, taken: 0, endsAt: now });

/** Leases up to `count` requests of a fixed window, never more than `limit` in one. */
export function leaseRequests(
  allowance: Readonly<Allowance>,
  { count, limit, window }: LeaseRequest,
  now: Date,
): Decision<Grant> {
  const isOver = allowance.endsAt <= now;
  const endsAt = isOver ? new Date((Math.floor(+now / window) + 1) * window) : allowance.endsAt;
  const before = isOver ? 0 : allowance.taken;
  const granted = Math.max(0, Math.min(count, limit - before));
  const answer = { granted, left: Math.max(0, limit - before - granted), endsAt: +endsAt };
  return granted === 0 && !isOver ? { answer } : { answer, patch: { taken: before + granted, endsAt } };
}
