import type { Decision } from '../../../mixins/store/changes.ts';

/** How much one client has been allowed in the window that is under way. An id is a keyed hash of who it is. */
export interface Allowance {
  _id: string;
  rev: number;
  /** Requests allowed in the window that ends at `endsAt`. */
  taken: number;
  endsAt: Date;
}

export interface Wish {
  /** How many requests a gateway asks to let through. */
  count: number;
  limit: number;
  /** In ms. */
  window: number;
}

/** What a gateway may let through by itself, what is left for all of them then, and until when, in ms since 1970. */
export interface Grant {
  granted: number;
  left: number;
  endsAt: number;
}

export const noAllowance = (_id: string, now: Date): Omit<Allowance, 'rev'> => ({ _id, taken: 0, endsAt: now });

/** Takes up to `count` out of what a window of fixed beginning and end allows; never more than `limit` in one. */
export function take(allowance: Readonly<Allowance>, { count, limit, window }: Wish, now: Date): Decision<Grant> {
  const isOver = allowance.endsAt <= now;
  const endsAt = isOver ? new Date((Math.floor(+now / window) + 1) * window) : allowance.endsAt;
  const before = isOver ? 0 : allowance.taken;
  const granted = Math.max(0, Math.min(count, limit - before));
  const answer = { granted, left: Math.max(0, limit - before - granted), endsAt: +endsAt };
  return granted === 0 && !isOver ? { answer } : { answer, patch: { taken: before + granted, endsAt } };
}
