import { sumAmounts } from '../../../shared/money.ts';
import { isShipped, type PricingInput } from './price.ts';
import { proportion } from './round.ts';
import type { ShippingRule } from './rules.ts';
import { rateFor, STANDARD_TAX_CLASS, shippingParts } from './tax.ts';

const FULL_RATE = 10_000;

/**
 * The input for a buyer who owes the tax: without taxes. Prices, fees and thresholds that contain the tax are lowered by
 * it, each rounded half up, so that the shop earns the same as from other buyers.
 */
export function withoutTax(input: PricingInput): PricingInput {
  const { lines, rules } = input;
  if (!rules.taxIncluded) return { ...input, rules: { ...rules, tax: [] } };
  const rateOf = (taxClass: string) => rateFor(rules, input, taxClass);
  const net = (amount: number, rate: number) => proportion(amount, FULL_RATE, FULL_RATE + rate);
  const shipped = lines
    .filter(isShipped)
    .map(({ unitPrice, quantity, taxClass }) => ({ base: unitPrice.amount * quantity, rate: rateOf(taxClass) }));
  const netFee = (amount: number) =>
    sumAmounts(
      shippingParts(amount, shipped, rateOf(STANDARD_TAX_CLASS), rules).map(({ base, rate }) => net(base, rate)),
    );
  return {
    ...input,
    lines: lines.map((line) => ({
      ...line,
      unitPrice: { ...line.unitPrice, amount: net(line.unitPrice.amount, rateOf(line.taxClass)) },
    })),
    rules: { ...rules, tax: [], shipping: rules.shipping.map((rule) => netShipping(rule, netFee)) },
  };
}

function netShipping(rule: ShippingRule, net: (amount: number) => number): ShippingRule {
  const { by, bands, freeFrom } = rule;
  return {
    ...rule,
    bands: bands.map(({ upTo, price }) => ({
      upTo: upTo === null || by === 'weight' ? upTo : net(upTo),
      price: net(price),
    })),
    ...(freeFrom === undefined ? {} : { freeFrom: net(freeFrom) }),
  };
}
