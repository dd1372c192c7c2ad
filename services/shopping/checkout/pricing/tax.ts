import { proportion } from './round.ts';
import type { PricingRules } from './rules.ts';

/** The default tax class, also of shipping. */
export const STANDARD_TAX_CLASS = 'standard';

/** The rate for goods of a tax class sent to a country, in basis points; 0 where no rule applies. */
export function rateFor({ tax }: PricingRules, country: string, taxClass: string): number {
  const bySpecificity: [string, string][] = [
    [country, taxClass],
    [country, '*'],
    ['*', taxClass],
    ['*', '*'],
  ];
  for (const [c, k] of bySpecificity) {
    const rule = tax.find((one) => one.country === c && one.taxClass === k);
    if (rule) return rule.rate;
  }
  return 0;
}

/** The tax in an amount (`included`) or on top of it, rounded half up. */
export function taxOf(amount: number, rate: number, included: boolean): number {
  return proportion(amount, rate, included ? 10_000 + rate : 10_000);
}
