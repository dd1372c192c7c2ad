import type { Money } from '../../../shared/money.ts';
import { errors } from '../../../shared/problems.ts';
import type { PricingRules, ShippingRule } from './rules.ts';
import { type Destination, specificityOf } from './zone.ts';

/** The method of an order without goods to ship. No shipping rule has this id. */
export const NO_SHIPPING = 'none';

/** The facts of a shipment that its price depends on. */
export interface Parcel {
  to: Destination;
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
    `${subject} does not ship this to ${placeText(parcel.to)}.`,
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

const placeText = ({ postcode, region, country }: Destination): string =>
  [postcode, region, country].filter(Boolean).join(', ');

/** The rule of a shipping method with the most specific zone of a destination; undefined where it does not ship. */
export const ruleFor = (rules: Pick<PricingRules, 'shipping'>, method: string, to: Destination) =>
  closestRules(rules, to).find(({ id }) => id === method);

/** The rules that ship a parcel, with their prices. */
function availableShipping(rules: PricingRules, { to, total, weight }: Parcel) {
  return closestRules(rules, to).flatMap((rule) => {
    const size = rule.by === 'weight' ? weight : total;
    const band = rule.bands.find(({ upTo }) => upTo === null || size <= upTo);
    if (!band) return [];
    const isFree = rule.freeFrom !== undefined && total >= rule.freeFrom;
    return [{ rule, price: isFree ? 0 : band.price }];
  });
}

/** The rules that ship to a destination, one for each shipping method. */
function closestRules({ shipping }: Pick<PricingRules, 'shipping'>, to: Destination): ShippingRule[] {
  const closest = new Map<string, { rule: ShippingRule; specificity: number }>();
  for (const rule of shipping) {
    const specificity = reachOf(rule, to);
    const known = closest.get(rule.id)?.specificity ?? -1;
    if (specificity !== undefined && specificity > known) closest.set(rule.id, { rule, specificity });
  }
  return [...closest.values()].map(({ rule }) => rule);
}

/** How closely the zones of a rule describe a destination; undefined where it does not ship. */
function reachOf({ countries, zones, except = [] }: ShippingRule, to: Destination): number | undefined {
  if (except.some((zone) => specificityOf(zone, to) !== undefined)) return undefined;
  if (!countries && !zones) return 0;
  const reached = [...(countries ?? []).map((country) => ({ country })), ...(zones ?? [])].flatMap(
    (zone) => specificityOf(zone, to) ?? [],
  );
  return reached.length > 0 ? Math.max(...reached) : undefined;
}
