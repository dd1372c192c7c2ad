import type { Money } from '../../../shared/money.ts';
import { errors } from '../../../shared/problems.ts';
import type { PricingRules, ShippingRule } from './rules.ts';

/** What is to be shipped. */
export interface Parcel {
  country: string;
  /** Of the goods after discounts, in minor units. */
  total: number;
  /** In grams. */
  weight: number;
}

/** The chosen way of shipping, or the first one there is, and its price. @throws no-shipping */
export function chooseShipping(
  rules: PricingRules,
  parcel: Parcel,
  method?: string,
): { rule: ShippingRule; price: number } {
  const ways = availableShipping(rules, parcel);
  const way = method === undefined ? ways[0] : ways.find(({ rule }) => rule.id === method);
  if (way) return way;
  const what = method === undefined ? 'This cannot be sent' : `${JSON.stringify(method)} does not go`;
  throw errors.noShipping(
    `${what} to ${parcel.country}.`,
    ways.map(({ rule }) => rule.id),
  );
}

/** Every way to ship a parcel, as a shopper chooses from them. */
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
