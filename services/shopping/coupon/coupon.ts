import type { Decision } from '../../../mixins/store/changes.ts';
import { type CouponRefusal, errors } from '../../shared/problems.ts';
import * as allotment from '../../shared/reservations.ts';
import type { CouponTerms } from '../checkout/pricing/rules.ts';

/** What staff says of a coupon. Amounts in minor units of `currency`, `percent` in basis points. */
export interface CouponInput {
  kind: CouponTerms['kind'];
  percent?: number | undefined;
  amount?: number | undefined;
  minimum?: number | undefined;
  /** Of both; the shop's own on coupons from before there were others. */
  currency?: string | undefined;
  validFrom?: Date | undefined;
  validUntil?: Date | undefined;
  /** Uses by all customers together, and by each one. */
  limit?: number | undefined;
  perCustomer?: number | undefined;
}

/**
 * A coupon (its id is the code), or what one customer may use of it (its id is `code:customerId`): both are allotments
 * of uses. Every use is counted in both, limited or not, so that a limit can be set, changed and taken away at any time.
 */
export interface Coupon extends allotment.Allotment {
  _id: string;
  rev: number;
  code: string;
  /** Empty on the coupon itself. */
  customerId: string;
  /** available + reserved + sold. */
  limit: number;
  /** Null on what belongs to one customer. */
  input: CouponInput | null;
  createdAt: Date;
}

/** Stands for as many uses as anyone likes. */
export const UNLIMITED = 1_000_000_000;

/** The one form of a code: people type them in any case. */
export const codeOf = (text: string): string => text.trim().toUpperCase();

export const customersPart = (code: string, customerId: string): string => `${code}:${customerId}`;

export function newCoupon(code: string, input: CouponInput, now: Date): Omit<Coupon, 'rev'> {
  const limit = input.limit ?? UNLIMITED;
  return { _id: code, code, customerId: '', limit, input, ...allotment.emptyAllotment(limit), createdAt: now };
}

/** What one customer may use of a coupon. */
export function newPart({ code, input }: Readonly<Coupon>, customerId: string, now: Date): Omit<Coupon, 'rev'> {
  const [_id, limit] = [customersPart(code, customerId), input?.perCustomer ?? UNLIMITED];
  return { _id, code, customerId, limit, input: null, ...allotment.emptyAllotment(limit), createdAt: now };
}

/** Changes a coupon's terms; uses that were taken stay taken. @throws limit-reached below what is in use */
export function changeTerms(coupon: Readonly<Coupon>, input: CouponInput): Decision<Coupon> {
  const used = coupon.reserved + coupon.sold;
  const limit = input.limit ?? UNLIMITED;
  if (limit < used) throw errors.limitReached(`${used} uses are taken already.`);
  const patch = { input, limit, available: limit - used };
  return { answer: { ...coupon, ...patch }, patch };
}

/** Takes one use of what a customer may. How much that is may have changed since the last one. */
export function takeOwn(
  part: Readonly<Coupon>,
  orderId: string,
  perCustomer: number = UNLIMITED,
): Decision<allotment.Reserved> {
  const used = part.reserved + part.sold;
  const limit = Math.max(perCustomer, used);
  const { answer, patch } = allotment.reserve({ ...part, available: limit - used }, orderId, 1);
  return patch ? { answer, patch: { ...patch, limit } } : { answer };
}

/** Refuses a coupon that cannot be used any more, by anyone or by this customer. @throws coupon-refused */
export function checkUses(coupon: Readonly<Coupon>, part: Readonly<Coupon> | null): void {
  if (coupon.available < 1) throw refused(coupon.code, 'used-up');
  const { perCustomer = UNLIMITED } = coupon.input ?? {};
  if (part && part.reserved + part.sold >= perCustomer) throw refused(coupon.code, 'already-used');
}

/** What a coupon takes off now. @param own the shop's own currency @throws coupon-refused outside its time */
export function termsOf({ code, input }: Readonly<Coupon>, own: string, now: Date): CouponTerms {
  if (!input) throw new Error(`${code} has no terms`);
  const { kind, percent = 0, amount = 0, minimum, currency = own, validFrom, validUntil } = input;
  if (validFrom && now < validFrom) throw refused(code, 'not-yet');
  if (validUntil && now >= validUntil) throw refused(code, 'expired');
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

const WORDS: Record<CouponRefusal, string> = {
  unknown: 'There is no such coupon.',
  'not-yet': 'This coupon is not valid yet.',
  expired: 'This coupon is no longer valid.',
  minimum: 'The goods cost less than this coupon asks for.',
  'used-up': 'This coupon is used up.',
  'already-used': 'You have used this coupon as often as you may.',
  combination: 'These coupons do not go together.',
  currency: 'This coupon is for orders in another currency.',
};

export const refused = (code: string, reason: CouponRefusal): Error =>
  errors.couponRefused(code, reason, WORDS[reason]);

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
