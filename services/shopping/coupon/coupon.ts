import type { Decision } from '../../../mixins/store/changes.ts';
import { type CouponRefusal, errors } from '../../shared/problems.ts';
import * as reservations from '../../shared/reservations.ts';
import type { CouponTerms } from '../checkout/pricing/rules.ts';

/** The terms of a coupon. Amounts in minor units of `currency`, `percent` in basis points. */
export interface CouponInput {
  kind: CouponTerms['kind'];
  percent?: number | undefined;
  amount?: number | undefined;
  minimum?: number | undefined;
  /** The currency of both amounts. Absent on old coupons: the shop's own. */
  currency?: string | undefined;
  validFrom?: Date | undefined;
  validUntil?: Date | undefined;
  /** The maximum of uses by all customers together, and by each one. */
  limit?: number | undefined;
  perCustomer?: number | undefined;
}

/**
 * A coupon (its id is the code), or one customer's part of it (its id is `code:customerId`). Each is a reservable
 * quantity of uses. Every use counts in both, limited or not, so that limits can be set, changed and removed at any
 * time.
 */
export interface Coupon extends reservations.ReservableQuantity {
  _id: string;
  rev: number;
  code: string;
  /** Empty on the coupon itself. */
  customerId: string;
  /** available + reserved + sold. */
  limit: number;
  /** Null on a customer's part. */
  input: CouponInput | null;
  createdAt: Date;
}

/** The limit of a coupon without a limit. */
export const UNLIMITED_USES = 1_000_000_000;

/** The normal form of a code, which people type in any case. */
export const codeOf = (text: string): string => text.trim().toUpperCase();

export const customerCouponId = (code: string, customerId: string): string => `${code}:${customerId}`;

export function newCoupon(code: string, input: CouponInput, now: Date): Omit<Coupon, 'rev'> {
  const limit = input.limit ?? UNLIMITED_USES;
  return { _id: code, code, customerId: '', limit, input, ...reservations.emptyReservable(limit), createdAt: now };
}

/** One customer's part of a coupon. */
export function newCustomerCoupon(
  { code, input }: Readonly<Coupon>,
  customerId: string,
  now: Date,
): Omit<Coupon, 'rev'> {
  const [_id, limit] = [customerCouponId(code, customerId), input?.perCustomer ?? UNLIMITED_USES];
  return { _id, code, customerId, limit, input: null, ...reservations.emptyReservable(limit), createdAt: now };
}

/** Changes a coupon's terms. Uses that were taken stay taken. @throws limit-reached below the number of those */
export function changeTerms(coupon: Readonly<Coupon>, input: CouponInput): Decision<Coupon> {
  const used = coupon.reserved + coupon.sold;
  const limit = input.limit ?? UNLIMITED_USES;
  if (limit < used) throw errors.limitReached(`${used} uses are taken already.`);
  const patch = { input, limit, available: limit - used };
  return { answer: { ...coupon, ...patch }, patch };
}

/** Takes a use from a customer's part, whose limit may have changed since the last one. */
export function takeCustomerUse(
  part: Readonly<Coupon>,
  orderId: string,
  perCustomer: number = UNLIMITED_USES,
): Decision<reservations.ReserveResult> {
  const used = part.reserved + part.sold;
  const limit = Math.max(perCustomer, used);
  const { answer, patch } = reservations.reserveQuantity({ ...part, available: limit - used }, orderId, 1);
  return patch ? { answer, patch: { ...patch, limit } } : { answer };
}

/** Checks that the coupon, and the customer's part of it, has a free use. @throws coupon-refused */
export function checkUses(coupon: Readonly<Coupon>, part: Readonly<Coupon> | null): void {
  if (coupon.available < 1) throw couponRefused(coupon.code, 'used-up');
  const { perCustomer = UNLIMITED_USES } = coupon.input ?? {};
  if (part && part.reserved + part.sold >= perCustomer) throw couponRefused(coupon.code, 'already-used');
}

/** The terms of a coupon now. @param own the shop's own currency @throws coupon-refused outside its period */
export function termsOf({ code, input }: Readonly<Coupon>, own: string, now: Date): CouponTerms {
  if (!input) throw new Error(`${code} has no terms`);
  const { kind, percent = 0, amount = 0, minimum, currency = own, validFrom, validUntil } = input;
  if (validFrom && now < validFrom) throw couponRefused(code, 'not-yet');
  if (validUntil && now >= validUntil) throw couponRefused(code, 'expired');
  const shared = { code, ...(minimum === undefined ? {} : { minimum: { amount: minimum, currency } }) };
  switch (kind) {
    case 'percentage':
      return { ...shared, kind, percent };
    case 'fixed':
      return { ...shared, kind, amount: { amount, currency } };
    case 'free-shipping':
      return { ...shared, kind };
    default:
      throw new Error(`unknown kind ${kind satisfies never}`);
  }
}

const REFUSAL_TEXTS: Record<CouponRefusal, string> = {
  unknown: 'This coupon does not exist.',
  'not-yet': 'This coupon is not valid yet.',
  expired: 'This coupon is no longer valid.',
  minimum: 'The goods cost less than the minimum of this coupon.',
  'used-up': 'This coupon is used up.',
  'already-used': 'You have no uses of this coupon left.',
  combination: 'These coupons cannot be combined.',
  currency: 'This coupon is for orders in another currency.',
};

/** The problem of a coupon that cannot be used. */
export const couponRefused = (code: string, reason: CouponRefusal): Error =>
  errors.couponRefused(code, reason, REFUSAL_TEXTS[reason]);

/** A coupon as staff sees it. */
export function couponView({ code, input, reserved, sold, createdAt }: Omit<Coupon, 'rev'>) {
  if (!input) throw new Error(`${code} has no terms`);
  const { validFrom, validUntil, kind, percent, amount, minimum, currency, limit = null, perCustomer } = input;
  return {
    code,
    kind,
    ...(percent === undefined ? {} : { percent }),
    ...(amount === undefined ? {} : { amount }),
    ...(minimum === undefined ? {} : { minimum }),
    ...(currency === undefined ? {} : { currency }),
    ...(validFrom ? { validFrom: validFrom.toISOString() } : {}),
    ...(validUntil ? { validUntil: validUntil.toISOString() } : {}),
    ...(perCustomer === undefined ? {} : { perCustomer }),
    limit,
    used: reserved + sold,
    createdAt: createdAt.toISOString(),
  };
}
