import { sumAmounts } from '../../../shared/money.ts';
import { allocate, proportion } from './round.ts';
import type { PricingRules } from './rules.ts';
import { type Destination, specificityOf } from './zone.ts';

/** The default tax class, also of shipping. */
export const STANDARD_TAX_CLASS = 'standard';

/** A part of a total that has one tax rate: the taxed amount in minor units, and the rate in basis points. */
export interface TaxedPart {
  base: number;
  rate: number;
}

/** The rate for goods of a tax class sent to a destination, in basis points; 0 where no rule applies. */
export function rateFor({ tax }: PricingRules, destination: Destination, taxClass: string): number {
  let [found, highest] = [0, -1];
  for (const rule of tax) {
    if (rule.taxClass !== '*' && rule.taxClass !== taxClass) continue;
    const ofZone = specificityOf(rule, destination);
    if (ofZone === undefined) continue;
    const specificity = 2 * ofZone + (rule.taxClass === '*' ? 0 : 1);
    if (specificity > highest) [found, highest] = [rule.rate, specificity];
  }
  return found;
}

/** The tax in an amount (`included`) or on top of it, rounded half up. */
export function taxOf(amount: number, rate: number, included: boolean): number {
  return proportion(amount, rate, included ? 10_000 + rate : 10_000);
}

/**
 * The tax of each part. Rounded by line, each part has its own rounded tax. Rounded by rate, the tax on the sum of a
 * rate is rounded once, and the parts share it by the largest remainder method: so their taxes add up to it.
 */
export function taxParts(
  parts: readonly TaxedPart[],
  { taxIncluded, taxRounding = 'line' }: Pick<PricingRules, 'taxIncluded' | 'taxRounding'>,
): number[] {
  if (taxRounding === 'line') return parts.map(({ base, rate }) => taxOf(base, rate, taxIncluded));
  const taxes = parts.map(() => 0);
  for (const rate of new Set(parts.map((part) => part.rate))) {
    const bases = parts.map((part) => (part.rate === rate ? part.base : 0));
    const shares = allocate(taxOf(sumAmounts(bases), rate, taxIncluded), bases);
    for (const [index, share] of shares.entries()) taxes[index] = (taxes[index] ?? 0) + share;
  }
  return taxes;
}

/**
 * The parts of a shipping fee by tax rate. In proportion to the goods, they add up to the fee (largest remainder
 * method); goods that cost nothing count as of the highest rate.
 * @param goods the shipped goods; none is left out
 * @param standardRate the rate of the tax class `standard`
 */
export function shippingParts(
  fee: number,
  goods: readonly TaxedPart[],
  standardRate: number,
  { shippingTax = 'standard' }: Pick<PricingRules, 'shippingTax'>,
): TaxedPart[] {
  if (shippingTax === 'standard') return [{ base: fee, rate: standardRate }];
  const rates = [...new Set(goods.map(({ rate }) => rate))].sort((a, b) => b - a);
  const atHighestRate = [{ base: fee, rate: rates[0] ?? standardRate }];
  if (shippingTax === 'highest') return atHighestRate;
  const weights = rates.map((rate) => sumAmounts(goods.filter((part) => part.rate === rate).map(({ base }) => base)));
  const shares = allocate(fee, weights);
  const parts = rates.map((rate, index) => ({ base: shares[index] ?? 0, rate })).filter(({ base }) => base > 0);
  return parts.length > 0 ? parts : atHighestRate;
}
