import type { Priced } from './price.ts';
import type { PricingRules } from './rules.ts';
import { ruleFor } from './shipping.ts';
import { rateFor, STANDARD_TAX_CLASS } from './tax.ts';
import type { Destination } from './zone.ts';

/** Whether goods have the same taxes at both destinations, and their shipping method the same fee. */
export function hasSamePrices(
  { lines, shipping }: Pick<Priced, 'lines' | 'shipping'>,
  rules: PricingRules,
  one: Destination,
  other: Destination,
): boolean {
  const taxClasses = new Set([STANDARD_TAX_CLASS, ...lines.map(({ taxClass = STANDARD_TAX_CLASS }) => taxClass)]);
  return (
    [...taxClasses].every((taxClass) => rateFor(rules, one, taxClass) === rateFor(rules, other, taxClass)) &&
    ruleFor(rules, shipping.method, one) === ruleFor(rules, shipping.method, other)
  );
}
