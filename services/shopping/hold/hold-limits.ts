import { errors } from '../../shared/problems.ts';
import type { Item } from '../cart/cart.ts';

/** The limits of a customer's holds, so that stock which is not bought stays on sale. */
export interface HoldLimits {
  /** Pieces in a hold. A customer has one hold at a time. */
  pieces: number;
  /** How long a hold lasts, unless less is left. */
  holdMs: number;
  /** How long stock may be on hold for a customer within a window, renewed and replaced holds included. */
  totalMs: number;
  windowMs: number;
}

/** The part of a hold that the limits depend on. */
interface HeldStock {
  current: { begunAt: Date; until: Date } | null;
  usage?: HoldUsage;
}

/** For how long stock was on hold for a customer within a window. */
export interface HoldUsage {
  windowEndsAt: Date;
  usedMs: number;
}

const MAX_PIECES_VERIFIED = 50;
const MAX_PIECES_UNVERIFIED = 10;
/** In lengths of a hold: a customer with a verified address can renew it twice. */
const HOLDS_VERIFIED = 3;
const HOLDS_UNVERIFIED = 1;
const HOLDS_PER_WINDOW = 8;
/** A hold of less than this part of its usual length is of no use. */
const MIN_HOLD_FRACTION = 1 / 15;

/** An account without a verified e-mail address gets less, as it costs nothing to make one. */
export function holdLimits(isVerified: boolean, holdMs: number): HoldLimits {
  return {
    pieces: isVerified ? MAX_PIECES_VERIFIED : MAX_PIECES_UNVERIFIED,
    holdMs,
    totalMs: holdMs * (isVerified ? HOLDS_VERIFIED : HOLDS_UNVERIFIED),
    windowMs: holdMs * HOLDS_PER_WINDOW,
  };
}

/** Refuses a hold of more pieces than the limit. @throws limit-reached */
export function refuseTooManyPieces(items: readonly Item[], { pieces }: HoldLimits): void {
  const count = items.reduce((sum, { quantity }) => sum + quantity, 0);
  if (count > pieces) {
    throw errors.limitReached(
      `Up to ${pieces} pieces can be on hold, not ${count}. They can be ordered without a hold.`,
    );
  }
}

/** The end of a hold that begins now, and the customer's usage of the window. @throws limit-reached */
export function grantHold(
  hold: HeldStock,
  { holdMs, totalMs, windowMs }: HoldLimits,
  now: Date,
): { until: Date; usage: HoldUsage } {
  const known = usageAt(hold, now);
  const usage = known && known.windowEndsAt > now ? known : { windowEndsAt: new Date(+now + windowMs), usedMs: 0 };
  const leftMs = totalMs - usage.usedMs;
  if (leftMs < holdMs * MIN_HOLD_FRACTION) {
    throw errors.limitReached(
      `The time for your holds is used up. Order now, or hold the stock again after ${usage.windowEndsAt.toISOString()}.`,
    );
  }
  return { until: new Date(+now + Math.min(holdMs, leftMs)), usage };
}

/** The usage, with that of the current hold if it ended now. */
export function usageAt({ current, usage }: HeldStock, now: Date): HoldUsage | undefined {
  if (!usage || !current) return usage;
  const endsAt = Math.min(+now, +current.until);
  return { ...usage, usedMs: usage.usedMs + Math.max(0, endsAt - +current.begunAt) };
}
