import { rounded } from './round.ts';
import type { PricingRules } from './rules.ts';

/** The rate for goods of a category sent to a country, in basis points; 0 where no rule applies. */
export function rateFor({ tax }: PricingRules, country: string, category: string): number {
  const wanted: [string, string][] = [
    [country, category],
    [country, '*'],
    ['*', category],
    ['*', '*'],
  ];
  for (const [c, k] of wanted) {
    const rule = tax.find((one) => one.country === c && one.category === k);
    if (rule) return rule.rate;
  }
  return 0;
}

/** The tax in, or on top of, an amount: rounded half up, once for each line. */
export function taxOf(amount: number, rate: number, included: boolean): number {
  return rounded(amount * rate, included ? 10_000 + rate : 10_000);
}
