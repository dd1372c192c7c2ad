import type { Money } from '../../../shared/money.ts';
import { errors } from '../../../shared/problems.ts';
import type { PricingRules, ShippingRule } from './rules.ts';

/** The facts of a shipment that its price depends on. */
export interface Parcel {
  country: string;
  /** The total of the goods after discounts, in minor units. */
  total: number;
  /** In grams. */
  weight: number;
}

/** The chosen shipping method, or the first available one, and its price. @throws no-shipping */
export function chooseShipping(
  rules: PricingRules,
  parcel: Parcel,
  method?: string,
): { rule: ShippingRule; price: number } {
  const available = availableShipping(rules, parcel);
  const chosen = method === undefined ? available[0] : available.find(({ rule }) => rule.id === method);
  if (chosen) return chosen;
  const subject = method === undefined ? 'The shop' : `The shipping method ${JSON.stringify(method)}`;
  throw errors.noShipping(
    `${subject} does not ship this to ${parcel.country}.`,
    available.map(({ rule }) => rule.id),
  );
}

/** The available shipping methods of a parcel, with prices, for the shopper to choose from. */
export function shippingOptions(
  rules: PricingRules,
  parcel: Parcel,
  currency: string,
): { method: string; title: string; price: Money }[] {
  return availableShipping(rules, parcel).map(({ rule: { id: method, title }, price: amount }) => ({
    method,
    title,
    price: { amount, currency },
  }));
}

/** The rules that ship a parcel, with their prices. */
function availableShipping({ shipping }: PricingRules, { country, total, weight }: Parcel) {
  return shipping.flatMap((rule) => {
    if (rule.countries && !rule.countries.includes(country)) return [];
    const size = rule.by === 'weight' ? weight : total;
    const band = rule.bands.find(({ upTo }) => upTo === null || size <= upTo);
    if (!band) return [];
    const isFree = rule.freeFrom !== undefined && total >= rule.freeFrom;
    return [{ rule, price: isFree ? 0 : band.price }];
  });
}
