import type { Money } from '../../../shared/money.ts';
import { type CouponRefusal, errors } from '../../../shared/problems.ts';
import { proportion } from './round.ts';
import type { CouponTerms } from './rules.ts';

export interface Discount {
  code: string;
  kind: CouponTerms['kind'];
  /** Off the goods; for free shipping it is known once the shipping is. */
  amount: number;
}

/**
 * What coupons take off a subtotal, in its minor units. Percentages are of the whole subtotal and come first, fixed amounts
 * after them, each in the order given; together they never exceed the subtotal.
 * @throws coupon-refused below a coupon's minimum, in another currency, and for coupons that do not go together
 */
export function discountsOn({ amount: subtotal, currency }: Money, coupons: readonly CouponTerms[]): Discount[] {
  const codes = new Set<string>();
  const refuse = (code: string, reason: CouponRefusal, detail: string) => errors.couponRefused(code, reason, detail);
  for (const terms of coupons) {
    const { code, minimum } = terms;
    if (codes.has(code)) throw refuse(code, 'combination', `${code} counts once.`);
    const other = [minimum, terms.kind === 'fixed' ? terms.amount : undefined].find(
      (money) => money && money.currency !== currency,
    );
    if (other) throw refuse(code, 'currency', `${code} is for orders in ${other.currency}.`);
    if (minimum && subtotal < minimum.amount)
      throw refuse(code, 'minimum', `The goods cost less than ${code} asks for.`);
    codes.add(code);
  }
  const free = coupons.filter(({ kind }) => kind === 'free-shipping');
  if (free[1]) throw refuse(free[1].code, 'combination', 'Shipping cannot become free twice.');
  let left = subtotal;
  const take = (code: string, kind: CouponTerms['kind'], wanted: number): Discount => {
    const amount = Math.min(wanted, left);
    left -= amount;
    return { code, kind, amount };
  };
  const percentages = coupons.flatMap((terms) =>
    terms.kind === 'percentage' ? [take(terms.code, terms.kind, proportion(subtotal, terms.percent, 10_000))] : [],
  );
  const fixed = coupons.flatMap((terms) =>
    terms.kind === 'fixed' ? [take(terms.code, terms.kind, terms.amount.amount)] : [],
  );
  return [...percentages, ...fixed, ...free.map(({ code, kind }) => ({ code, kind, amount: 0 }))];
}
