import { errors } from '../../shared/problems.ts';
import type { Item } from '../cart/cart.ts';

/** What a customer may have on hold, so that nobody takes stock out of sale without buying it. Times in ms. */
export interface HoldLimits {
  /** Pieces of a hold in all. A customer has one hold at a time. */
  pieces: number;
  /** How long a hold lasts, unless less is left. */
  holdMs: number;
  /** How long stock may be on hold for one customer within a window, renewals and replaced holds together. */
  totalMs: number;
  windowMs: number;
}

/** What of a customer's hold the limits go by. */
interface HeldStock {
  current: { begunAt: Date; until: Date } | null;
  usage?: HoldUsage;
}

/** For how long stock was on hold for a customer within a window. */
export interface HoldUsage {
  windowEndsAt: Date;
  usedMs: number;
}

const VERIFIED_PIECES = 50;
const UNVERIFIED_PIECES = 10;
/** In lengths of a hold: a customer with a verified address can renew it twice. */
const VERIFIED_HOLDS = 3;
const UNVERIFIED_HOLDS = 1;
const WINDOW_HOLDS = 8;
/** A hold of less than this part of its length is of no use to anybody. */
const LEAST_PART = 1 / 15;

/** An account whose e-mail address is not verified costs nothing to make, so it gets less. */
export function holdLimits(isVerified: boolean, holdMs: number): HoldLimits {
  return {
    pieces: isVerified ? VERIFIED_PIECES : UNVERIFIED_PIECES,
    holdMs,
    totalMs: holdMs * (isVerified ? VERIFIED_HOLDS : UNVERIFIED_HOLDS),
    windowMs: holdMs * WINDOW_HOLDS,
  };
}

/** @throws limit-reached */
export function refuseTooManyPieces(items: readonly Item[], { pieces }: HoldLimits): void {
  const count = items.reduce((sum, { quantity }) => sum + quantity, 0);
  if (count > pieces) {
    throw errors.limitReached(
      `Up to ${pieces} pieces can be on hold, not ${count}. They can be ordered without a hold.`,
    );
  }
}

/** Until when a hold that begins now may last, and what the customer has used of their window. @throws limit-reached */
export function grantHold(
  hold: HeldStock,
  { holdMs, totalMs, windowMs }: HoldLimits,
  now: Date,
): { until: Date; usage: HoldUsage } {
  const known = usageAt(hold, now);
  const usage = known && known.windowEndsAt > now ? known : { windowEndsAt: new Date(+now + windowMs), usedMs: 0 };
  const leftMs = totalMs - usage.usedMs;
  if (leftMs < holdMs * LEAST_PART) {
    throw errors.limitReached(
      `Stock was on hold for you as long as it can be. Order it now, or hold it again after ${usage.windowEndsAt.toISOString()}.`,
    );
  }
  return { until: new Date(+now + Math.min(holdMs, leftMs)), usage };
}

/** The usage with that of the current hold, should it end now. */
export function usageAt({ current, usage }: HeldStock, now: Date): HoldUsage | undefined {
  if (!usage || !current) return usage;
  const endsAt = Math.min(+now, +current.until);
  return { ...usage, usedMs: usage.usedMs + Math.max(0, endsAt - +current.begunAt) };
}
