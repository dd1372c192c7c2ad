import { type Allotment, emptyAllotment } from '../../lib/allotment.ts';
import type { Decision } from '../../lib/changes.ts';
import { type CouponRefusal, errors } from '../../lib/errors.ts';
import type { CouponTerms } from './pricing/rules.ts';

/** What staff says of a coupon. Amounts in minor units of the shop's currency, `percent` in basis points. */
export interface CouponInput {
  kind: CouponTerms['kind'];
  percent?: number | undefined;
  amount?: number | undefined;
  minimum?: number | undefined;
  validFrom?: Date | undefined;
  validUntil?: Date | undefined;
  /** Uses by all customers together, and by each one. */
  limit?: number | undefined;
  perCustomer?: number | undefined;
}

/**
 * A coupon (its id is the code), or what one customer may use of it (its id is `code:customerId`): both are allotments
 * of uses. Uses that are not limited are not counted.
 */
export interface Coupon extends Allotment {
  _id: string;
  rev: number;
  code: string;
  /** Empty on the coupon itself. */
  customerId: string;
  /** How many uses `available + reserved + sold` are of; null: as many as anyone likes. */
  limit: number | null;
  /** Null on what belongs to one customer. */
  input: CouponInput | null;
  createdAt: Date;
}

/** The one form of a code: people type them in any case. */
export const codeOf = (text: string): string => text.trim().toUpperCase();

export const customersPart = (code: string, customerId: string): string => `${code}:${customerId}`;

export function newCoupon(code: string, input: CouponInput, now: Date): Omit<Coupon, 'rev'> {
  const limit = input.limit ?? null;
  return { _id: code, code, customerId: '', limit, input, ...emptyAllotment(limit ?? 0), createdAt: now };
}

/** What a customer may use of a coupon that is limited for each. */
export function newPart(code: string, customerId: string, limit: number, now: Date): Omit<Coupon, 'rev'> {
  const _id = customersPart(code, customerId);
  return { _id, code, customerId, limit, input: null, ...emptyAllotment(limit), createdAt: now };
}

/** Changes a coupon's terms; uses that were taken stay taken. @throws limit-reached below what is in use */
export function changeTerms(coupon: Readonly<Coupon>, input: CouponInput): Decision<Coupon> {
  const limit = input.limit ?? null;
  const used = coupon.reserved + coupon.sold;
  if (limit !== null && limit < used) throw errors.limitReached(`${used} uses are taken already.`);
  const patch = { input, limit, available: limit === null ? 0 : limit - used };
  return { answer: { ...coupon, ...patch }, patch };
}

/** What a coupon takes off now. @throws coupon-refused outside its time */
export function termsOf({ code, input }: Coupon, now: Date): CouponTerms {
  if (!input) throw new Error(`${code} has no terms`);
  const { kind, percent = 0, amount = 0, minimum, validFrom, validUntil } = input;
  if (validFrom && now < validFrom) throw refused(code, 'not-yet');
  if (validUntil && now >= validUntil) throw refused(code, 'expired');
  const shared = { code, ...(minimum === undefined ? {} : { minimum }) };
  switch (kind) {
    case 'percentage':
      return { ...shared, kind, percent };
    case 'fixed':
      return { ...shared, kind, amount };
    case 'free-shipping':
      return { ...shared, kind };
    default:
      throw new Error(`unknown kind ${kind satisfies never}`);
  }
}

const WORDS: Record<CouponRefusal, string> = {
  unknown: 'There is no such coupon.',
  'not-yet': 'This coupon is not valid yet.',
  expired: 'This coupon is no longer valid.',
  minimum: 'The goods cost less than this coupon asks for.',
  'used-up': 'This coupon is used up.',
  'already-used': 'You have used this coupon as often as you may.',
  combination: 'These coupons do not go together.',
};

export const refused = (code: string, reason: CouponRefusal): Error =>
  errors.couponRefused(code, reason, WORDS[reason]);

/** A coupon as staff sees it. */
export function couponView({ code, input, limit, reserved, sold, createdAt }: Coupon) {
  const { validFrom, validUntil, kind, percent, amount, minimum, perCustomer } = input ?? { kind: 'fixed' as const };
  return {
    code,
    kind,
    ...(percent === undefined ? {} : { percent }),
    ...(amount === undefined ? {} : { amount }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(validFrom ? { validFrom: validFrom.toISOString() } : {}),
    ...(validUntil ? { validUntil: validUntil.toISOString() } : {}),
    ...(perCustomer === undefined ? {} : { perCustomer }),
    limit,
    // Without a limit nobody counts.
    used: limit === null ? null : reserved + sold,
    createdAt: createdAt.toISOString(),
  };
}
