import { proportion } from './round.ts';
import type { PricingRules } from './rules.ts';

/** The tax class of what has no other, and of shipping. */
export const STANDARD_TAX_CLASS = 'standard';

/** The rate for goods of a tax class sent to a country, in basis points; 0 where no rule applies. */
export function rateFor({ tax }: PricingRules, country: string, taxClass: string): number {
  const wanted: [string, string][] = [
    [country, taxClass],
    [country, '*'],
    ['*', taxClass],
    ['*', '*'],
  ];
  for (const [c, k] of wanted) {
    const rule = tax.find((one) => one.country === c && one.taxClass === k);
    if (rule) return rule.rate;
  }
  return 0;
}

/** The tax in, or on top of, an amount: rounded half up, once for each line. */
export function taxOf(amount: number, rate: number, included: boolean): number {
  return proportion(amount, rate, included ? 10_000 + rate : 10_000);
}
