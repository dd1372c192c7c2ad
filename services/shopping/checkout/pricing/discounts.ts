import type { Money } from '../../../shared/money.ts';
import { type CouponRefusal, errors } from '../../../shared/problems.ts';
import { proportion } from './round.ts';
import type { CouponTerms } from './rules.ts';

export interface Discount {
  code: string;
  kind: CouponTerms['kind'];
  /** Off the goods, in minor units. Zero for free shipping, whose amount depends on the shipping. */
  amount: number;
}

/**
 * The discounts of coupons on a subtotal. Percentages apply to the whole subtotal and come first, then fixed amounts,
 * each in the given order. Together they never exceed the subtotal.
 * @throws coupon-refused below a coupon's minimum, in another currency, and for coupons that cannot be combined
 */
export function discountsOn({ amount: subtotal, currency }: Money, coupons: readonly CouponTerms[]): Discount[] {
  const codes = new Set<string>();
  const refuse = (code: string, reason: CouponRefusal, detail: string) => errors.couponRefused(code, reason, detail);
  for (const terms of coupons) {
    const { code, minimum } = terms;
    if (codes.has(code)) throw refuse(code, 'combination', `${code} can be used once in an order.`);
    const other = [minimum, terms.kind === 'fixed' ? terms.amount : undefined].find(
      (money) => money && money.currency !== currency,
    );
    if (other) throw refuse(code, 'currency', `${code} is for orders in ${other.currency}.`);
    if (minimum && subtotal < minimum.amount)
      throw refuse(code, 'minimum', `The goods cost less than the minimum of ${code}.`);
    codes.add(code);
  }
  const free = coupons.filter(({ kind }) => kind === 'free-shipping');
  if (free[1]) throw refuse(free[1].code, 'combination', 'Two coupons for free shipping cannot be combined.');
  let left = subtotal;
  const discountOf = (code: string, kind: CouponTerms['kind'], requested: number): Discount => {
    const amount = Math.min(requested, left);
    left -= amount;
    return { code, kind, amount };
  };
  const percentages = coupons.flatMap((terms) =>
    terms.kind === 'percentage'
      ? [discountOf(terms.code, terms.kind, proportion(subtotal, terms.percent, 10_000))]
      : [],
  );
  const fixed = coupons.flatMap((terms) =>
    terms.kind === 'fixed' ? [discountOf(terms.code, terms.kind, terms.amount.amount)] : [],
  );
  return [...percentages, ...fixed, ...free.map(({ code, kind }) => ({ code, kind, amount: 0 }))];
}
